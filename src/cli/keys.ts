import { userInfo } from 'node:os';
import type { ApiKey, KeyWithSecret } from '../gateway/node.ts';
import { type ClientOptions, clientOf } from './command.ts';
import { ensureDataFolder } from './serve/data-folder.ts';

/** Keys as the commands see them: through a running gateway, or in the database of one that is stopped. */
export interface KeyDesk {
  list(): Promise<readonly ApiKey[]>;
  add(key: unknown): Promise<KeyWithSecret>;
  rotate(name: string, graceSeconds: number): Promise<KeyWithSecret>;
  remove(name: string): Promise<void>;
}

export interface KeyDeskOptions extends ClientOptions {
  /** A gateway's data folder, to work on the database itself. */
  readonly data?: string;
}

/** Throws what the gateway answers; with `data` what opening its database throws, `store_in_use` while it runs. */
export async function withKeyDesk<T>(
  options: KeyDeskOptions,
  work: (desk: KeyDesk) => Promise<T>,
): Promise<T> {
  if (options.data === undefined) return await work(remoteDesk(options));
  // Loaded where they are needed: every other command would wait for them.
  const [{ checkNewKey, createKeys }, { openStore }] = await Promise.all([
    import('../gateway/node.ts'),
    import('../store/index.ts'),
  ]);
  const store = await openStore({ folder: await ensureDataFolder(options.data) });
  try {
    const keys = await createKeys(store);
    const actor = `${userInfo().username} (command line)`;
    return await work({
      list: async () => keys.list(),
      add: (key) => keys.add(checkNewKey(key), actor),
      rotate: (name, graceSeconds) => keys.rotate(name, graceSeconds, actor),
      remove: (name) => keys.remove(name, actor),
    });
  } finally {
    await store.close();
  }
}

function remoteDesk(options: ClientOptions): KeyDesk {
  const client = clientOf(options);
  const pathOf = (name: string): string => `/v1/keys/${encodeURIComponent(name)}`;
  return {
    list: async () => (await client.get<{ readonly data: readonly ApiKey[] }>('/v1/keys')).data,
    add: (key) => client.post('/v1/keys', key),
    rotate: (name, grace_seconds) => client.post(`${pathOf(name)}/rotate`, { grace_seconds }),
    remove: (name) => client.delete(pathOf(name)),
  };
}
