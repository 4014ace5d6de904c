import { isSpace } from '../text/space.ts';
import type { MaskEntry } from '../vocabulary/mask-entry.ts';
import type { Merged } from '../vocabulary/merged.ts';
import type { Trie } from '../vocabulary/trie.ts';
import type { TokenTable } from '../vocabulary/vocabulary.ts';
import { hasByte } from './byte-set.ts';
import { KeyPosition } from './key.ts';
import { KeyMasks } from './key-masks.ts';
import { MaskBuilder } from './mask-builder.ts';
import { NumberPosition } from './number.ts';
import { numberEntry } from './number-entry.ts';
import { TextPosition } from './plain-text.ts';
import type { Position, Reading } from './position.ts';
import type { State, StateGraph } from './state.ts';
import { StringPosition } from './string.ts';
import { stringEntry } from './string-entry.ts';
import { StringMasks } from './string-masks.ts';

/**
 * Which tokens a state allows. Inside strings, names and numbers that is looked up (the same for every string of
 * that state, wherever it stands); only tokens that leave them are followed through the structure.
 */
export class Masker {
  readonly table: TokenTable;
  readonly graph: StateGraph;
  private readonly strings: StringMasks;
  private readonly keys: KeyMasks;

  constructor(table: TokenTable, graph: StateGraph) {
    this.table = table;
    this.graph = graph;
    this.strings = new StringMasks(this);
    this.keys = new KeyMasks(this);
  }

  entry(state: State, reading: Reading): MaskEntry {
    if (state.mask !== undefined) return state.mask;
    const looked = reading.looked;
    reading.looked = false;
    const out = new MaskBuilder();
    this.together(this.table.root, state, reading, out);
    if (state.final) out.push(this.table.eos);
    const entry = out.finish();
    if (!reading.looked) this.graph.remember(state, entry);
    reading.looked = looked;
    return entry;
  }

  /** Tokens that go on from any of the merged nodes and end beyond it; remembered with the state unless a check looks at the text. */
  leaving(merged: Merged, after: State, reading: Reading): MaskEntry {
    const known = after.leaving?.get(merged);
    if (known !== undefined) return known;
    const looked = reading.looked;
    reading.looked = false;
    const out = new MaskBuilder();
    this.together(merged, after, reading, out);
    const entry = out.finish();
    if (!reading.looked) this.graph.rememberLeaving(after, merged, entry);
    reading.looked ||= looked;
    return entry;
  }

  /** A token that ends a string, name or number at a node and may go on. `reading` holds the text up to `from`. */
  leave(trie: Trie, from: number, node: number, after: State, reading: Reading, out: MaskBuilder): void {
    out.push(trie.tokensAt(node));
    this.goOn(trie, from, node, after, reading, out);
  }

  private part(state: State, positions: readonly Position[]): State {
    return positions.length === state.positions.length ? state : this.graph.state(positions);
  }

  /** Tokens below nodes seen as one. `reading` holds the text before the token. */
  private together(merged: Merged, state: State, reading: Reading, out: MaskBuilder): void {
    const plain: Position[] = [];
    const spacious: Position[] = [];
    for (const position of state.positions) {
      if (position.spacious) spacious.push(position);
      else if (position instanceof StringPosition) this.strings.together(merged, position, reading, out);
      else if (position instanceof TextPosition)
        out.add(
          stringEntry(position.machine, position.state, this.table, merged).inside(Number.POSITIVE_INFINITY),
        );
      else if (position instanceof KeyPosition) this.keys.together(merged, position, reading, out);
      else if (position instanceof NumberPosition && !position.checked)
        this.numbers(merged, position, reading, out);
      else plain.push(position);
    }
    if (plain.length > 0) this.structure(merged, this.part(state, plain), false, reading, out);
    if (spacious.length === 0) return;
    // However much white space a token begins with, it leads back to these positions.
    out.share(merged.spaced.tokens);
    this.structure(merged.spaced, this.part(state, spacious), true, reading, out);
  }

  /** `reading` with each node's own text. */
  eachNode(merged: Merged, reading: Reading, visit: (node: number) => void): void {
    const { length } = reading;
    for (const node of merged.nodes) {
      write(reading, merged.trie.text(node));
      visit(node);
      reading.length = length;
    }
  }

  /** Tokens that go on with a byte of the structure. */
  private structure(
    merged: Merged,
    state: State,
    pastSpace: boolean,
    reading: Reading,
    out: MaskBuilder,
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
        for (const node of below.nodes) this.step(merged.trie, node, state, reading, out);
        continue;
      }
      reading.looked = looked;
      if (next === null) continue;
      out.share(below.tokens);
      this.together(below, next, reading, out);
    }
  }

  /** One node with its own text, where a check has to read it. */
  private step(trie: Trie, node: number, state: State, reading: Reading, out: MaskBuilder): void {
    const { length } = reading;
    write(reading, trie.text(node));
    const next = this.graph.step(state, trie.byte[node]!, reading);
    if (next !== null) {
      out.push(trie.tokensAt(node));
      this.fill(trie, node, next, reading, out);
    }
    reading.length = length;
  }

  /** Tokens below a node that a state allows. `reading` holds the text up to the node. */
  private fill(trie: Trie, node: number, state: State, reading: Reading, out: MaskBuilder): void {
    if (trie.isLeaf(node)) return;
    const plain: Position[] = [];
    for (const position of state.positions) {
      if (position instanceof StringPosition && !position.checked)
        this.strings.below(trie, node, position, reading, out);
      else if (position instanceof KeyPosition) this.keys.below(trie, node, position, reading, out);
      else if (position instanceof NumberPosition && !position.checked && trie === this.table.all)
        this.number(node, position, reading, out);
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
        out.push(trie.tokensAt(child));
        this.fill(trie, child, next, reading, out);
      }
      reading.length--;
    }
  }

  /** Tokens that begin with what follows the number are the same for all its digits. */
  private numbers(merged: Merged, position: NumberPosition, reading: Reading, out: MaskBuilder): void {
    if (merged !== this.table.root) {
      this.eachNode(merged, reading, (node) => this.number(node, position, reading, out));
      return;
    }
    const entry = numberEntry(position.machine, position.state, this.table, 0);
    out.add(entry.inside);
    if (entry.exits.length === 0) return;
    const after = this.graph.state(position.up.done());
    for (const node of entry.exits) {
      if (node === 0) out.addEntry(this.leaving(merged, after, reading));
      else this.goOn(merged.trie, 0, node, after, reading, out);
    }
  }

  private number(from: number, position: NumberPosition, reading: Reading, out: MaskBuilder): void {
    const entry = numberEntry(position.machine, position.state, this.table, from);
    out.add(entry.inside);
    if (entry.exits.length === 0) return;
    const after = this.graph.state(position.up.done());
    for (const node of entry.exits) this.goOn(this.table.all, from, node, after, reading, out);
  }

  private goOn(
    trie: Trie,
    from: number,
    node: number,
    after: State,
    reading: Reading,
    out: MaskBuilder,
  ): void {
    if (trie.isLeaf(node)) return;
    const { length } = reading;
    write(reading, trie.textBetween(from, node));
    this.fill(trie, node, after, reading, out);
    reading.length = length;
  }
}

function write(reading: Reading, text: string): void {
  for (let i = 0; i < text.length; i++) reading.bytes[reading.length++] = text.charCodeAt(i);
}
