import type { Progress } from './answer.ts';
import type { CallStart } from './call-start.ts';
import { KeyValueRow } from './key-value-row.ts';
import type { SelectInput } from './selector.ts';

/** A candidate's prompt, and what is forced of its call, read by the model in a row of its own. */
export interface StartedRow {
  readonly start: CallStart;
  /** The row's own sequence, to go on from. */
  progress(): Progress;
  /** ln p of the next token, after the prompt's shared head and after each token read since. */
  readonly afterHead: readonly Float32Array[];
}

/** More rows a pass than this gain nothing on a processor, and cost memory. */
const MAX_ROWS = 16;

/**
 * Reads all starts, several a pass; the signatures' part comes from the cache where it can. `reach` says how far:
 * to the end of the request, or of what is forced of the answer.
 */
export async function readStarts(
  starts: readonly CallStart[],
  reach: 'request' | 'answer',
  input: SelectInput,
): Promise<readonly StartedRow[]> {
  const size = Math.min(MAX_ROWS, input.decoder.adapterCapacity);
  const rows: StartedRow[] = [];
  for (let at = 0; at < starts.length; at += size) {
    input.signal.throwIfAborted();
    rows.push(...(await readTogether(starts.slice(at, at + size), reach, input)));
  }
  return rows;
}

async function readTogether(
  starts: readonly CallStart[],
  reach: 'request' | 'answer',
  input: SelectInput,
): Promise<readonly StartedRow[]> {
  const rows = starts.map((start) => {
    const { adapter } = start.context;
    const beforeOpening = start.prompt.slice(0, start.prompt.length - start.opening);
    const all = reach === 'request' ? beforeOpening : [...start.prompt, ...start.context.forced];
    // All of the head but its last token, whose prediction is wanted.
    const head = start.prompt.slice(0, start.shared - 1);
    const past = input.prefixes.get(adapter, head) ?? new KeyValueRow(input.model.config);
    const wanted = Array.from({ length: all.length - head.length }, (_, i) => head.length + i - past.length);
    return { start, head, past, tokens: all.slice(past.length), adapter, wanted, discard: true };
  });
  const results = await input.decoder.run(rows);
  return rows.map(({ start, head, past, adapter }, i) => {
    const { logprobs, keepIn } = results[i]!;
    // Most rows lose: their keys and values are copied for the winner alone, or where the head is new.
    const whole = () => {
      const row = past.copy();
      keepIn(row);
      return row;
    };
    if (past.length < head.length) input.prefixes.keep(adapter, head, whole());
    const progress = (): Progress => {
      const row = whole();
      if (reach === 'answer') {
        const afterPrompt = logprobs.slice(start.prompt.length - start.shared);
        return { row, unread: [], fed: [...start.context.forced], logprobs: afterPrompt };
      }
      const unread = start.prompt.slice(row.length);
      return { row, unread, fed: [], logprobs: unread.length > 0 ? [] : logprobs.slice(-1) };
    };
    return { start, afterHead: logprobs, progress };
  });
}

/** Σ ln p of `tokens`, where `after[i]` are the logprobs that `tokens[i]` would be drawn from. */
export function sequenceLogProbability(after: readonly Float32Array[], tokens: readonly number[]): number {
  return tokens.reduce((sum, token, i) => sum + after[i]![token]!, 0);
}
