import { TenonError } from '../../errors.ts';
import {
  type KeyRow,
  type KeySecretRow,
  type Repositories,
  type Store,
  StoreConflict,
} from '../../store/index.ts';
import { matches, newSecret, prefixOf, type Secret } from './secret.ts';
import type { ApiKey, Caller, KeyLimits, KeyWithSecret, NewKey, Scope } from './types.ts';

export interface Keys {
  /** Whether anybody must bring a key: as soon as there is one. An expired key still counts, a removed one does not. */
  readonly required: boolean;
  list(): readonly ApiKey[];
  /** Throws `key_not_found`. */
  get(name: string): ApiKey;
  /** Throws `key_exists`, `key_admin_needed`. */
  add(key: NewKey, actor: string): Promise<KeyWithSecret>;
  /** A second secret; the first stays valid for `graceSeconds`. Throws `key_not_found`. */
  rotate(name: string, graceSeconds: number, actor: string): Promise<KeyWithSecret>;
  /** Throws `key_not_found`, `key_admin_needed`. */
  remove(name: string, actor: string): Promise<void>;
  /** Whose secret it is. Throws `key_invalid`, `key_expired`. */
  authenticate(secret: string): Caller;
  /** Tokens that the key has spent today. */
  spentToday(name: string): number;
  spend(name: string, tokens: number): Promise<void>;
}

/** A key with its secrets, as it is held in memory: a request costs no query. */
interface Held {
  readonly row: KeyRow;
  secrets: readonly KeySecretRow[];
}

