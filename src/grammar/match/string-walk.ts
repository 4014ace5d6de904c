import { DEAD } from '../text/automaton.ts';
import type { Cone } from '../text/cone.ts';
import { CLOSED } from '../text/decoding.ts';
import type { StringMachine } from '../text/string-machine.ts';
import type { MaskPart } from '../vocabulary/mask-entry.ts';
import type { Merged } from '../vocabulary/merged.ts';
import { TokenSet } from '../vocabulary/token-set.ts';
import type { Trie } from '../vocabulary/trie.ts';
import { spend } from '../work.ts';

/** Branches of fewer nodes are walked without asking what the state lets through. */
const SMALL = 4;
/** Nodes that are walked in the time of a step of work. */
const NODES = 8;

/** What a string machine reaches over part of a vocabulary. */
export interface Reached {
  /** Tokens that stay inside the string; `named` ones of a property's name that may still be a known one. */
  readonly inside: MaskPart;
  /** How many they are. */
  readonly count: number;
  readonly named: Int32Array;
  readonly namedStates: Int32Array;
  /** No token of `inside` needs more code points than this in all. */
  readonly need: number;
  /** Nodes whose byte closes the string, the code points before, and the state before. */
  readonly exits: readonly number[];
  readonly exitCounts: readonly number[];
  readonly exitStates: readonly number[];
}

let states = new Int32Array(256);
let counts = new Int32Array(256);

/**
 * All tokens below some nodes, run through a machine. A branch that lies within what a state lets through is taken
 * whole. `words`: of a mask. `room`: code points that may be read; a string that needs more to end is not gone into.
 */
export function reach(
  machine: StringMachine,
  start: number,
  from: Merged,
  words: number,
  room: number,
): Reached {
  const { trie } = from;
  const { byte, depth, end, first, height, below, tokens } = trie;
  if (states.length <= trie.deepest) {
    states = new Int32Array(trie.deepest + 1);
    counts = new Int32Array(trie.deepest + 1);
  }
  const { column, width } = machine;
  const named: number[] = [];
  const namedStates: number[] = [];
  const exits: number[] = [];
  const exitCounts: number[] = [];
  const exitStates: number[] = [];
  let table = machine.table;
  const inside = new TokenSet(words);
  let need = 0;
  let visited = 0;
  for (const root of from.nodes) {
    const last = end[root]!;
    states[depth[root]!] = start;
    counts[depth[root]!] = 0;
    for (let node = root + 1; node < last; ) {
      visited++;
      const level = depth[node]!;
      const before = states[level - 1]!;
      let packed = table[before * width + column[byte[node]!]!]!;
      if (packed < DEAD) {
        packed = machine.transition(before, byte[node]!);
        table = machine.table;
      }
      if (packed === DEAD) {
        node = end[node]!;
        continue;
      }
      const state = packed >> 2;
      const count = counts[level - 1]! + (packed & 3);
      if (state === CLOSED) {
        exits.push(node);
        exitCounts.push(count);
        exitStates.push(before);
        node = end[node]!;
        continue;
      }
      const own = count + machine.least(state);
      if (own > room) {
        node = end[node]!;
        continue;
      }
      const isNamed = machine.named(state);
      if (!isNamed && end[node]! > node + SMALL) {
        const cone = machine.cone(state);
        const bound = count + height[node]! + cone.least;
        if ((below[node]! & ~cone.classes) === 0 && height[node]! <= cone.depth && bound <= room) {
          inside.add(tokens, first[node]!, first[end[node]!]!);
          if (bound > need) need = bound;
          node = end[node]!;
          continue;
        }
      }
      states[level] = state;
      counts[level] = count;
      const ends = first[node]!;
      const past = first[node + 1]!;
      if (past > ends) {
        if (own > need) need = own;
        if (!isNamed) inside.add(tokens, ends, past);
        else
          for (let i = ends; i < past; i++) {
            named.push(tokens[i]!);
            namedStates.push(state);
          }
      }
      node++;
    }
  }
  spend(visited / NODES);
  return {
    inside: inside.part,
    count: inside.count,
    named: Int32Array.from(named),
    namedStates: Int32Array.from(namedStates),
    need,
    exits,
    exitCounts,
    exitStates,
  };
}

export interface StringVisitor {
  /** A node inside the string; false cuts the branch. */
  inside(node: number, state: number, count: number): boolean;
  exit?(node: number, state: number, count: number): void;
  /** All that is below the node is let through; true where that is answer enough. */
  under?(node: number, count: number, cone: Cone): boolean;
}

/** Walks a trie below a node in step with a string machine. */
export function walkStrings(
  trie: Trie,
  from: number,
  machine: StringMachine,
  start: number,
  count: number,
  visitor: StringVisitor,
): void {
  const { byte, depth, end } = trie;
  const base = depth[from]!;
  const last = end[from]!;
  const path: number[] = [];
  const read: number[] = [];
  path[base] = start;
  read[base] = count;
  for (let node = from + 1; node < last; ) {
    const level = depth[node]!;
    const before = path[level - 1]!;
    const packed = machine.transition(before, byte[node]!);
    const past = end[node]!;
    if (packed === DEAD) {
      node = past;
      continue;
    }
    const state = packed >> 2;
    const done = read[level - 1]! + (packed & 3);
    if (state === CLOSED) {
      visitor.exit?.(node, before, done);
      node = past;
      continue;
    }
    if (!visitor.inside(node, state, done) || isAnswered(trie, node, machine, state, done, visitor)) {
      node = past;
      continue;
    }
    path[level] = state;
    read[level] = done;
    node++;
  }
}

function isAnswered(
  trie: Trie,
  node: number,
  machine: StringMachine,
  state: number,
  count: number,
  visitor: StringVisitor,
): boolean {
  if (visitor.under === undefined || trie.end[node]! <= node + SMALL) return false;
  const cone = machine.cone(state);
  const within = (trie.below[node]! & ~cone.classes) === 0 && trie.height[node]! <= cone.depth;
  return within && visitor.under(node, count, cone);
}
