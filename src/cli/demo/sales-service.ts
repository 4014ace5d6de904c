import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { DemoAnswer, DemoRequest } from './resources.ts';
import type { QueryAnswer } from './sales-query.ts';

const PROCESS = fileURLToPath(new URL('./sales-process.ts', import.meta.url));
const LIMIT_MS = 5_000;
const LONGEST = 2_000;

/** `POST /sales/query {sql}`: runs it in a process of its own, so that a query without an end harms nobody. */
export async function querySales({ body }: DemoRequest): Promise<DemoAnswer> {
  const { sql } = body;
  if (typeof sql !== 'string' || sql.length > LONGEST)
    return refuse('bad_query', `Send {"sql": "SELECT …"}, at most ${LONGEST} characters.`);
  const answer = await runQuery(sql);
  if (answer === null) return refuse('query_too_long', `The query took longer than ${LIMIT_MS} ms.`);
  return 'error' in answer ? refuse('query_refused', answer.error) : { status: 200, body: answer };
}

/** Null where it did not end in time. */
export async function runQuery(sql: string, limitMs = LIMIT_MS): Promise<QueryAnswer | null> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROCESS], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {},
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  // Where the process has ended already, what it printed says why.
  child.stdin.on('error', () => {});
  child.stdin.end(sql);
  const printed = await text(child.stdout);
  return printed === '' ? null : (JSON.parse(printed) as QueryAnswer);
}

function refuse(code: string, message: string): DemoAnswer {
  return { status: 422, body: { error: { code, message } } };
}
