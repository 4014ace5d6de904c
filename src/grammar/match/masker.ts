import { stringMachine } from '../goal/machines.ts';
import type { NumberState } from '../number/number-machine.ts';
import { DEAD } from '../text/automaton.ts';
import { nameOf } from '../text/name.ts';
import type { StringMachine } from '../text/string-machine.ts';
import type { MaskEntry } from '../vocabulary/mask-entry.ts';
import { type Merged, tokensAt } from '../vocabulary/merged.ts';
import type { Trie } from '../vocabulary/trie.ts';
import type { TokenTable } from '../vocabulary/vocabulary.ts';
import { hasByte } from './byte-set.ts';
import { KeyPosition } from './key.ts';
import { NumberPosition } from './number.ts';
import { TextPosition } from './plain-text.ts';
import type { Position, Reading } from './position.ts';
import type { State, StateGraph } from './state.ts';
import { StringPosition } from './string.ts';
import { type StringEntry, stringEntry, walkStrings } from './string-entry.ts';
import { isSpace, openStart } from './text.ts';

interface Sink {
  readonly bases: Uint32Array[];
  readonly extra: number[];
}

interface NumberEntry {
  readonly inside: readonly number[];
  /** Nodes at which the number may end with more of the token to come. */
  readonly exits: readonly number[];
}

/**
 * Which tokens a state allows. Inside strings, names and numbers that is looked up (the same for every string of
 * that state, wherever it stands); only tokens that leave them are followed through the structure.
 */
export class Masker {
  private readonly table: TokenTable;
  private readonly graph: StateGraph;

  constructor(table: TokenTable, graph: StateGraph) {
    this.table = table;
    this.graph = graph;
  }

  entry(state: State, reading: Reading): MaskEntry {
    if (state.mask !== undefined) return state.mask;
    const looked = reading.looked;
    reading.looked = false;
    const sink: Sink = { bases: [], extra: [] };
    const spacious = state.positions.filter((position) => position.spacious);
    if (spacious.length > 0) {
      pushAll(sink.extra, this.table.spaceTokens);
      this.structure(this.table.spaces, this.part(state, spacious), true, reading, sink.extra);
    }
    if (spacious.length < state.positions.length) {
      const others =
        spacious.length === 0
          ? state
          : this.part(
              state,
              state.positions.filter((position) => !position.spacious),
            );
      this.together(this.table.root, others, reading, sink);
    }
    if (state.final) sink.extra.push(...this.table.eos);
    const entry = { bases: [...new Set(sink.bases)], extra: Int32Array.from(sink.extra) };
    if (!reading.looked) state.mask = entry;
    reading.looked = looked;
    return entry;
  }

  private part(state: State, positions: readonly Position[]): State {
    return positions.length === state.positions.length ? state : this.graph.state(positions);
  }

  /** Tokens below nodes seen as one. `reading` holds the text before the token. */
  private together(merged: Merged, state: State, reading: Reading, sink: Sink): void {
    const plain: Position[] = [];
    for (const position of state.positions) {
      if (position instanceof StringPosition) this.string(merged, position, reading, sink);
      else if (position instanceof TextPosition) this.text(merged, position, sink);
      else if (position instanceof KeyPosition) this.key(merged, position, reading, sink);
      else if (position instanceof NumberPosition && !position.checked)
        this.eachNode(merged, reading, (node) => this.fillNumber(node, position, reading, sink.extra));
      else plain.push(position);
    }
    if (plain.length > 0) this.structure(merged, this.part(state, plain), false, reading, sink.extra);
  }

  /** `reading` with each node's own text. */
  private eachNode(merged: Merged, reading: Reading, visit: (node: number) => void): void {
    const { length } = reading;
    for (const node of merged.nodes) {
      for (const char of merged.trie.text(node)) reading.bytes[reading.length++] = char.charCodeAt(0);
      visit(node);
      reading.length = length;
    }
  }

  private structure(
    merged: Merged,
    state: State,
    pastSpace: boolean,
    reading: Reading,
    tokens: number[],
  ): void {
    const { bytes } = state;
    for (const [byte, below] of merged.children) {
      if (!hasByte(bytes, byte) || (pastSpace && isSpace(byte))) continue;
      const looked = reading.looked;
      reading.looked = false;
      reading.blind = true;
      const next = this.graph.step(state, byte, reading);
      reading.blind = false;
      if (reading.looked) {
        for (const node of below.nodes) this.step(merged.trie, node, state, reading, tokens);
        continue;
      }
      reading.looked = looked;
      if (next === null) continue;
      pushAll(tokens, below.tokens);
      const sink: Sink = { bases: [], extra: tokens };
      this.together(below, next, reading, sink);
      for (const base of sink.bases) pushBits(tokens, base);
    }
  }

