import { stringMachine } from '../goal/machines.ts';
import { DEAD } from '../text/automaton.ts';
import { nameOf } from '../text/name.ts';
import type { StringMachine } from '../text/string-machine.ts';
import { concatenated, type Ids, NO_IDS } from '../vocabulary/mask-entry.ts';
import type { Merged } from '../vocabulary/merged.ts';
import type { Trie } from '../vocabulary/trie.ts';
import type { KeyPosition } from './key.ts';
import type { MaskBuilder } from './mask-builder.ts';
import type { Masker } from './masker.ts';
import type { Reading } from './position.ts';
import { type StringEntry, stringEntry } from './string-entry.ts';
import { walkStrings } from './string-walk.ts';

/** What may follow inside a property's name. */
export class KeyMasks {
  private readonly masker: Masker;

  constructor(masker: Masker) {
    this.masker = masker;
  }

  /** Tokens below nodes seen as one. */
  together(merged: Merged, position: KeyPosition, reading: Reading, out: MaskBuilder): void {
    const { frame, state } = position;
    if (!frame.open || !frame.machine.whole(state)) this.closed(merged, position, reading, out);
    else if (frame.rule.patterns.length === 0 && frame.rule.nameNodes.length === 0)
      this.any(merged, position, reading, out);
    else {
      const entry = this.entry(merged, frame.machine, state);
      out.add(entry.inside(Number.POSITIVE_INFINITY));
      out.share(entry.namedTokens);
      this.exits(entry, position, reading, out);
    }
  }

  /** Tokens below a node of a tree. */
  below(trie: Trie, from: number, position: KeyPosition, reading: Reading, out: MaskBuilder): void {
    const { frame } = position;
    const { machine } = frame;
    const leads = this.leads(position);
    const exits: number[] = [];
    walkStrings(trie, from, machine, position.state, 0, {
      inside: (node, state) => {
        const leading = leads(state);
        if (leading) out.push(trie.tokensAt(node));
        return leading;
      },
      exit: (node) => exits.push(node),
    });
    for (const node of exits) {
      const after = frame.key(nameOf(position.raw + trie.textBetween(from, node).slice(0, -1)));
      if (after !== undefined)
        this.masker.leave(trie, from, node, this.masker.graph.state([after]), reading, out);
    }
  }

  /** From the beginning of a token, where all plain text stays inside, only the special tokens need a look. */
  private entry(merged: Merged, machine: StringMachine, state: number): StringEntry {
    const { table } = this.masker;
    const wide = merged === table.root && machine.wide(state, false);
    return stringEntry(machine, state, table, wide ? table.specialRoot : merged);
  }

  /** Whether some name that may come goes through a state, remembered by state. */
  private leads({ frame }: KeyPosition): (state: number) => boolean {
    const known = new Map<number, boolean>();
    return (state) => {
      let leading = known.get(state);
      if (leading === undefined) known.set(state, (leading = frame.leads(state)));
      return leading;
    };
  }

  /** Only names that are known or match a pattern, and of those only some: which, the object so far decides. */
  private closed(merged: Merged, position: KeyPosition, reading: Reading, out: MaskBuilder): void {
    const { frame } = position;
    const entry = stringEntry(frame.machine, position.state, this.masker.table, merged);
    if (frame.takesOther) out.add(entry.inside(Number.POSITIVE_INFINITY));
    for (const [state, tokens] of entry.named) if (frame.leads(state)) out.share(tokens);
    this.exits(entry, position, reading, out);
  }

  /**
   * A name that may be any: as any string, but for the tokens that would end a known name, which have a value of
   * their own, or a name that is there already.
   */
  private any(merged: Merged, position: KeyPosition, reading: Reading, out: MaskBuilder): void {
    const { frame, raw, state } = position;
    const machine = stringMachine([], [], frame.machine.spelling);
    const entry = this.entry(merged, machine, machine.start);
    const apart = this.apart(entry, position, state);
    const after = frame.otherName('');
    if (after === undefined) out.add(entry.inside(Number.POSITIVE_INFINITY));
    else {
      const leaving = this.masker.leaving(entry.closing, this.masker.graph.state([after]), reading);
      out.addBut(under(entry.from.trie, apart), entry.insideOrClosed, leaving);
    }
    for (const node of apart) this.leaveName(entry.from.trie, merged, node, { frame, raw }, reading, out);
  }

