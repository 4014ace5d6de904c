import { BEYOND_ASCII, CLASS_OF_BYTE, plainLength, SPECIAL } from '../text/plain-classes.ts';
import { sortedTexts } from './sort.ts';

/**
 * Tokens as a tree of their bytes, flat in depth-first order: a node's children follow it, `end` is past its last
 * descendant. Walking is one loop over arrays; a dead branch is one jump, and all tokens of a branch lie side by
 * side in `tokens`. Node 0 is the empty token.
 */
export class Trie {
  readonly size: number;
  readonly byte: Uint8Array;
  readonly depth: Uint16Array;
  readonly end: Int32Array;
  readonly parent: Int32Array;
  /** Token ids in the order of their nodes; those of a node begin at `first[node]` and end at `first[node + 1]`. */
  readonly tokens: Int32Array;
  readonly first: Int32Array;
  /** Code points of each of `tokens`, 0 where not all of it is plain text. */
  readonly lengths: Uint16Array;
  /** Classes of the characters below a node (`plain-classes.ts`). */
  readonly below: Int32Array;
  /** Bytes of the longest way down from a node. */
  readonly height: Uint16Array;
  readonly deepest: number;
  /** The first byte's node, or -1. */
  private readonly top = new Int32Array(256).fill(-1);

  /** `texts`: the bytes of each token, one character each. */
  constructor(ids: readonly number[], texts: readonly string[]) {
    const order = sortedTexts(texts);
    const capacity = texts.reduce((sum, text) => sum + text.length, 1);
    const byte = new Uint8Array(capacity);
    const depth = new Uint16Array(capacity);
    const end = new Int32Array(capacity);
    const parent = new Int32Array(capacity);
    const first = new Int32Array(capacity + 1);
    const own = new Int32Array(capacity);
    const tokens = new Int32Array(order.length);
    const lengths = new Uint16Array(order.length);
    const path: number[] = [0];
    let size = 1;
    let placed = 0;
    let previous = '';
    for (const index of order) {
      const text = texts[index]!;
      let shared = 0;
      while (
        shared < previous.length &&
        shared < text.length &&
        previous.charCodeAt(shared) === text.charCodeAt(shared)
      )
        shared++;
      for (let level = previous.length; level > shared; level--) end[path[level]!] = size;
      for (let level = shared; level < text.length; level++) {
        byte[size] = text.charCodeAt(level);
        depth[size] = level + 1;
        parent[size] = path[level]!;
        first[size] = placed;
        path[level + 1] = size++;
      }
      const length = plainLength(text);
      if (length < 0) own[path[text.length]!] = SPECIAL;
      lengths[placed] = Math.max(0, length);
      tokens[placed++] = ids[index]!;
      previous = text;
    }
    for (let level = previous.length; level >= 0; level--) end[path[level]!] = size;
    first[size] = placed;
    this.size = size;
    this.byte = byte.slice(0, size);
    this.depth = depth.slice(0, size);
    this.end = end.slice(0, size);
    this.parent = parent.slice(0, size);
    this.tokens = tokens;
    this.lengths = lengths;
    this.first = first.slice(0, size + 1);
    this.below = own.slice(0, size);
    this.height = new Uint16Array(size);
    this.deepest = this.measure();
    for (let node = 1; node < size; node = this.end[node]!) this.top[this.byte[node]!] = node;
  }

  /** The first token that ends at a node, or -1. */
  token(node: number): number {
    const at = this.first[node]!;
    return at < this.first[node + 1]! ? this.tokens[at]! : -1;
  }

  /** Tokens that end at a node. */
  tokensAt(node: number): Int32Array {
    return this.tokens.subarray(this.first[node]!, this.first[node + 1]!);
  }

  /** Tokens that end at a node or below it. */
  tokensUnder(node: number): Int32Array {
    return this.tokens.subarray(this.first[node]!, this.first[this.end[node]!]!);
  }

  isLeaf(node: number): boolean {
    return this.end[node] === node + 1;
  }

  /** The bytes that lead to a node, one character each. */
  text(node: number): string {
    let text = '';
    for (let at = node; at !== 0; at = this.parent[at]!) text = String.fromCharCode(this.byte[at]!) + text;
    return text;
  }

  /** The bytes that lead from one node down to another. */
  textBetween(from: number, node: number): string {
    let text = '';
    for (let at = node; at !== from; at = this.parent[at]!) text = String.fromCharCode(this.byte[at]!) + text;
    return text;
  }

  child(node: number, byte: number): number {
    if (node === 0) return this.top[byte]!;
    for (let at = node + 1; at < this.end[node]!; at = this.end[at]!) if (this.byte[at] === byte) return at;
    return -1;
  }

  /** Node at which a text ends that begins at a node, or -1. */
  find(from: number, text: string): number {
    let node = from;
    for (let i = 0; i < text.length && node >= 0; i++) node = this.child(node, text.charCodeAt(i));
    return node;
  }

  /** Bottom up: what lies below each node, and how deep. */
  private measure(): number {
    const { below, byte, height, parent } = this;
    for (let node = this.size - 1; node > 0; node--) {
      const up = parent[node]!;
      below[up]! |= below[node]! | (byte[node]! < 0x80 ? CLASS_OF_BYTE[byte[node]!]! : BEYOND_ASCII);
      if (height[node]! >= height[up]!) height[up] = height[node]! + 1;
    }
    return height[0]!;
  }
}
