import type { NumberMachine, NumberState } from '../number/number-machine.ts';
import { DIGITS } from '../text/plain-classes.ts';
import type { Weighed } from '../vocabulary/entry-cache.ts';
import { type MaskPart, NO_IDS } from '../vocabulary/mask-entry.ts';
import type { Trie } from '../vocabulary/trie.ts';
import type { TokenTable } from '../vocabulary/vocabulary.ts';

/** What a number begun allows below a node of the tree of all tokens. */
export interface NumberEntry extends Weighed {
  readonly inside: MaskPart;
  /** Nodes at which the number may end with more of the token to come. */
  readonly exits: readonly number[];
}

export function numberEntry(
  machine: NumberMachine,
  state: NumberState,
  table: TokenTable,
  from: number,
): NumberEntry {
  const key = `${from}:${state.key}`;
  let entry = table.entries.get(machine, key) as NumberEntry | undefined;
  if (entry === undefined) table.entries.set(machine, key, (entry = walk(machine, state, table.all, from)));
  return entry;
}

function walk(machine: NumberMachine, start: NumberState, trie: Trie, from: number): NumberEntry {
  const { below, byte, depth, end, first, height, tokens } = trie;
  const inside: number[] = [];
  const exits: number[] = start.ends && (from === 0 || hasOther(trie, from)) ? [from] : [];
  const stack: NumberState[] = [];
  stack[depth[from]!] = start;
  for (let node = from + 1; node < end[from]!; ) {
    const level = depth[node]!;
    const next = isNumeric(byte[node]!) ? machine.step(stack[level - 1]!, byte[node]!) : null;
    if (next === null) {
      node = end[node]!;
      continue;
    }
    const whole = (below[node]! & ~DIGITS) === 0 && machine.takesDigits(next, height[node]!);
    const past = whole ? end[node]! : node + 1;
    stack[level] = next;
    for (let i = first[node]!; i < first[past]!; i++) inside.push(tokens[i]!);
    if (next.ends && hasOther(trie, node)) exits.push(node);
    node = past;
  }
  return {
    inside: { bits: [], lists: [Int32Array.from(inside)], without: NO_IDS },
    exits,
    weight: 256 + 4 * inside.length + 8 * exits.length,
  };
}

function isNumeric(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x2b ||
    byte === 0x65 ||
    byte === 0x45
  );
}

function hasOther(trie: Trie, node: number): boolean {
  for (let child = node + 1; child < trie.end[node]!; child = trie.end[child]!)
    if (!isNumeric(trie.byte[child]!)) return true;
  return false;
}
