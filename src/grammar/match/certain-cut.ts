import type { TokenTable } from '../vocabulary/vocabulary.ts';

export interface Piece {
  readonly token: number;
  readonly length: number;
}

const SPACE = 0x20;
const APOSTROPHE = 0x27;

/**
 * How many of the first bytes are cut for certain as `pieces` has it. Byte-pair tokenizers first split a text by a
 * pattern, and merge only within its parts; which pattern is not known here. Where the usual ones differ from merging
 * the text as a whole, nothing is certain: in a run of digits that is not one token (some take threes), in a run of
 * spaces (the last one may belong to the word after it), after an apostrophe (`'t` may be a part), and where a sign is
 * merged with the letters after it although another sign or a space stands before it. `before`: the byte before the
 * first, or -1.
 */
export function certainLength(
  table: TokenTable,
  text: readonly number[],
  pieces: readonly Piece[],
  before: number,
): number {
  const at = (i: number): number => (i < 0 ? before : (text[i] ?? -1));
  const digits = table.has(0x31, 0x32);
  const spaces = table.has(SPACE, SPACE);
  let from = 0;
  for (const { length } of pieces) {
    const end = from + length;
    const cut = digits && isDigit(at(end - 1)) && isDigit(at(end));
    for (let i = from; i < end; i++) {
      const inDigits =
        isDigit(at(i)) && (cut || isDigit(at(-1 + from)) || (isBeyond(at(i - 1)) && isDigit(at(i + 1))));
      const inSpaces = at(i) === SPACE && (at(i - 1) === SPACE || at(i + 1) === SPACE);
      const inWord = at(i) === APOSTROPHE && isWord(at(i + 1)) && isWord(at(i + 2));
      const joined = i + 1 < end && isSign(at(i)) && isWord(at(i + 1)) && mayBeSign(at(i - 1));
      if ((digits && inDigits) || (spaces && inSpaces) || inWord || joined) return partStart(text, i);
    }
    from = end;
  }
  return from;
}

/**
 * How many of the first bytes keep their cut whatever follows, where a token reaches beyond the end from `stable` on:
 * what it takes may have been merged with what stands before it, back to where a part begins.
 */
export function settledLength(text: readonly number[], stable: number): number {
  return stable < text.length ? partStart(text, stable) : stable;
}

/** Where the run of letters, digits, signs or spaces begins that holds `i`, what may be joined to its front included. */
function partStart(text: readonly number[], i: number): number {
  const kind = kindOf(text[i]!);
  let start = i;
  while (start > 0 && same(kindOf(text[start - 1]!), kind)) start--;
  if (start > 0 && kind !== 'digit' && mayBeSign(text[start - 1]!)) start--;
  return start;
}

type Kind = 'letter' | 'digit' | 'space' | 'sign' | 'beyond';

function kindOf(byte: number): Kind {
  if (byte >= 0x80) return 'beyond';
  if (isDigit(byte)) return 'digit';
  if (isWord(byte)) return 'letter';
  return byte === SPACE ? 'space' : 'sign';
}

/** A character beyond ASCII may be a letter, a digit or a sign. */
function same(a: Kind, b: Kind): boolean {
  return a === b || ((a === 'beyond' || b === 'beyond') && a !== 'space' && b !== 'space');
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isBeyond(byte: number): boolean {
  return byte >= 0x80;
}

/** A letter, or part of a character beyond ASCII. */
function isWord(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || isBeyond(byte);
}

function isSign(byte: number): boolean {
  return byte > SPACE && byte < 0x7f && !isDigit(byte) && !isWord(byte);
}

/** A sign, a space, or part of a character beyond ASCII, which may be a sign. */
function mayBeSign(byte: number): boolean {
  return isSign(byte) || byte === SPACE || isBeyond(byte);
}
