import { Command } from 'commander';
import type { Answer } from './answer.ts';
import { createClient, type GatewayClient } from './client.ts';

export interface ClientOptions {
  readonly url: string;
  readonly json?: true;
}

/** A command with `--json`, as every command has. */
export function command(name: string, summary: string): Command {
  return new Command(name).description(summary).option('--json', 'print one JSON document instead of text');
}

/** A command that talks to a running gateway; its key comes from TENON_KEY alone, for arguments can be seen by others. */
export function clientCommand(name: string, summary: string): Command {
  const url = process.env.TENON_URL || 'http://127.0.0.1:8787';
  return command(name, summary).option('--url <url>', 'the gateway, also TENON_URL', url);
}

export const clientOf = ({ url }: ClientOptions): GatewayClient =>
  createClient(url, process.env.TENON_KEY || undefined);

/** Prints a command's answer and sets the exit code. */
export function print({ text, data, done = true }: Answer, { json }: { readonly json?: true }): void {
  process.stdout.write(json ? `${JSON.stringify(data)}\n` : `${text}\n`);
  if (!done) process.exitCode = 1;
}
