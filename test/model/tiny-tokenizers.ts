/** tokenizer.json of tiny tokenizers of every kind that models come with, made here. */

export interface Added {
  readonly content: string;
  readonly special: boolean;
}

export interface TinyTokenizer {
  readonly json: Record<string, unknown>;
  /** Tokens in all, added ones included. */
  readonly size: number;
  readonly idOf: (token: string) => number;
}

const WORDS = ['lo', 'he', 'llo', 'hello', 'wo', 'wor', 'ld', 'world', 'da', 'te', 'date'];
const SPECIALS: readonly Added[] = ['<unk>', '<s>', '</s>', '<|user|>', '<|end|>'].map((content) => ({
  content,
  special: true,
}));

/** Byte-level BPE, as Llama 3 and Qwen have it; `prefix` puts a space before every text. */
export function byteLevelTokenizer({ prefix = false, added = [] as readonly Added[] } = {}): TinyTokenizer {
  const alphabet = Array.from({ length: 256 }, (_, byte) => byteCharacter(byte));
  const space = byteCharacter(0x20);
  const euro = [...new TextEncoder().encode('€')].map(byteCharacter).join('');
  const words = [...WORDS, `${space}world`, `${space}da`, '{"', '":', euro, euro.slice(0, 2)];
  const byteLevel = { type: 'ByteLevel', add_prefix_space: prefix, trim_offsets: true, use_regex: false };
  const pattern = { Regex: '\\p{L}+| ?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s+(?!\\S)|\\s+' };
  return build([], [...alphabet, ...words], [...SPECIALS, ...added], {
    normalizer: null,
    pre_tokenizer: prefix
      ? byteLevel
      : {
          type: 'Sequence',
          pretokenizers: [{ type: 'Split', pattern, behavior: 'Isolated', invert: false }, byteLevel],
        },
    decoder: byteLevel,
    byte_fallback: false,
    unk_token: null,
  });
}

const FALLBACK = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
);
const CHARACTERS = [...'▁helowrdtai{}":,.0123456789é€'];
const PIECES = [
  ...FALLBACK,
  ...CHARACTERS,
  ...WORDS,
  '▁world',
  '▁wor',
  '▁he',
  '▁hello',
  '{"',
  '":',
  '▁{',
  '▁{"',
  '▁▁',
  '▁▁▁',
];

function sentencePiece(steps: object, added: readonly Added[] = []): TinyTokenizer {
  const specials = SPECIALS.slice(0, 3);
  return build(specials, PIECES, [...SPECIALS.slice(3), ...added], {
    byte_fallback: true,
    unk_token: '<unk>',
    ...steps,
  });
}

const spaces = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
const unspaces = { type: 'Replace', pattern: { String: '▁' }, content: ' ' };
const fallback = [{ type: 'ByteFallback' }, { type: 'Fuse' }];
const strip = { type: 'Strip', content: ' ', start: 1, stop: 0 };

/** SentencePiece with a space before every text, as Llama 2 has it. */
export function prependingTokenizer(): TinyTokenizer {
  return sentencePiece({
    normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, spaces] },
    pre_tokenizer: null,
    decoder: { type: 'Sequence', decoders: [unspaces, ...fallback, strip] },
  });
}

/** SentencePiece with a space before texts that have none (`always`) or the first one only, as Mistral has it. */
export function metaspaceTokenizer(
  prepend_scheme: 'always' | 'first' | 'never',
  added: readonly Added[] = [],
): TinyTokenizer {
  const steps = {
    normalizer: null,
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme, split: false },
    decoder: { type: 'Sequence', decoders: [unspaces, ...fallback, strip] },
  };
  return sentencePiece(steps, added);
}

/** SentencePiece without any leading space, and added tokens that are white space, as Gemma has it. */
export function gemmaTokenizer(added: readonly Added[] = []): TinyTokenizer {
  return sentencePiece(
    {
      normalizer: spaces,
      pre_tokenizer: {
        type: 'Split',
        pattern: { String: ' ' },
        behavior: 'MergedWithPrevious',
        invert: false,
      },
      decoder: { type: 'Sequence', decoders: [unspaces, ...fallback] },
    },
    [
      { content: '\n\n', special: false },
      { content: '▁▁▁', special: false },
      { content: '<table>', special: false },
      ...added,
    ],
  );
}

function build(
  first: readonly Added[],
  pieces: readonly string[],
  last: readonly Added[],
  { byte_fallback, unk_token, ...steps }: Record<string, unknown>,
): TinyTokenizer {
  const tokens = [...first.map(({ content }) => content), ...new Set(pieces)];
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const isAdded = new Map([...first, ...last].map((added) => [added.content, added]));
  const all = new Set([...tokens, ...last.map(({ content }) => content)]);
  const ids = new Map([...all].map((token, id) => [token, id]));
  const json = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [...isAdded.values()].map(({ content, special }) => ({
      id: ids.get(content),
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special,
    })),
    post_processor: null,
    ...steps,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: byte_fallback === true,
      byte_fallback,
      ignore_merges: false,
      vocab,
      merges: mergesOf(tokens),
    },
  };
  return { json, size: ids.size, idOf: (token) => ids.get(token)! };
}

/** Every way to make a piece of two others, shorter pieces first: what SentencePiece's converters write. */
function mergesOf(pieces: readonly string[]): string[] {
  const known = new Set(pieces);
  return pieces
    .filter((piece) => piece.length > 1 && !/^<.*>$/.test(piece))
    .sort((a, b) => a.length - b.length)
    .flatMap((piece) =>
      Array.from({ length: piece.length - 1 }, (_, i) => [piece.slice(0, i + 1), piece.slice(i + 1)] as const)
        .filter(([left, right]) => known.has(left) && known.has(right))
        .map(([left, right]) => `${left} ${right}`),
    );
}

/** GPT-2's printable character for a byte. */
function byteCharacter(byte: number): string {
  const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  if (printable(byte)) return String.fromCharCode(byte);
  const before = Array.from({ length: byte }, (_, b) => b).filter((b) => !printable(b)).length;
  return String.fromCharCode(256 + before);
}
