import { nameOf } from '../text/name.ts';
import type { StringMachine } from '../text/string-machine.ts';
import type { Merged } from '../vocabulary/merged.ts';
import type { Trie } from '../vocabulary/trie.ts';
import type { MaskBuilder } from './mask-builder.ts';
import type { Masker } from './masker.ts';
import type { Reading } from './position.ts';
import type { StringPosition } from './string.ts';
import { type StringEntry, stringEntry } from './string-entry.ts';
import { walkStrings } from './string-walk.ts';
import { openStart } from './text.ts';

/** What may follow inside a string: looked up by its state, and the tokens that close it followed on. */
export class StringMasks {
  private readonly masker: Masker;

  constructor(masker: Masker) {
    this.masker = masker;
  }

  /** Tokens below nodes seen as one. */
  together(merged: Merged, position: StringPosition, reading: Reading, out: MaskBuilder): void {
    const { family, state, count } = position;
    const { machine, min, max } = family.rule;
    const { masker } = this;
    // A text that must still grow and cannot do so for ever: only the walk itself can tell.
    if (min > count && machine.longest(state) !== Number.POSITIVE_INFINITY) {
      masker.eachNode(merged, reading, (node) => this.below(merged.trie, node, position, reading, out));
      return;
    }
    const after = masker.graph.state(family.value.up.done());
    const from = this.widened(merged, machine, state, max !== Number.POSITIVE_INFINITY);
    const entry = stringEntry(machine, state, masker.table, from);
    const room = max - count;
    if (!position.checked) {
      const leaving = masker.leaving(entry.closing, after, reading);
      if (!family.counted) {
        out.add(entry.insideOrClosed);
        out.addEntry(leaving);
      } else {
        out.add(entry.inside(room));
        out.addBut(entry.closingOutside(min - count, room), entry.closed, leaving);
      }
      return;
    }
    out.add(entry.inside(room));
    for (const node of this.passing(entry, entry.exitsWithin(min - count, room), position, reading))
      masker.leave(from.trie, 0, node, after, reading, out);
  }

  /** Tokens below a node of a tree. */
  below(trie: Trie, from: number, position: StringPosition, reading: Reading, out: MaskBuilder): void {
    const { family } = position;
    const { machine, min, max } = family.rule;
    const exits: number[] = [];
    walkStrings(trie, from, machine, position.state, position.count, {
      inside: (node, state, count) => {
        if (!family.fits(state, count)) return false;
        out.push(trie.tokensAt(node));
        return true;
      },
      exit: (node, _state, count) => {
        if (!family.counted || (count >= min && count <= max)) exits.push(node);
      },
    });
    if (exits.length === 0) return;
    const after = this.masker.graph.state(family.value.up.done());
    for (const node of exits) {
      if (
        position.checked &&
        !this.passes(position, this.openText(reading) + trie.textBetween(from, node).slice(0, -1))
      )
        continue;
      this.masker.leave(trie, from, node, after, reading, out);
    }
  }

  /** From the beginning of a token, where all plain text stays inside, only the special tokens need a look. */
  widened(merged: Merged, machine: StringMachine, state: number, free: boolean): Merged {
    const { table } = this.masker;
    return merged === table.root && machine.wide(state, free) ? table.specialRoot : merged;
  }

  /** Closing nodes whose text, with what is written of the string, passes its checks. */
  private passing(
    entry: StringEntry,
    nodes: readonly number[],
    position: StringPosition,
    reading: Reading,
  ): readonly number[] {
    reading.looked = true;
    const { from } = entry;
    const { table } = this.masker;
    const begun = from === table.root || from === table.specialRoot ? this.openText(reading) : '';
    return nodes.filter((node) =>
      this.passes(position, begun + from.trie.text(node).slice(from.startOf(from.trie, node), -1)),
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
}
