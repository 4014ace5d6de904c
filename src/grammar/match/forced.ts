import type { TokenTable } from '../vocabulary/vocabulary.ts';
import { certainLength, type Piece, settledLength } from './certain-cut.ts';
import type { Reading } from './position.ts';
import type { State, StateGraph } from './state.ts';

const MOST_BYTES = 512;
const NONE = -1;

/**
 * The tokens that must come next. The bytes that must come are cut as the tokenizer would cut them; what is left
 * at their end, where a longer token could still reach beyond them, is not forced.
 */
export function forcedTokens(
  table: TokenTable,
  graph: StateGraph,
  state: State,
  reading: Reading,
): readonly number[] {
  const bytes = forcedBytes(table, graph, state, reading);
  if (bytes.text.length === 0) return [];
  const pieces = merge(table, bytes.text);
  const before = reading.length > 0 ? reading.bytes[reading.length - 1]! : -1;
  const stable = Math.min(
    settledLength(bytes.text, stableLength(table, graph, bytes, reading)),
    certainLength(table, bytes.text, pieces, before),
  );
  const tokens: number[] = [];
  let length = 0;
  for (const piece of pieces) {
    length += piece.length;
    if (length > stable || piece.token < 0) break;
    tokens.push(piece.token);
  }
  return tokens;
}

interface Forced {
  readonly text: readonly number[];
  readonly end: State;
}

function forcedBytes(table: TokenTable, graph: StateGraph, from: State, reading: Reading): Forced {
  const text: number[] = [];
  let state = from;
  while (text.length < MOST_BYTES && !state.final) {
    const byte = onlyByte(graph, state, reading);
    if (byte === NONE) break;
    grow(reading, table.all.deepest + 8);
    reading.bytes[reading.length++] = byte;
    const next = graph.step(state, byte, reading);
    if (next === null) {
      reading.length--;
      break;
    }
    text.push(byte);
    state = next;
  }
  reading.length -= text.length;
  return { text, end: state };
}

function onlyByte(graph: StateGraph, state: State, reading: Reading): number {
  if (state.forced !== undefined) return state.forced;
  const looked = reading.looked;
  reading.looked = false;
  let found = NONE;
  grow(reading, 8);
  reading.length++;
  for (let byte = 0; byte < 256; byte++) {
    reading.bytes[reading.length - 1] = byte;
    if (graph.step(state, byte, reading) === null) continue;
    if (found !== NONE) {
      found = NONE;
      break;
    }
    found = byte;
  }
  reading.length--;
  if (!reading.looked) state.forced = found;
  reading.looked = looked;
  return found;
}

/** Byte-pair merging, lowest token first: ids of byte-pair vocabularies are in order of their merges. */
function merge(table: TokenTable, text: readonly number[]): readonly Piece[] {
  const pieces: Piece[] = text.map((byte) => ({ token: tokenOf(table, [byte]), length: 1 }));
  for (;;) {
    let best = -1;
    let at = -1;
    let from = 0;
    for (let i = 0; i + 1 < pieces.length; i++) {
      const length = pieces[i]!.length + pieces[i + 1]!.length;
      const token = tokenOf(table, text.slice(from, from + length));
      if (token >= 0 && (best < 0 || token < best)) {
        best = token;
        at = i;
      }
      from += pieces[i]!.length;
    }
    if (at < 0) return pieces;
    pieces.splice(at, 2, { token: best, length: pieces[at]!.length + pieces[at + 1]!.length });
  }
}

function tokenOf(table: TokenTable, bytes: readonly number[]): number {
  let node = 0;
  for (const byte of bytes) {
    node = table.all.child(node, byte);
    if (node < 0) return -1;
  }
  return table.all.token(node);
}

/** How many of the forced bytes no token that may come reaches beyond. */
function stableLength(table: TokenTable, graph: StateGraph, forced: Forced, reading: Reading): number {
  const { text, end } = forced;
  for (let start = 0; start < text.length; start++) {
    let node = 0;
    for (let i = start; i < text.length && node >= 0; i++) node = table.all.child(node, text[i]!);
    if (node < 0 || table.all.end[node]! === node + 1) continue;
    if (reachesOn(table, graph, node, end, forced, reading)) return start;
  }
  return text.length;
}

function reachesOn(
  table: TokenTable,
  graph: StateGraph,
  node: number,
  state: State,
  forced: Forced,
  reading: Reading,
): boolean {
  grow(reading, forced.text.length + table.all.deepest + 8);
  const from = reading.length;
  for (const byte of forced.text) reading.bytes[reading.length++] = byte;
  const found = walks(table, graph, node, state, reading);
  reading.length = from;
  return found;
}

function walks(table: TokenTable, graph: StateGraph, node: number, state: State, reading: Reading): boolean {
  const { all } = table;
  for (let child = node + 1; child < all.end[node]!; child = all.end[child]!) {
    reading.bytes[reading.length++] = all.byte[child]!;
    const next = graph.step(state, all.byte[child]!, reading);
    const found = next !== null && (all.token(child) >= 0 || walks(table, graph, child, next, reading));
    reading.length--;
    if (found) return true;
  }
  return false;
}

function grow(reading: Reading, bytes: number): void {
  if (reading.length + bytes <= reading.bytes.length) return;
  const grown = new Uint8Array((reading.length + bytes) * 2);
  grown.set(reading.bytes);
  reading.bytes = grown;
}