  /** Tokens below a node that a state allows. `reading` holds the text up to the node. */
  private fill(trie: Trie, node: number, state: State, reading: Reading, extra: number[]): void {
    if (trie.end[node] === node + 1) return;
    const plain: Position[] = [];
    for (const position of state.positions) {
      if (position instanceof StringPosition && !position.checked)
        this.fillString(trie, node, position, reading, extra);
      else if (position instanceof KeyPosition) this.fillKey(trie, node, position, reading, extra);
      else if (position instanceof NumberPosition && !position.checked && trie === this.table.all)
        this.fillNumber(node, position, reading, extra);
      else plain.push(position);
    }
    if (plain.length === 0) return;
    const rest = plain.length === state.positions.length ? state : this.graph.state(plain);
    const { byte, end } = trie;
    const { bytes } = rest;
    for (let child = node + 1; child < end[node]!; child = end[child]!) {
      if (!hasByte(bytes, byte[child]!)) continue;
      reading.bytes[reading.length++] = byte[child]!;
      const next = this.graph.step(rest, byte[child]!, reading);
      if (next !== null) {
        extra.push(...tokensAt(trie, child));
        this.fill(trie, child, next, reading, extra);
      }
      reading.length--;
    }
  }

  private string(merged: Merged, position: StringPosition, reading: Reading, sink: Sink): void {
    const { family, state, count } = position;
    const { machine, min, max } = family.rule;
    // A text that must still grow and cannot do so for ever: only the walk itself can tell.
    if (min > count && machine.longest(state) !== Number.POSITIVE_INFINITY) {
      this.eachNode(merged, reading, (node) =>
        this.fillString(merged.trie, node, position, reading, sink.extra),
      );
      return;
    }
    const after = this.graph.state(family.value.up.done());
    const entry = stringEntry(
      machine,
      state,
      this.table,
      this.widen(merged, machine, state, max !== Number.POSITIVE_INFINITY),
    );
    const room = max - count;
    const inside = entry.inside(room);
    sink.bases.push(...inside.bases);
    pushAll(sink.extra, inside.extra);
    if (!position.checked) {
      pushAll(sink.extra, entry.within(this.leaving(entry.closing, after, reading), min - count, room));
      return;
    }
    for (const node of this.passing(entry, entry.exitsWithin(min - count, room), position, reading)) {
      this.leave(entry.trie, 0, node, after, reading, sink.extra);
    }
  }

  /** Closing nodes whose text, with what is written of the string, passes its checks. */
  private passing(
    entry: StringEntry,
    nodes: readonly number[],
    position: StringPosition,
    reading: Reading,
  ): readonly number[] {
    reading.looked = true;
    const { from, trie } = entry;
    const begun = from === this.table.root || from === this.table.specialRoot ? this.openText(reading) : '';
    return nodes.filter((node) =>
      this.passes(position, begun + trie.text(node).slice(from.startOf(trie, node), -1)),
    );
  }

  private passes(position: StringPosition, raw: string): boolean {
    const { matching, shape } = position.family.value;
    return matching.goals.holds(shape.checks.string, nameOf(raw));
  }

  /** What is written of the string that is open. */
  private openText(reading: Reading): string {
    reading.looked = true;
    const bytes = reading.bytes.subarray(openStart(reading) + 1, reading.length);
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  }

  private text(merged: Merged, position: TextPosition, sink: Sink): void {
    const inside = stringEntry(position.machine, position.state, this.table, merged).inside(
      Number.POSITIVE_INFINITY,
    );
    sink.bases.push(...inside.bases);
    pushAll(sink.extra, inside.extra);
  }

  /** From the beginning of a token, where all plain text stays inside, only the special tokens need a look. */
  private widen(merged: Merged, machine: StringMachine, state: number, free: boolean): Merged {
    return merged === this.table.root && machine.wide(state, free) ? this.table.specialRoot : merged;
  }