  /** Closing nodes that would end a name which is known or there already. */
  private apart(entry: StringEntry, position: KeyPosition, state: number): readonly number[] {
    const { frame, raw } = position;
    const { tree, names } = frame.rule;
    const at = frame.machine.at(state)[0]!;
    const rests: readonly string[] = at === DEAD ? [] : tree.below(at).map((index) => names[index]!);
    return closingNodes(entry, nameOf(raw), frame.extras.length === 0 ? rests : [...rests, ...frame.extras]);
  }

  /** Names that end inside a token: one by one where the name matters, together where any name will do. */
  private exits(entry: StringEntry, position: KeyPosition, reading: Reading, out: MaskBuilder): void {
    const { frame, raw } = position;
    const keys = frame.machine;
    for (const [label, merged] of entry.grouped((state) => labelOf(position, state))) {
      if (label === NAMED || frame.rule.nameNodes.length > 0) {
        for (const node of merged.nodes)
          this.leaveName(merged.trie, entry.from, node, position, reading, out);
        continue;
      }
      const after = frame.otherName(label.slice(1));
      if (after === undefined) continue;
      const taken = keys.whole(position.state)
        ? under(entry.from.trie, closingNodes(entry, nameOf(raw), frame.extras))
        : under(merged.trie, spelled(entry.from, merged, frame.extras, raw));
      const leaving = this.masker.leaving(merged, this.masker.graph.state([after]), reading);
      out.addBut(taken, { bits: [], lists: [merged.tokens], without: NO_IDS }, leaving);
    }
  }

  /** A token that ends a name which began at one of the merged nodes. */
  private leaveName(
    trie: Trie,
    merged: Merged,
    node: number,
    { frame, raw }: Pick<KeyPosition, 'frame' | 'raw'>,
    reading: Reading,
    out: MaskBuilder,
  ): void {
    const after = frame.key(nameOf(raw + trie.text(node).slice(merged.startOf(trie, node), -1)));
    if (after !== undefined) this.masker.leave(trie, 0, node, this.masker.graph.state([after]), reading, out);
  }
}

const NAMED = 'named';

/** What a name that ends here is: a known one, or which patterns it matches. */
function labelOf({ frame }: KeyPosition, state: number): string | undefined {
  const keys = frame.machine;
  const at = keys.final(state);
  if (at === undefined) return undefined;
  if (at[0] !== DEAD && frame.rule.tree.end(at[0]!) >= 0) return NAMED;
  return at
    .map((inner, i) => (i > 0 && inner !== DEAD && keys.automata[i]!.accepts(inner) ? '1' : '0'))
    .join('');
}

/** Tokens that end at some nodes or below them. */
function under(trie: Trie, nodes: readonly number[]): Ids {
  if (nodes.length <= 1) return nodes.length === 0 ? NO_IDS : trie.tokensUnder(nodes[0]!);
  return concatenated(nodes.map((node) => trie.tokensUnder(node)));
}

/** Nodes that close a string, begun with a text, as one of the names. */
function closingNodes(entry: StringEntry, begun: string, names: readonly string[]): readonly number[] {
  if (names.length === 0) return [];
  const { from } = entry;
  const nodes = new Set<number>();
  for (const name of names) {
    if (!name.startsWith(begun)) continue;
    const left = name.slice(begun.length);
    // What has to be escaped stands in no token as it is: `\"` ends no name that ends with a backslash.
    if (JSON.stringify(left).length !== left.length + 2) continue;
    const rest = `${utf8(left)}"`;
    for (const root of from.nodes) {
      const node = from.trie.find(root, rest);
      if (node >= 0) nodes.add(node);
    }
  }
  const known = new Set(names);
  for (const { node, tail } of entry.escapedExits) if (known.has(begun + tail)) nodes.add(node);
  return [...nodes];
}

/** The same where a name breaks off in the middle of a character. */
function spelled(from: Merged, merged: Merged, names: readonly string[], raw: string): readonly number[] {
  if (names.length === 0) return [];
  return merged.nodes.filter((node) => {
    const tail = merged.trie.text(node).slice(from.startOf(merged.trie, node), -1);
    const plain = !tail.includes('\\') && !raw.includes('\\') && isAscii(tail) && isAscii(raw);
    return names.includes(plain ? raw + tail : nameOf(raw + tail));
  });
}

function utf8(text: string): string {
  if (isAscii(text)) return text;
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7e) return false;
  return true;
}
