import type { Engine } from '../engine/types.ts';
import type { Registry } from '../tools/types.ts';
import type { Adapters } from './adapters.ts';
import type { Log } from './log.ts';

export interface ToolAdapters {
  readonly registry: Pick<Registry, 'list'>;
  readonly adapters: Pick<Adapters, 'current'>;
  readonly log: Pick<Log, 'warn'>;
}

/** Tells the engine which adapters tools want at hand, as they are now. Never throws: serving goes on without. */
export async function pinAdapters({
  registry,
  adapters,
  engine,
  log,
}: ToolAdapters & { readonly engine: Pick<Engine, 'pinAdapters'> }): Promise<void> {
  try {
    const wanted = (await registry.list()).filter(({ policy }) => policy?.pin_adapter);
    const digests = wanted.map(({ adapter }) => adapters.current(adapter ?? '')?.digest);
    await engine.pinAdapters(digests.filter((digest) => digest !== undefined));
  } catch (err) {
    log.warn({ err }, 'adapters could not be pinned');
  }
}

/** A tool whose adapter could not be read goes on with the base model: whoever runs the gateway must hear of it. */
export async function warnOfMissing({ registry, adapters, log }: ToolAdapters): Promise<void> {
  for (const { name, adapter } of await registry.list()) {
    if (adapter === undefined || adapters.current(adapter) !== null) continue;
    log.warn({ tool: name, adapter }, `the tool ${name} names the adapter ${adapter}, which is not there`);
  }
}