  private fillString(
    trie: Trie,
    from: number,
    position: StringPosition,
    reading: Reading,
    extra: number[],
  ): void {
    const { family } = position;
    const { machine, min, max } = family.rule;
    const exits: number[] = [];
    walkStrings(trie, from, machine, position.state, position.count, {
      inside: (node, state, count) => {
        if (!family.fits(state, count)) return false;
        if (trie.token[node]! >= 0) pushAll(extra, tokensAt(trie, node));
        return true;
      },
      exit: (node, _state, count) => {
        if (!family.counted || (count >= min && count <= max)) exits.push(node);
      },
    });
    if (exits.length === 0) return;
    const after = this.graph.state(family.value.up.done());
    for (const node of exits) {
      if (
        position.checked &&
        !this.passes(position, this.openText(reading) + below(trie, from, node).slice(0, -1))
      )
        continue;
      this.leave(trie, from, node, after, reading, extra);
    }
  }

  private key(merged: Merged, position: KeyPosition, reading: Reading, sink: Sink): void {
    const { frame, state } = position;
    const { machine } = frame;
    if (!frame.open || !machine.whole(state)) {
      this.closedKey(merged, position, reading, sink);
      return;
    }
    if (frame.rule.patterns.length === 0 && frame.rule.nameNodes.length === 0) {
      this.anyKey(merged, position, reading, sink);
      return;
    }
    const entry = stringEntry(machine, state, this.table, this.widen(merged, machine, state, false));
    const inside = entry.inside(Number.POSITIVE_INFINITY);
    sink.bases.push(...inside.bases);
    pushAll(sink.extra, inside.extra);
    this.keyExits(entry, position, reading, sink.extra);
  }

  /** Only names that are known or match a pattern, and of those only some: which, the object so far decides. */
  private closedKey(merged: Merged, position: KeyPosition, reading: Reading, sink: Sink): void {
    const { frame } = position;
    const { machine } = frame;
    const entry = stringEntry(machine, position.state, this.table, merged);
    const known = new Map<number, boolean>();
    for (const [state, inside] of entry.byState) {
      let leads = known.get(state);
      if (leads === undefined) known.set(state, (leads = frame.leads(machine.at(state))));
      if (!leads) continue;
      sink.bases.push(...inside.bases);
      pushAll(sink.extra, inside.extra);
    }
    this.keyExits(entry, position, reading, sink.extra);
  }

  /**
   * A name that may be any: as any string, but for the tokens that would end a known name, which have a value of
   * their own, or a name that is there already.
   */
  private anyKey(merged: Merged, position: KeyPosition, reading: Reading, sink: Sink): void {
    const { frame, raw, state } = position;
    const machine = stringMachine([], [], frame.machine.spelling);
    const entry = stringEntry(
      machine,
      machine.start,
      this.table,
      this.widen(merged, machine, machine.start, false),
    );
    const inside = entry.inside(Number.POSITIVE_INFINITY);
    sink.bases.push(...inside.bases);
    pushAll(sink.extra, inside.extra);
    const after = frame.otherName('');
    const tokens = after === undefined ? [] : this.leaving(entry.closing, this.graph.state([after]), reading);
    const apart = this.named(entry, position, state);
    if (apart.length === 0) {
      pushAll(sink.extra, tokens);
      return;
    }
    const taken = new Set<number>();
    for (const node of apart)
      for (let at = node; at < entry.trie.end[node]!; at++)
        for (const token of tokensAt(entry.trie, at)) taken.add(token);
    for (const token of tokens) if (!taken.has(token)) sink.extra.push(token);
    for (const node of apart) this.leaveName(entry.trie, merged, node, { frame, raw }, reading, sink.extra);
  }

  /** Closing nodes that would end a name which is known or there already. */
  private named(entry: StringEntry, position: KeyPosition, state: number): readonly number[] {
    const { frame, raw } = position;
    const { tree, names } = frame.rule;
    const at = frame.machine.at(state)[0]!;
    const rests: readonly string[] = at === DEAD ? [] : tree.below(at).map((index) => names[index]!);
    return closingNodes(entry, nameOf(raw), frame.extras.length === 0 ? rests : [...rests, ...frame.extras]);
  }

