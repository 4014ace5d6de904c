import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const FLAGS = ['--disable-warning=ExperimentalWarning', MAIN];

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LaunchOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
}

/** Runs `tenon …` to its end. */
export async function tenon(args: readonly string[], options: LaunchOptions = {}): Promise<Finished> {
  const { child, output } = start(args, options);
  child.stdin.end(options.stdin ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

/** The same, still running: for what happens to it then. */
export function spawnTenon(args: readonly string[], options: LaunchOptions = {}): ChildProcess {
  return start(args, options).child;
}

/** A gateway in a process of its own, as users run it. */
export interface LaunchedGateway {
  readonly url: string;
  readonly demoUrl: string;
  readonly pid: number;
  readonly output: { readonly stdout: string; readonly stderr: string };
  /** Null while it runs. */
  exitCode(): number | null;
  /** Resident memory now, in MiB; null where /proc cannot tell. */
  rssMb(): Promise<number | null>;
  /** SIGTERM, which lets running calls end. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** `tenon serve --demo` on free ports, ready to be called. */
export async function launchGateway(
  args: readonly string[],
  options: LaunchOptions = {},
): Promise<LaunchedGateway> {
  const ports = ['--port', '0', '--demo-port', '0', '--log-level', 'warn'];
  const { child, output } = start(['serve', '--demo', '--json', ...ports, ...args], options);
  child.stdin.end();
  const closed = once(child, 'close');
  while (!output.stdout.includes('\n')) {
    await Promise.race([once(child.stdout, 'data'), closed]);
    if (child.exitCode !== null)
      throw new Error(`the gateway ended with ${child.exitCode}: ${output.stderr}`);
  }
  const { url, demo_url } = JSON.parse(output.stdout.split('\n')[0]!) as { url: string; demo_url: string };
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    await closed;
    return child.exitCode;
  };
  return {
    url,
    demoUrl: demo_url,
    pid: child.pid!,
    output,
    exitCode: () => child.exitCode,
    rssMb: () => residentMb(child.pid!),
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  };
}

function start(args: readonly string[], { env = {}, cwd }: LaunchOptions) {
  const child = spawn(process.execPath, [...FLAGS, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', ...env },
    ...(cwd ? { cwd } : {}),
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  return { child, output };
}

async function residentMb(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kib === undefined ? null : Math.round(Number(kib) / 1024);
}
