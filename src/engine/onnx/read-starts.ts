import type { LoraAdapter } from '../../lora/index.ts';
import type { Progress } from './answer.ts';
import type { CallStart } from './call-start.ts';
import { KeyValueRow } from './key-value-row.ts';
import type { SelectInput } from './selector.ts';

/** A candidate's prompt, and what is forced of its call, read by the model in a row of its own. */
export interface StartedRow {
  readonly start: CallStart;
  /** The row's own sequence, to go on from. */
  progress(): Progress;
  /**
   * ln p of the next token, after the prompt's shared head and after each token read since; where `last` was asked
   * for, after the last alone.
   */
  readonly logprobs: readonly Float32Array[];
}

/** How far to read, to the end of the request or of what is forced of the answer, and where predictions are needed. */
export interface Reach {
  readonly to: 'request' | 'answer';
  readonly wanted: 'all' | 'last';
}

/** Reads all starts, in as few passes as they fit in; the signatures' part comes from the cache where it can. */
export async function readStarts(
  starts: readonly CallStart[],
  reach: Reach,
  input: SelectInput,
): Promise<readonly StartedRow[]> {
  const rows = await Promise.all(
    starts.map(async (start) => {
      const { adapter } = start.context;
      const beforeOpening = start.prompt.slice(0, start.prompt.length - start.opening);
      const all = reach.to === 'request' ? beforeOpening : [...start.prompt, ...start.context.forced];
      // All of the head but its last token, whose prediction may be wanted.
      const past = await readHead(adapter, start.prompt.slice(0, start.shared - 1), input);
      const tokens = all.slice(past.length);
      const wanted = reach.wanted === 'all' ? [...tokens.keys()] : [tokens.length - 1];
      return { past, tokens, adapter, wanted, discard: true };
    }),
  );
  const results = await input.passes.run(rows);
  return starts.map((start, i) => {
    const { past } = rows[i]!;
    const { logprobs, keepIn } = results[i]!;
    // Most rows lose: their keys and values are copied for the winner alone.
    const progress = (): Progress => {
      const row = past.copy();
      keepIn(row);
      if (reach.to === 'answer') {
        const afterPrompt = logprobs.slice(reach.wanted === 'all' ? start.prompt.length - start.shared : 0);
        return { row, unread: [], fed: [...start.context.forced], logprobs: afterPrompt };
      }
      const unread = start.prompt.slice(row.length);
      return { row, unread, fed: [], logprobs: unread.length > 0 ? [] : logprobs.slice(-1) };
    };
    return { start, logprobs, progress };
  });
}

/** What the cache has of these tokens, and the rest read. Shared: to be copied before it is written on. */
export function readHead(
  adapter: LoraAdapter | null,
  tokens: readonly number[],
  { model, prefixes, passes }: Pick<SelectInput, 'model' | 'prefixes' | 'passes'>,
): Promise<KeyValueRow> {
  const read = async (past: KeyValueRow, missing: readonly number[]) => {
    await passes.run([{ past, tokens: missing, adapter, wanted: [] }]);
  };
  return prefixes.get(adapter, tokens, () => new KeyValueRow(model.config), read);
}

/** Σ ln p of `tokens`, where `after[i]` are the logprobs that `tokens[i]` would be drawn from. */
export function sequenceLogProbability(after: readonly Float32Array[], tokens: readonly number[]): number {
  return tokens.reduce((sum, token, i) => sum + after[i]![token]!, 0);
}