  /** Names that end inside a token: one by one where the name matters, together where any name will do. */
  private keyExits(entry: StringEntry, position: KeyPosition, reading: Reading, extra: number[]): void {
    const { frame, raw } = position;
    const keys = frame.machine;
    const { tree, nameNodes } = frame.rule;
    const groups = keyGroups(entry, (state) => {
      const at = keys.final(state);
      return at === undefined
        ? undefined
        : at[0] !== DEAD && tree.end(at[0]!) >= 0
          ? 'named'
          : at
              .map((inner, i) => (i > 0 && inner !== DEAD && keys.automata[i]!.accepts(inner) ? '1' : '0'))
              .join('');
    });
    for (const [label, merged] of groups) {
      const alone = label === 'named' || nameNodes.length > 0;
      if (alone) {
        for (const node of merged.nodes)
          this.leaveName(merged.trie, entry.from, node, position, reading, extra);
        continue;
      }
      const after = frame.otherName(label.slice(1));
      if (after === undefined) continue;
      const taken = keys.whole(position.state)
        ? this.taken(entry, frame.extras, raw)
        : this.spelled(entry.from, merged, frame.extras, raw);
      const tokens = this.leaving(merged, this.graph.state([after]), reading);
      if (taken === undefined) pushAll(extra, tokens);
      else for (const token of tokens) if (!taken.has(token)) extra.push(token);
    }
  }

  /** Tokens that would write a name a second time. */
  private taken(entry: StringEntry, extras: readonly string[], raw: string): ReadonlySet<number> | undefined {
    if (extras.length === 0) return undefined;
    const taken = new Set<number>();
    for (const node of closingNodes(entry, nameOf(raw), extras)) {
      for (let at = node; at < entry.trie.end[node]!; at++)
        for (const token of tokensAt(entry.trie, at)) taken.add(token);
    }
    return taken;
  }

  /** The same where a name breaks off in the middle of a character. */
  private spelled(
    from: Merged,
    merged: Merged,
    extras: readonly string[],
    raw: string,
  ): ReadonlySet<number> | undefined {
    if (extras.length === 0) return undefined;
    const { trie } = merged;
    let taken: Set<number> | undefined;
    for (const node of merged.nodes) {
      const tail = trie.text(node).slice(from.startOf(trie, node), -1);
      const name =
        tail.includes('\\') || raw.includes('\\') || !isAscii(tail) || !isAscii(raw)
          ? nameOf(raw + tail)
          : raw + tail;
      if (!extras.includes(name)) continue;
      taken ??= new Set();
      for (let at = node; at < trie.end[node]!; at++)
        for (const token of tokensAt(trie, at)) taken.add(token);
    }
    return taken;
  }

  private fillKey(trie: Trie, from: number, position: KeyPosition, reading: Reading, extra: number[]): void {
    const { frame } = position;
    const { machine } = frame;
    const known = new Map<number, boolean>();
    const exits: number[] = [];
    walkStrings(trie, from, machine, position.state, 0, {
      inside: (node, state) => {
        let leads = known.get(state);
        if (leads === undefined) known.set(state, (leads = frame.leads(machine.at(state))));
        if (leads && trie.token[node]! >= 0) pushAll(extra, tokensAt(trie, node));
        return leads;
      },
      exit: (node) => exits.push(node),
    });
    for (const node of exits) {
      const after = frame.key(nameOf(position.raw + below(trie, from, node).slice(0, -1)));
      if (after !== undefined) this.leave(trie, from, node, this.graph.state([after]), reading, extra);
    }
  }

  /** A token that ends a name which began at one of the merged nodes. */
  private leaveName(
    trie: Trie,
    merged: Merged,
    node: number,
    position: Pick<KeyPosition, 'frame' | 'raw'>,
    reading: Reading,
    extra: number[],
  ): void {
    const after = position.frame.key(
      nameOf(position.raw + trie.text(node).slice(merged.startOf(trie, node), -1)),
    );
    if (after !== undefined) this.leave(trie, 0, node, this.graph.state([after]), reading, extra);
  }

  private fillNumber(from: number, position: NumberPosition, reading: Reading, extra: number[]): void {
    const entry = this.numberEntry(from, position);
    pushAll(extra, entry.inside);
    if (entry.exits.length === 0) return;
    const after = this.graph.state(position.up.done());
    for (const node of entry.exits) {
      if (node === from) this.fill(this.table.all, node, after, reading, extra);
      else this.fillBelow(this.table.all, from, node, after, reading, extra);
    }
  }

