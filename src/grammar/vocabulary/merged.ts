import { isSpace } from '../text/space.ts';
import type { Trie } from './trie.ts';

let made = 0;

/**
 * Several nodes of a trie seen as one: what may follow any of them. The hundreds of tokens that end a string and go
 * on (`foo",` and `bar",`) share what follows the quotation mark, so it is walked once.
 */
export class Merged {
  readonly id = made++;
  readonly trie: Trie;
  readonly nodes: readonly number[];
  private own: Int32Array | undefined;
  private spacious: Merged | undefined;
  private kids: ReadonlyMap<number, Merged> | undefined;

  constructor(trie: Trie, nodes: readonly number[]) {
    this.trie = trie;
    this.nodes = nodes;
  }

  /** Tokens that end at one of the nodes. */
  get tokens(): Int32Array {
    return (this.own ??= Int32Array.from(this.nodes.flatMap((node) => [...this.trie.tokensAt(node)])));
  }

  /** The nodes and those that white space leads to from them. */
  get spaced(): Merged {
    if (this.spacious !== undefined) return this.spacious;
    const { trie } = this;
    const nodes = [...this.nodes];
    for (const node of nodes) {
      for (let child = node + 1; child < trie.end[node]!; child = trie.end[child]!)
        if (isSpace(trie.byte[child]!)) nodes.push(child);
    }
    return (this.spacious = new Merged(trie, nodes));
  }

  /** How many bytes of a node's text lie above the merged node it descends from. */
  startOf(trie: Trie, node: number): number {
    for (const from of this.nodes) if (node >= from && node < trie.end[from]!) return trie.depth[from]!;
    return 0;
  }

  get children(): ReadonlyMap<number, Merged> {
    if (this.kids !== undefined) return this.kids;
    const { trie } = this;
    const groups = new Map<number, number[]>();
    for (const node of this.nodes) {
      for (let child = node + 1; child < trie.end[node]!; child = trie.end[child]!) {
        const group = groups.get(trie.byte[child]!);
        if (group === undefined) groups.set(trie.byte[child]!, [child]);
        else group.push(child);
      }
    }
    this.kids = new Map([...groups].map(([byte, nodes]) => [byte, new Merged(trie, nodes)]));
    return this.kids;
  }
}
