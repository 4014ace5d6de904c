import {
  createMatcher,
  createVocabulary,
  type Grammar,
  type Matcher,
  type Vocabulary,
} from '../../src/grammar/index.ts';

/** A token a byte, and some that cross JSON's seams or characters' middles. The last one ends the text. */
const LONGER = [
  '":',
  '","',
  '":"',
  '{"',
  '"}',
  '"}}',
  '"]',
  '[{"',
  '}]',
  ', "',
  '": ',
  '  ',
  '\n  ',
  'foo',
  'bar',
  'foo"',
  'a"',
  'ab',
  '\\n',
  '\\"',
  '\\u00',
  '\\u0061',
  '\\ud83d',
  '12',
  '.5',
  '1,',
  'true',
  'e1',
  '-0',
  'null',
  'x":1',
  '":[',
  '""',
  '"":',
  'é',
  '日本',
];

const encoder = new TextEncoder();
export const TOKENS: readonly (Uint8Array | null)[] = [
  ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
  ...LONGER.map((text) => encoder.encode(text)),
  encoder.encode('日').subarray(0, 2),
  encoder.encode('"é').subarray(0, 2),
  null,
];
export const EOS = TOKENS.length - 1;
export const VOCABULARY: Vocabulary = createVocabulary(TOKENS, [EOS]);

/** Whether the grammar accepts the whole text, byte by byte. */
export function accepts(grammar: Grammar, text: string): boolean {
  const matcher = createMatcher(grammar, VOCABULARY);
  return encoder.encode(text).every((byte) => matcher.accept(byte)) && matcher.complete;
}

export function allowed(matcher: Matcher): readonly number[] {
  const mask = new Uint32Array((VOCABULARY.size + 31) >> 5);
  matcher.mask(mask);
  return TOKENS.flatMap((_, id) => (((mask[id >> 5]! >>> (id & 31)) & 1) === 1 ? [id] : []));
}

/** What `accept` says of every token; the matcher is left as it was. */
export function acceptable(matcher: Matcher): readonly number[] {
  return TOKENS.flatMap((_, id) => {
    if (!matcher.accept(id)) return [];
    matcher.rollback(1);
    return [id];
  });
}

/** Follows the mask at random to a whole value; undefined where that takes too long. */
export function walk(grammar: Grammar, random: () => number, steps = 150): string | undefined {
  const matcher = createMatcher(grammar, VOCABULARY);
  const bytes: number[] = [];
  for (let step = 0; step < steps; step++) {
    const next = allowed(matcher);
    if (next.length === 0) throw new Error(`a dead end after ${Buffer.from(bytes).toString()}`);
    // Strings and spaces would go on for ever: closing is preferred where it is allowed.
    const closing = next.filter(
      (id) =>
        id === EOS || (TOKENS[id]!.length === 1 && '"}],:'.includes(String.fromCharCode(TOKENS[id]![0]!))),
    );
    const choice = closing.length > 0 && random() < 0.7 ? closing : next;
    const token = choice[Math.floor(random() * choice.length)]!;
    if (!matcher.accept(token)) throw new Error(`the mask allows ${token}, accept does not`);
    if (token === EOS) return Buffer.from(bytes).toString();
    bytes.push(...TOKENS[token]!);
  }
  return undefined;
}