  private numberEntry(from: number, position: NumberPosition): NumberEntry {
    const { machine, state } = position;
    let known = machine.memo.get(this.table);
    if (known === undefined) machine.memo.set(this.table, (known = new Map()));
    const key = `${from}:${state.key}`;
    let entry = known.get(key) as NumberEntry | undefined;
    if (entry !== undefined) return entry;
    const { all } = this.table;
    const inside: number[] = [];
    const exits: number[] = state.ends && (from === 0 || hasOther(all, from)) ? [from] : [];
    const stack: NumberState[] = [];
    stack[all.depth[from]!] = state;
    for (let node = from + 1; node < all.end[from]!; ) {
      const level = all.depth[node]!;
      const byte = all.byte[node]!;
      const next = isNumeric(byte) ? machine.step(stack[level - 1]!, byte) : null;
      if (next === null) {
        node = all.end[node]!;
        continue;
      }
      stack[level] = next;
      pushAll(inside, tokensAt(all, node));
      if (next.ends && hasOther(all, node)) exits.push(node);
      node++;
    }
    entry = { inside, exits };
    if (known.size > 2000) known.clear();
    known.set(key, entry);
    return entry;
  }

  /** Tokens that go on from any of the merged nodes; remembered with the state unless a check looks at the text. */
  private leaving(merged: Merged, after: State, reading: Reading): readonly number[] {
    const known = after.leaving.get(merged);
    if (known !== undefined) return known;
    const looked = reading.looked;
    reading.looked = false;
    const tokens: number[] = [...merged.tokens];
    const sink: Sink = { bases: [], extra: tokens };
    this.together(merged, after, reading, sink);
    for (const base of sink.bases) pushBits(tokens, base);
    if (!reading.looked) after.leaving.set(merged, tokens);
    reading.looked ||= looked;
    return tokens;
  }

  /** One node with its own text, where a check has to read it. */
  private step(trie: Trie, node: number, state: State, reading: Reading, tokens: number[]): void {
    const from = reading.length;
    for (const char of trie.text(node)) reading.bytes[reading.length++] = char.charCodeAt(0);
    const next = this.graph.step(state, trie.byte[node]!, reading);
    if (next !== null) {
      pushAll(tokens, tokensAt(trie, node));
      this.fill(trie, node, next, reading, tokens);
    }
    reading.length = from;
  }

  /** A token that closes a string or name at a node and may go on. */
  private leave(
    trie: Trie,
    from: number,
    node: number,
    after: State,
    reading: Reading,
    extra: number[],
  ): void {
    pushAll(extra, tokensAt(trie, node));
    this.fillBelow(trie, from, node, after, reading, extra);
  }

  private fillBelow(
    trie: Trie,
    from: number,
    node: number,
    after: State,
    reading: Reading,
    extra: number[],
  ): void {
    if (trie.end[node] === node + 1) return;
    const length = reading.length;
    for (const char of below(trie, from, node)) reading.bytes[reading.length++] = char.charCodeAt(0);
    this.fill(trie, node, after, reading, extra);
    reading.length = length;
  }
}

/** Nodes that close a string, begun with a text, as one of the names. */
function closingNodes(entry: StringEntry, begun: string, names: readonly string[]): readonly number[] {
  if (names.length === 0) return [];
  const nodes = new Set<number>();
  for (const name of names) {
    if (!name.startsWith(begun)) continue;
    const rest = `${utf8(name.slice(begun.length))}"`;
    for (const from of entry.from.nodes) {
      const node = find(entry.trie, from, rest);
      if (node >= 0) nodes.add(node);
    }
  }
  const known = new Set(names);
  for (const { node, tail } of entry.escapedExits) if (known.has(begun + tail)) nodes.add(node);
  return [...nodes];
}

/** The node at which a text ends, or -1. */
function find(trie: Trie, from: number, text: string): number {
  let node = from;
  for (let i = 0; i < text.length && node >= 0; i++) node = trie.child(node, text.charCodeAt(i));
  return node;
}

function utf8(text: string): string {
  if (isAscii(text)) return text;
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

/** The bytes from one node down to another. */
function below(trie: Trie, from: number, node: number): string {
  return trie.text(node).slice(trie.depth[from]!);
}

const grouped = new WeakMap<StringEntry, ReadonlyMap<string, Merged>>();

function keyGroups(
  entry: StringEntry,
  labelOf: (state: number) => string | undefined,
): ReadonlyMap<string, Merged> {
  const known = grouped.get(entry);
  if (known !== undefined) return known;
  const groups = entry.grouped(labelOf);
  grouped.set(entry, groups);
  return groups;
}

function pushAll(to: number[], from: readonly number[]): void {
  for (let i = 0; i < from.length; i++) to.push(from[i]!);
}

function pushBits(to: number[], bits: Uint32Array): void {
  for (let word = 0; word < bits.length; word++) {
    for (let rest = bits[word]!; rest !== 0; rest &= rest - 1)
      to.push((word << 5) | (31 - Math.clz32(rest & -rest)));
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7e) return false;
  return true;
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
