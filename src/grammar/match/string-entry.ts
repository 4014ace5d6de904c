import { DEAD } from '../text/automaton.ts';
import { nameOf } from '../text/name.ts';
import { CLOSED, type StringMachine } from '../text/string-machine.ts';
import { Merged, tokensAt } from '../vocabulary/merged.ts';
import type { Trie } from '../vocabulary/trie.ts';
import type { TokenTable } from '../vocabulary/vocabulary.ts';

/** More tokens than this are kept as a bit set, fewer as a list. */
const FEW = 512;

/** What a state of a string machine allows over a vocabulary, whatever the string stands in. */
export class StringEntry {
  readonly table: TokenTable;
  readonly trie: Trie;
  /** Where in the trie the state is. */
  readonly from: Merged;
  /** All plain tokens stay inside; the lists hold the others only. */
  readonly wide: boolean;
  /** Tokens that stay inside, and the fewest code points that they make the string have from here. */
  private readonly ids: Int32Array;
  private readonly needs: Uint16Array;
  private readonly states: Int32Array;
  private readonly mostNeeded: number;
  /** Nodes whose byte closes the string, the code points before, and the state before. */
  readonly exits: readonly number[];
  readonly exitCounts: readonly number[];
  readonly exitStates: readonly number[];
  private readonly mostBefore: number;
  private escaped: readonly { readonly node: number; readonly tail: string }[] | undefined;
  private readonly insides = new Map<number, Inside>();
  private grouping: ReadonlyMap<number, Inside> | undefined;
  private closed: Merged | undefined;
  private before: ReadonlyMap<number, number> | undefined;

  constructor(machine: StringMachine, start: number, table: TokenTable, from: Merged) {
    const wide = from === table.specialRoot;
    this.table = table;
    this.from = from;
    this.wide = wide;
    this.trie = from.trie;
    let count = 0;
    const exits: number[] = [];
    const exitCounts: number[] = [];
    const exitStates: number[] = [];
    const visitor: StringVisitor = {
      inside: (node, state, read) => {
        const token = this.trie.token[node]!;
        if (token < 0) return true;
        const need = read + machine.least(state);
        if (count >= idBuffer.length - 64) growBuffers();
        idBuffer[count] = token;
        stateBuffer[count] = state;
        needBuffer[count++] = need;
        if (this.trie.twins.size === 0) return true;
        for (const twin of this.trie.twins.get(node) ?? []) {
          idBuffer[count] = twin;
          stateBuffer[count] = state;
          needBuffer[count++] = need;
        }
        return true;
      },
      exit: (node, state, read) => {
        exits.push(node);
        exitCounts.push(read);
        exitStates.push(state);
      },
    };
    for (const node of from.nodes) walkStrings(this.trie, node, machine, start, 0, visitor);
    this.ids = idBuffer.slice(0, count);
    this.needs = needBuffer.slice(0, count);
    this.states = stateBuffer.slice(0, count);
    this.mostNeeded = Math.max(wide ? table.longest : 0, largest(this.needs));
    this.exits = exits;
    this.exitCounts = exitCounts;
    this.exitStates = exitStates;
    this.mostBefore = exitCounts.reduce((most, count) => Math.max(most, count), 0);
  }

  /** Tokens that stay inside the string when at most `room` code points may follow. */
  inside(room: number): Inside {
    const key = Math.min(room, this.mostNeeded);
    let inside = this.insides.get(key);
    if (inside === undefined) this.insides.set(key, (inside = this.collect(key)));
    return inside;
  }

  /** Tokens that close the string, by what follows. */
  get closing(): Merged {
    return (this.closed ??= new Merged(this.trie, this.exits));
  }

  /** Of tokens that close the string, those that do so after `least` to `most` code points. */
  within(tokens: readonly number[], least: number, most: number): readonly number[] {
    if (least <= 0 && most >= this.mostBefore) return tokens;
    this.before ??= this.countTokens();
    const { before } = this;
    return tokens.filter((token) => before.get(token)! >= least && before.get(token)! <= most);
  }

  /** Closing nodes after `least` to `most` code points. */
  exitsWithin(least: number, most: number): readonly number[] {
    return this.exits.filter((_, i) => this.exitCounts[i]! >= least && this.exitCounts[i]! <= most);
  }

  private countTokens(): ReadonlyMap<number, number> {
    const before = new Map<number, number>();
    this.exits.forEach((exit, i) => {
      for (let node = exit; node < this.trie.end[exit]!; node++) {
        for (const token of tokensAt(this.trie, node)) before.set(token, this.exitCounts[i]!);
      }
    });
    return before;
  }

