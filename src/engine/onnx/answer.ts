import type { Matcher } from '../../grammar/index.ts';
import type { LoraAdapter } from '../../lora/index.ts';
import type { Tokenizer } from '../../model/index.ts';
import type { Drafter } from './drafter.ts';
import { takeForced } from './forced-tokens.ts';
import type { KeyValueRow } from './key-value-row.ts';
import type { Sampler } from './sampler.ts';
import type { Passes } from './scheduler.ts';
import { tokensIn } from './token-mask.ts';

/** A prompt and its answer, as far as the model has read them. */
export interface Progress {
  readonly row: KeyValueRow;
  /** The prompt's last tokens, which `row` does not hold yet. */
  unread: readonly number[];
  /** Tokens of the answer that `row` holds after the prompt. */
  readonly fed: number[];
  /** Logprobs after the prompt and after each of `fed`, one more than those, where they are known. */
  readonly logprobs: (Float32Array | undefined)[];
}

export interface AnswerInput {
  readonly passes: Passes;
  readonly tokenizer: Tokenizer;
  readonly matcher: Matcher;
  readonly eos: readonly number[];
  readonly adapter: LoraAdapter | null;
  readonly drafter: Drafter;
  readonly sampler: Sampler;
  readonly progress: Progress;
  /** The answer's first tokens, which `matcher` has accepted. */
  readonly tokens: readonly number[];
  /** Most tokens of the answer, and of the whole sequence. */
  readonly maxTokens: number;
  readonly context: number;
}

/** A token the model chose, with the probability it gave it among all tokens, allowed or not. */
interface Decision {
  readonly at: number;
  readonly logProbability: number;
  /** What was chosen here before and led nowhere. */
  readonly refused: readonly number[];
}

export interface Answer {
  readonly tokens: readonly number[];
  readonly finish: 'stop' | 'length' | 'dead_end';
  /** Index in `tokens` (one past the end for the end token itself) and ln p of every choice of the model. */
  readonly decisions: readonly { readonly at: number; readonly logProbability: number }[];
  /** Milliseconds in which masks were computed and tokens chosen: what the grammar costs. */
  readonly maskMs: number;
}

const MAX_BACKTRACKS = 32;

/**
 * Decoding under a grammar. Forced tokens wait for the next pass that is needed anyway; drafts ride along in it and
 * stand where the model would have chosen the same; a dead end takes back the last choice.
 */
export async function writeAnswer(input: AnswerInput): Promise<Answer> {
  const { matcher, tokenizer, eos } = input;
  const mask = new Uint32Array(Math.ceil(tokenizer.bytes.length / 32));
  const tokens = [...input.tokens];
  const decisions: Decision[] = [];
  let refused: readonly number[] = [];
  let backtracks = 0;
  let maskMs = 0;
  const end = (finish: Answer['finish']): Answer => ({ tokens, finish, decisions, maskMs });

  for (;;) {
    const begun = performance.now();
    if (refused.length === 0) tokens.push(...takeForced(matcher, tokenizer, mask));
    else matcher.mask(mask);
    refuse(mask, refused, tokenizer.bytes);
    maskMs += performance.now() - begun;
    if (onlyEnd(mask, eos)) return end('stop');
    if (isEmpty(mask)) {
      const last = decisions.pop();
      if (!last || ++backtracks > MAX_BACKTRACKS) return end('dead_end');
      matcher.rollback(tokens.length - last.at);
      refused = [...last.refused, ...tokens.splice(last.at).slice(0, 1)];
      continue;
    }
    if (isLooping(tokens)) return end('length');
    if (tokens.length >= input.maxTokens || lengthWith(tokens, input.progress) + 1 >= input.context)
      return end('length');

    const logprobs = await logprobsAfter(tokens, input);
    const chosen = input.sampler.choose(logprobs, mask, tokens.length, refused.length);
    input.drafter.judge(tokens.length, chosen);
    const logProbability = logprobs[chosen]!;
    decisions.push({ at: tokens.length, logProbability, refused });
    refused = [];
    if (eos.includes(chosen)) return end('stop');
    matcher.accept(chosen);
    tokens.push(chosen);
  }
}

/** Tokens of the sequence once it has been read as far as `tokens`. */
function lengthWith(tokens: readonly number[], { row, unread, fed }: Progress): number {
  return row.length - fed.length + unread.length + tokens.length;
}

/** Ln p of every token after `tokens`: from an earlier pass where it read this far, else from a new one. */
async function logprobsAfter(tokens: readonly number[], input: AnswerInput): Promise<Float32Array> {
  const { progress } = input;
  const { row, fed, logprobs } = progress;
  const agreed = agreement(fed, tokens);
  const known = agreed === tokens.length ? logprobs[agreed] : undefined;
  if (known) return known;

  const kept = Math.min(agreed, Math.max(0, tokens.length - 1));
  row.truncate(row.length - (fed.length - kept));
  fed.length = kept;
  logprobs.length = kept + 1;

  const pending = tokens.slice(kept);
  const room = input.context - lengthWith(tokens, progress) - 1;
  const draft = input.drafter.draft(tokens, input.matcher, Math.max(0, room));
  const batch = [...progress.unread, ...pending, ...draft];
  const first = batch.length - draft.length - 1;
  const wanted = Array.from({ length: draft.length + 1 }, (_, i) => first + i);
  const [result] = await input.passes.run([{ past: row, tokens: batch, adapter: input.adapter, wanted }]);
  progress.unread = [];
  fed.push(...pending, ...draft);
  logprobs.length = fed.length + 1;
  result!.logprobs.forEach((values, i) => {
    logprobs[tokens.length + i] = values;
  });
  return result!.logprobs[0]!;
}

/**
 * Takes `refused` out of the mask, and their beginnings too, as long as something else remains: `it` after `items`
 * most likely spells the same again.
 */
function refuse(mask: Uint32Array, refused: readonly number[], bytes: readonly (Uint8Array | null)[]): void {
  if (refused.length === 0) return;
  for (const token of refused) mask[token >> 5]! &= ~(1 << (token & 31));
  const others = new Uint32Array(mask);
  for (const token of tokensIn(mask, Number.POSITIVE_INFINITY) ?? []) {
    const own = bytes[token];
    const again = own && refused.some((other) => own.every((byte, i) => byte === bytes[other]?.[i]));
    if (again) others[token >> 5]! &= ~(1 << (token & 31));
  }
  if (!isEmpty(others)) mask.set(others);
}

/** How many first tokens are the same. */
export function agreement(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i;
  return length;
}

/** Small models get caught in a phrase: this many tokens that repeat it are no argument any more. */
const LOOP_TOKENS = 24;
const LONGEST_PHRASE = 4;

function isLooping(tokens: readonly number[]): boolean {
  if (tokens.length < LOOP_TOKENS) return false;
  const tail = tokens.slice(-LOOP_TOKENS);
  for (let phrase = 1; phrase <= LONGEST_PHRASE; phrase++) {
    if (tail.every((token, i) => i < phrase || token === tail[i - phrase])) return true;
  }
  return false;
}

function isEmpty(mask: Uint32Array): boolean {
  return mask.every((word) => word === 0);
}

function onlyEnd(mask: Uint32Array, eos: readonly number[]): boolean {
  let ends = 0;
  for (let word = 0; word < mask.length; word++) {
    let rest = mask[word]!;
    for (const token of eos) {
      if (token >> 5 !== word) continue;
      const bit = 1 << (token & 31);
      if ((rest & bit) !== 0) ends++;
      rest &= ~bit;
    }
    if (rest !== 0) return false;
  }
  return ends > 0;
}
