import type { Matcher } from '../../grammar/index.ts';
import type { Tokenizer } from '../../model/index.ts';
import { isAllowed, tokensIn } from './token-mask.ts';

/** More ways on than this are no question of spelling. */
const MAX_SPELLINGS = 12;

/**
 * Accepts what the grammar leaves no choice about and returns it, tokenized as the model was trained to read it;
 * `mask` then holds what may follow.
 *
 * The matcher knows forced bytes; which tokens write them is the tokenizer's word. The last token is given back
 * where a longer one would also do (`":` before `"` or `{"`): the model decides those, else it would be asked to
 * go on from a split it has never seen. And where all that may follow are beginnings of one token (`"`, `":`,
 * `":"`), its bytes are forced though its spelling is not: that token it is.
 */
export function takeForced(matcher: Matcher, tokenizer: Tokenizer, mask: Uint32Array): readonly number[] {
  const taken: number[] = [];
  for (;;) {
    taken.push(...takeRun(matcher, tokenizer, mask));
    matcher.mask(mask);
    const whole = wholeOfAll(matcher, tokenizer, mask);
    if (whole === null || !matcher.accept(whole)) return taken;
    taken.push(whole);
  }
}

function takeRun(matcher: Matcher, tokenizer: Tokenizer, mask: Uint32Array): readonly number[] {
  const raw = matcher.forced().filter((token) => tokenizer.bytes[token]);
  if (raw.length === 0) return [];
  const text = tokenizer.decode(raw);
  const tokens = text.includes('\uFFFD') ? raw : encoded(tokenizer, text);
  const taken = acceptAll(matcher, tokens) ? tokens : acceptAll(matcher, raw) ? raw : [];
  const last = taken.at(-1);
  if (last === undefined) return [];
  matcher.rollback(1);
  matcher.mask(mask);
  if (hasLonger(tokenizer, mask, last)) return taken.slice(0, -1);
  matcher.accept(last);
  return taken;
}

/** Forced texts are few, keys of schemas most of all, and come again with every call. */
const MOST_TEXTS = 4096;
const ENCODED = new WeakMap<Tokenizer, Map<string, readonly number[]>>();

function encoded(tokenizer: Tokenizer, text: string): readonly number[] {
  const known = ENCODED.get(tokenizer) ?? new Map<string, readonly number[]>();
  ENCODED.set(tokenizer, known);
  const tokens = known.get(text) ?? tokenizer.encodeContinuation(text);
  if (known.size >= MOST_TEXTS) known.clear();
  known.set(text, tokens);
  return tokens;
}

/** All or nothing. */
function acceptAll(matcher: Matcher, tokens: readonly number[]): boolean {
  const refused = tokens.findIndex((token) => !matcher.accept(token));
  if (refused < 0) return true;
  if (refused > 0) matcher.rollback(refused);
  return false;
}

/** Whether an allowed token begins with the whole of `token` and goes on. */
function hasLonger(tokenizer: Tokenizer, mask: Uint32Array, token: number): boolean {
  return longerThan(tokenizer.bytes, token).some((longer) => isAllowed(mask, longer));
}

const LONGER = new WeakMap<object, Map<number, readonly number[]>>();

/** The vocabulary's tokens that begin with the whole of `token` and go on; looked for once. */
function longerThan(bytes: Tokenizer['bytes'], token: number): readonly number[] {
  const known = LONGER.get(bytes) ?? new Map<number, readonly number[]>();
  LONGER.set(bytes, known);
  let longer = known.get(token);
  if (longer === undefined) {
    const start = bytes[token]!;
    const found: number[] = [];
    bytes.forEach((own, id) => {
      if (own !== null && own.length > start.length && begins(own, start)) found.push(id);
    });
    longer = found;
    known.set(token, longer);
  }
  return longer;
}

/** The allowed token that all other allowed ones can only be beginnings of, whatever follows them; or null. */
function wholeOfAll(matcher: Matcher, tokenizer: Tokenizer, mask: Uint32Array): number | null {
  const allowed = tokensIn(mask, MAX_SPELLINGS);
  let longest: number | undefined;
  for (const token of allowed ?? []) {
    const bytes = tokenizer.bytes[token];
    if (!bytes) return null;
    if (longest === undefined || bytes.length > tokenizer.bytes[longest]!.length) longest = token;
  }
  if (longest === undefined) return null;
  return mustSpell(tokenizer.bytes[longest]!, allowed!, matcher, tokenizer) ? longest : null;
}

/**
 * Whether the text that follows begins with `text`, or is spelt out towards it. Being a beginning of it is not enough:
 * `"` begins `","`, and may as well be followed by `]`.
 */
function mustSpell(
  text: Uint8Array,
  allowed: readonly number[],
  matcher: Matcher,
  tokenizer: Tokenizer,
): boolean {
  const mask = new Uint32Array(Math.ceil(tokenizer.bytes.length / 32));
  return allowed.every((token) => {
    const bytes = tokenizer.bytes[token];
    if (!bytes) return false;
    if (begins(bytes, text)) return true;
    if (!begins(text, bytes) || !matcher.accept(token)) return false;
    matcher.mask(mask);
    const next = tokensIn(mask, MAX_SPELLINGS);
    const must = next !== null && mustSpell(text.subarray(bytes.length), next, matcher, tokenizer);
    matcher.rollback(1);
    return must;
  });
}

function begins(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, i) => byte === bytes[i]);
}