  /** The closing nodes by a label of the state before. */
  grouped(labelOf: (state: number) => string | undefined): ReadonlyMap<string, Merged> {
    const groups = new Map<string, number[]>();
    this.exits.forEach((node, i) => {
      const label = labelOf(this.exitStates[i]!);
      if (label === undefined) return;
      const group = groups.get(label);
      if (group === undefined) groups.set(label, [node]);
      else group.push(node);
    });
    return new Map([...groups].map(([label, nodes]) => [label, new Merged(this.trie, nodes)]));
  }

  private collect(room: number): Inside {
    const { ids, needs } = this;
    const plain = this.wide ? this.table.plainMask(room) : undefined;
    if (ids.length <= FEW)
      return {
        bases: plain === undefined ? [] : [plain],
        extra: [...ids].filter((_, i) => needs[i]! <= room),
      };
    const base = plain === undefined ? new Uint32Array(this.table.words) : plain.slice();
    for (let i = 0; i < ids.length; i++) if (needs[i]! <= room) base[ids[i]! >>> 5]! |= 1 << (ids[i]! & 31);
    return { bases: [base], extra: [] };
  }

  /** Tokens that stay inside, by the state that they lead to. */
  get byState(): ReadonlyMap<number, Inside> {
    if (this.grouping !== undefined) return this.grouping;
    const lists = new Map<number, number[]>();
    for (let i = 0; i < this.ids.length; i++) {
      const list = lists.get(this.states[i]!);
      if (list === undefined) lists.set(this.states[i]!, [this.ids[i]!]);
      else list.push(this.ids[i]!);
    }
    this.grouping = new Map(
      [...lists].map(([state, list]): [number, Inside] => {
        if (list.length <= FEW) return [state, { bases: [], extra: list }];
        const base = new Uint32Array(this.table.words);
        for (const id of list) base[id >>> 5]! |= 1 << (id & 31);
        return [state, { bases: [base], extra: [] }];
      }),
    );
    return this.grouping;
  }

  /** Closing nodes with an escape on the way, and what is read there. */
  get escapedExits(): readonly { readonly node: number; readonly tail: string }[] {
    return (this.escaped ??= this.exits.flatMap((node) => {
      const text = this.trie.text(node);
      return text.includes('\\')
        ? [{ node, tail: nameOf(text.slice(this.from.startOf(this.trie, node), -1)) }]
        : [];
    }));
  }
}

let idBuffer = new Int32Array(1 << 16);
let stateBuffer = new Int32Array(1 << 16);
let needBuffer = new Uint16Array(1 << 16);

function growBuffers(): void {
  const ids = new Int32Array(idBuffer.length * 2);
  ids.set(idBuffer);
  idBuffer = ids;
  const states = new Int32Array(stateBuffer.length * 2);
  states.set(stateBuffer);
  stateBuffer = states;
  const needs = new Uint16Array(needBuffer.length * 2);
  needs.set(needBuffer);
  needBuffer = needs;
}

function largest(values: Uint16Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > most) most = values[i]!;
  return most;
}

export interface Inside {
  readonly bases: readonly Uint32Array[];
  readonly extra: readonly number[];
}

export interface StringVisitor {
  /** A node inside the string; false cuts the branch. */
  inside(node: number, state: number, count: number): boolean;
  exit(node: number, state: number, count: number): void;
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
  const states: number[] = [];
  const counts: number[] = [];
  states[base] = start;
  counts[base] = count;
  for (let node = from + 1; node < last; ) {
    const level = depth[node]!;
    const before = states[level - 1]!;
    const next = machine.step(before, byte[node]!);
    if (next === DEAD) {
      node = end[node]!;
      continue;
    }
    const read = counts[level - 1]! + machine.completed(before, byte[node]!);
    if (next === CLOSED) {
      visitor.exit(node, before, read);
      node = end[node]!;
      continue;
    }
    states[level] = next;
    counts[level] = read;
    node = visitor.inside(node, next, read) ? node + 1 : end[node]!;
  }
}

/** The machine's state over a vocabulary, remembered with the machine. */
export function stringEntry(
  machine: StringMachine,
  state: number,
  table: TokenTable,
  from: Merged,
): StringEntry {
  let known = machine.memo.get(table);
  if (known === undefined) machine.memo.set(table, (known = new Map()));
  const key = state * 0x4000000 + from.id;
  let entry = known.get(key) as StringEntry | undefined;
  if (entry === undefined) {
    if (known.size > 2000) known.clear();
    known.set(key, (entry = new StringEntry(machine, state, table, from)));
  }
  return entry;
}
