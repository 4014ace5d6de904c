import { join } from 'node:path';
import { type Closers, createClosers, createLog, openDoor, openGateway } from '../../gateway/node.ts';
import { ModelLibrary } from '../../model/library/index.ts';
import { type Config, SHIPPED_GRAMMARS } from '../config/settings.ts';
import { registerSamples } from '../demo/register.ts';
import { type RunningDemo, startDemo } from '../demo/start.ts';
import { VERSION } from '../version.ts';
import { banner, readyLine } from './banner.ts';
import { ensureDataFolder } from './data-folder.ts';

/** Brings everything up, says so, and stays until a signal. `json`: one line of JSON instead of the banner. */
export async function serve(config: Config, { json }: { readonly json: boolean }): Promise<void> {
  const started = performance.now();
  const closers = createClosers();
  try {
    const { gateway, demo } = await open(config, closers);
    const seconds = (performance.now() - started) / 1000;
    const up = { gateway, demo, data: config.data, seconds };
    process.stdout.write(`${json ? JSON.stringify(await readyLine(up)) : await banner(up)}\n`);
  } catch (error) {
    await closers.close();
    throw error;
  }
  closeOnSignal(closers);
}

async function open(config: Config, { add }: Closers) {
  await ensureDataFolder(config.data);
  const door = add(await openDoor(config));
  const demo = config.demo ? add(await openDemo(config)) : null;
  const gateway = add(
    await openGateway({
      door,
      host: config.host,
      port: config.port,
      data: config.data,
      model: new ModelLibrary(config.data).find(config.model),
      precision: config.precision,
      adapters: config.adapters,
      grammars: [SHIPPED_GRAMMARS, ...config.grammars],
      allowedOrigins: [...config.allowed_origins, ...(demo ? [new URL(demo.url).origin] : [])],
      timeZone: config.time_zone,
      maxBodyBytes: config.max_body_bytes,
      version: VERSION,
      log: createLog(config.log_level),
      ...(demo && { beforeOpen: (ports) => registerSamples(ports, demo.url) }),
    }),
  );
  return { gateway, demo };
}

function openDemo(config: Config): Promise<RunningDemo> {
  return startDemo({
    file: join(config.data, 'demo-upstream.db'),
    host: '127.0.0.1',
    port: config.demo_port,
  });
}

/** First signal: running calls are finished. Second: the process ends at once; recovery takes up what was open. */
function closeOnSignal(closers: Closers): void {
  let closing = false;
  const close = (): void => {
    if (closing) process.exit(130);
    closing = true;
    closers.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`error: closing failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, close);
}
