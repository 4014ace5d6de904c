import { nameOf } from '../text/name.ts';
import type { StringMachine } from '../text/string-machine.ts';
import type { Weighed } from '../vocabulary/entry-cache.ts';
import { concatenated, type Ids, type MaskPart, NO_IDS, setAll, unite } from '../vocabulary/mask-entry.ts';
import { Merged } from '../vocabulary/merged.ts';
import { FEW } from '../vocabulary/token-set.ts';
import type { TokenTable } from '../vocabulary/vocabulary.ts';
import { type Reached, reach, walkStrings } from './string-walk.ts';

/** Room for so many code points more excludes a few long tokens; below it, the tokens that fit are looked up anew. */
const NARROW = 16;

/** What a state of a string machine allows over a vocabulary, whatever the string stands in. */
export class StringEntry implements Weighed {
  readonly weight: number;
  /** Where in the trie the state is. */
  readonly from: Merged;
  /** Nodes whose byte closes the string, and the state before. */
  readonly exits: readonly number[];
  readonly exitStates: readonly number[];
  private readonly exitCounts: readonly number[];
  private readonly mostBefore: number;
  private readonly machine: StringMachine;
  private readonly start: number;
  private readonly table: TokenTable;
  /** All plain tokens stay inside; only the others were walked. */
  private readonly wide: boolean;
  private readonly reached: Reached;
  private free: MaskPart | undefined;
  private readonly parts = new Map<number, MaskPart>();
  private readonly refused = new Map<string, Ids>();
  private tail: Tail | undefined;
  private escaped: readonly { readonly node: number; readonly tail: string }[] | undefined;
  private merged: Merged | undefined;
  private groups: ReadonlyMap<string, Merged> | undefined;
  private names: ReadonlyMap<number, Int32Array> | undefined;

  constructor(machine: StringMachine, start: number, table: TokenTable, from: Merged) {
    this.machine = machine;
    this.start = start;
    this.table = table;
    this.from = from;
    this.wide = from === table.specialRoot;
    this.reached = reach(machine, start, from, table.words, Number.POSITIVE_INFINITY);
    this.exits = this.reached.exits;
    this.exitStates = this.reached.exitStates;
    this.exitCounts = this.reached.exitCounts;
    this.mostBefore = this.exitCounts.reduce((most, count) => Math.max(most, count), 0);
    const { count, named, exits } = this.reached;
    this.weight = 1024 + 2 * (Math.min(count, table.words) * 4 + named.length * 8 + exits.length * 24);
  }

  /** Tokens that stay inside the string when at most `room` code points may follow; `named` ones apart. */
  inside(room: number): MaskPart {
    const plain = this.wide ? this.table.longest : 0;
    if (room >= Math.max(this.reached.need, plain)) return this.widened(this.reached.inside, room);
    if (room < NARROW) return this.narrow(room);
    this.tail ??= findTail(this.machine, this.start, this.from);
    return this.widened({ ...this.reached.inside, without: this.tail.beyond(room) }, room);
  }

  /** Tokens that stay inside a string of any length or end with it: most masks are one of these and little else. */
  get insideOrClosed(): MaskPart {
    if (this.free !== undefined) return this.free;
    const { bits: own, lists } = this.reached.inside;
    if (!this.wide && own.length === 0 && this.closing.tokens.length <= FEW)
      return (this.free = { bits: [], lists: [...lists, this.closing.tokens], without: NO_IDS });
    const bits = this.wide
      ? this.table.plainMask(this.table.longest).slice()
      : new Uint32Array(this.table.words);
    for (const set of own) unite(set, bits);
    for (const list of lists) setAll(list, bits);
    setAll(this.closing.tokens, bits);
    return (this.free = { bits: [bits], lists: [], without: NO_IDS });
  }

  /** Tokens of a property's name that may still be a known one, by the state that they lead to. */
  get named(): ReadonlyMap<number, Ids> {
    return (this.names ??= byState(this.reached.named, this.reached.namedStates));
  }

  get namedTokens(): Int32Array {
    return this.reached.named;
  }

  /** Tokens that close the string, by what follows. */
  get closing(): Merged {
    return (this.merged ??= new Merged(this.from.trie, this.exits));
  }

  /** Tokens that end where the string does. */
  get closed(): MaskPart {
    return { bits: [], lists: [this.closing.tokens], without: NO_IDS };
  }

  /** Tokens that close the string after fewer than `least` or more than `most` code points. */
  closingOutside(least: number, most: number): Ids {
    if (least <= 0 && most >= this.mostBefore) return NO_IDS;
    const key = `${least},${most}`;
    let tokens = this.refused.get(key);
    if (tokens === undefined) {
      const nodes = this.exits.filter((_, i) => this.exitCounts[i]! < least || this.exitCounts[i]! > most);
      tokens = concatenated(nodes.map((node) => this.from.trie.tokensUnder(node)));
      if (this.refused.size > 32) this.refused.clear();
      this.refused.set(key, tokens);
    }
    return tokens;
  }