/** Reads all keys. One gateway a store: keys that another process changes are seen after a restart. */
export async function createKeys(store: Store, clock: () => Date = () => new Date()): Promise<Keys> {
  const keys = new Map<string, Held>();
  const byPrefix = new Map<string, { readonly held: Held; readonly secret: KeySecretRow }>();
  let spent = { day: dayOf(clock()), tokens: new Map(await store.keys.spentOn(dayOf(clock()))) };

  const secrets = await store.keys.secrets();
  for (const row of await store.keys.list()) {
    if (row.removed_at !== null) continue;
    hold(
      { row, secrets: [] },
      secrets.filter(({ key }) => key === row.name),
    );
  }

  function hold(held: Held, all: readonly KeySecretRow[]): void {
    for (const { prefix } of held.secrets) byPrefix.delete(prefix);
    held.secrets = all;
    for (const secret of all) byPrefix.set(secret.prefix, { held, secret });
    keys.set(held.row.name, held);
  }

  function find(name: string): Held {
    const held = keys.get(name);
    if (held === undefined) throw new TenonError('key_not_found', { name: name.slice(0, 64) });
    return held;
  }

  function tokensToday(): Map<string, number> {
    const day = dayOf(clock());
    if (day !== spent.day) spent = { day, tokens: new Map() };
    return spent.tokens;
  }

  function show({ row, secrets }: Held): ApiKey {
    return {
      name: row.name,
      scopes: JSON.parse(row.scopes) as Scope[],
      ...limitsOf(row),
      secrets: secrets.map(({ prefix, created_at, expires_at }) => ({ prefix, created_at, expires_at })),
      tokens_today: tokensToday().get(row.name) ?? 0,
      created_at: row.created_at,
      created_by: row.created_by,
    };
  }

  /** So that keys can always be managed: without an admin nobody could make another. */
  function needAdmin(left: readonly { readonly row: Pick<KeyRow, 'scopes' | 'expires_at'> }[]): void {
    if (left.length === 0) return;
    const stays = left.some(({ row }) => JSON.parse(row.scopes).includes('admin') && row.expires_at === null);
    if (!stays) throw new TenonError('key_admin_needed');
  }

  /** A change and who made it become durable together, then hold. */
  async function change(
    action: string,
    name: string,
    actor: string,
    data: object,
    work: (within: Repositories, at: string) => Promise<void>,
  ): Promise<void> {
    const at = clock().toISOString();
    await store.transaction(async (within) => {
      await work(within, at);
      await within.audit.append({ at, actor, action, target: name, data: JSON.stringify(data) });
    });
  }

  return {
    get required() {
      return keys.size > 0;
    },
    list: () => [...keys.values()].map(show).sort((a, b) => (a.name < b.name ? -1 : 1)),
    get: (name) => show(find(name)),

    async add(key, actor) {
      const secret = newSecret();
      const row = toRow(key, actor, clock().toISOString());
      needAdmin([...keys.values(), { row }]);
      const secretRow = toSecretRow(key.name, secret, row.created_at);
      try {
        await change('key.add', key.name, actor, { ...key, prefix: secret.prefix }, async (within) => {
          await within.keys.insert(row);
          await within.keys.insertSecret(secretRow);
        });
      } catch (error) {
        if (!(error instanceof StoreConflict)) throw error;
        throw new TenonError('key_exists', { name: key.name }, { param: 'name', cause: error });
      }
      const held: Held = { row, secrets: [] };
      hold(held, [secretRow]);
      return { ...show(held), secret: secret.text };
    },

    async rotate(name, graceSeconds, actor) {
      const held = find(name);
      const secret = newSecret();
      const now = clock();
      const until = new Date(now.getTime() + graceSeconds * 1000).toISOString();
      // The newest stays for the grace; what was older goes at once, so that there are never more than two.
      const previous = held.secrets.at(-1);
      const older = held.secrets.slice(0, -1).map(({ prefix }) => prefix);
      const added = toSecretRow(name, secret, now.toISOString());
      await change(
        'key.rotate',
        name,
        actor,
        { prefix: secret.prefix, previous_until: until },
        async (within) => {
          await within.keys.deleteSecrets(older);
          if (previous !== undefined) await within.keys.expireSecret(previous.prefix, until);
          await within.keys.insertSecret(added);
        },
      );
      hold(held, [...(previous === undefined ? [] : [{ ...previous, expires_at: until }]), added]);
      return { ...show(held), secret: secret.text };
    },

    async remove(name, actor) {
      const held = find(name);
      needAdmin([...keys.values()].filter((other) => other !== held));
      await change('key.remove', name, actor, {}, (within, at) => within.keys.remove(name, at));
      for (const { prefix } of held.secrets) byPrefix.delete(prefix);
      keys.delete(name);
    },

    authenticate(text) {
      const prefix = prefixOf(text);
      const found = prefix === null ? undefined : byPrefix.get(prefix);
      if (found === undefined || !matches(text, found.secret.digest)) throw new TenonError('key_invalid');
      const { row } = found.held;
      const now = clock().toISOString();
      const expiry = [row.expires_at, found.secret.expires_at].find((at) => at !== null && at <= now);
      if (expiry) throw new TenonError('key_expired', { key: row.name, at: expiry });
      return { name: row.name, scopes: JSON.parse(row.scopes) as Scope[], ...limitsOf(row) };
    },

    spentToday: (name) => tokensToday().get(name) ?? 0,
    async spend(name, tokens) {
      if (tokens === 0) return;
      const today = tokensToday();
      today.set(name, (today.get(name) ?? 0) + tokens);
      const { day } = spent;
      await store.transaction((within) => within.keys.spend(name, day, tokens));
    },
  };
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function toSecretRow(key: string, { prefix, digest }: Secret, created_at: string): KeySecretRow {
  return { prefix, key, digest, created_at, expires_at: null };
}

function toRow({ name, scopes, ...limits }: NewKey, created_by: string, created_at: string): KeyRow {
  return {
    name,
    scopes: JSON.stringify(scopes),
    tools: limits.tools === undefined ? null : JSON.stringify(limits.tools),
    requests_per_minute: limits.requests_per_minute ?? null,
    concurrency: limits.concurrency ?? null,
    tokens_per_day: limits.tokens_per_day ?? null,
    expires_at: limits.expires_at ?? null,
    created_at,
    created_by,
    removed_at: null,
  };
}

function limitsOf(row: KeyRow): KeyLimits {
  return {
    ...(row.tools === null ? {} : { tools: JSON.parse(row.tools) as string[] }),
    ...(row.requests_per_minute === null ? {} : { requests_per_minute: row.requests_per_minute }),
    ...(row.concurrency === null ? {} : { concurrency: row.concurrency }),
    ...(row.tokens_per_day === null ? {} : { tokens_per_day: row.tokens_per_day }),
    ...(row.expires_at === null ? {} : { expires_at: row.expires_at }),
  };
}