  /** Closing nodes after `least` to `most` code points. */
  exitsWithin(least: number, most: number): readonly number[] {
    return this.exits.filter((_, i) => this.exitCounts[i]! >= least && this.exitCounts[i]! <= most);
  }

  /** The closing nodes by a label of the state before, which must not depend on more than the machine. */
  grouped(labelOf: (state: number) => string | undefined): ReadonlyMap<string, Merged> {
    if (this.groups !== undefined) return this.groups;
    const groups = new Map<string, number[]>();
    this.exits.forEach((node, i) => {
      const label = labelOf(this.exitStates[i]!);
      if (label === undefined) return;
      const group = groups.get(label);
      if (group === undefined) groups.set(label, [node]);
      else group.push(node);
    });
    this.groups = new Map([...groups].map(([label, nodes]) => [label, new Merged(this.from.trie, nodes)]));
    return this.groups;
  }

  /** Closing nodes with an escape on the way, and what is read there. */
  get escapedExits(): readonly { readonly node: number; readonly tail: string }[] {
    const { trie } = this.from;
    return (this.escaped ??= this.exits.flatMap((node) => {
      const text = trie.text(node);
      return text.includes('\\')
        ? [{ node, tail: nameOf(text.slice(this.from.startOf(trie, node), -1)) }]
        : [];
    }));
  }

  /** Little room: only tokens of few code points come into question, so the walk is short. */
  private narrow(room: number): MaskPart {
    let part = this.parts.get(room);
    if (part === undefined) {
      part = this.widened(reach(this.machine, this.start, this.from, this.table.words, room).inside, room);
      this.parts.set(room, part);
    }
    return part;
  }

  private widened(part: MaskPart, room: number): MaskPart {
    return this.wide ? { ...part, bits: [this.table.plainMask(room), ...part.bits] } : part;
  }
}

/** The tokens that need more than NARROW code points, most first. */
class Tail {
  private readonly tokens: Int32Array;
  private readonly needs: Uint16Array;

  constructor(found: readonly { readonly token: number; readonly need: number }[]) {
    const sorted = [...found].sort((a, b) => b.need - a.need);
    this.tokens = Int32Array.from(sorted, ({ token }) => token);
    this.needs = Uint16Array.from(sorted, ({ need }) => need);
  }

  /** Those that need more than `room`. */
  beyond(room: number): Ids {
    let count = 0;
    while (count < this.needs.length && this.needs[count]! > room) count++;
    return this.tokens.subarray(0, count);
  }
}

function findTail(machine: StringMachine, start: number, from: Merged): Tail {
  const { trie } = from;
  const found: { token: number; need: number }[] = [];
  for (const root of from.nodes) {
    walkStrings(trie, root, machine, start, 0, {
      inside: (node, state, count) => {
        const need = count + machine.least(state);
        if (need > NARROW) for (const token of trie.tokensAt(node)) found.push({ token, need });
        return true;
      },
      under: (node, count, cone) => {
        if (count + trie.height[node]! + cone.least <= NARROW) return true;
        if (cone.least > 0) return false;
        const read = count - charactersTo(trie.text(node));
        for (let i = trie.first[node + 1]!; i < trie.first[trie.end[node]!]!; i++) {
          const need = read + trie.lengths[i]!;
          if (need > NARROW) found.push({ token: trie.tokens[i]!, need });
        }
        return true;
      },
    });
  }
  return new Tail(found);
}

/** Code points in whole UTF-8, one character a byte. */
function charactersTo(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xc0) !== 0x80) count++;
  return count;
}

function byState(tokens: Int32Array, states: Int32Array): ReadonlyMap<number, Int32Array> {
  const lists = new Map<number, number[]>();
  for (let i = 0; i < tokens.length; i++) {
    const list = lists.get(states[i]!);
    if (list === undefined) lists.set(states[i]!, [tokens[i]!]);
    else list.push(tokens[i]!);
  }
  return new Map([...lists].map(([state, list]) => [state, Int32Array.from(list)]));
}

/** The machine's state over a vocabulary. */
export function stringEntry(
  machine: StringMachine,
  state: number,
  table: TokenTable,
  from: Merged,
): StringEntry {
  const key = state * 0x4000000 + from.id;
  let entry = table.entries.get(machine, key) as StringEntry | undefined;
  if (entry === undefined) {
    entry = new StringEntry(machine, state, table, from);
    table.entries.set(machine, key, entry);
  }
  return entry;
}
