/**
 * Tokens as a tree of their bytes, flat in depth-first order: a node's children follow it, `end` is past its last
 * descendant. Walking is one loop over arrays; a dead branch is one jump. Node 0 is the empty token.
 */
export class Trie {
  readonly size: number;
  readonly byte: Uint8Array;
  readonly depth: Uint16Array;
  readonly end: Int32Array;
  readonly parent: Int32Array;
  /** The token that ends at a node, or -1. More tokens with the same bytes are in `twins`. */
  readonly token: Int32Array;
  readonly twins: ReadonlyMap<number, readonly number[]>;
  readonly deepest: number;
  /** The first byte's node, or -1. */
  private readonly top = new Int32Array(256).fill(-1);

  /** `texts`: the bytes of each token, one character each. */
  constructor(tokens: readonly number[], texts: readonly string[]) {
    const order = tokens
      .map((_, i) => i)
      .sort((a, b) => (texts[a]! < texts[b]! ? -1 : texts[a]! > texts[b]! ? 1 : 0));
    const capacity = texts.reduce((sum, text) => sum + text.length, 1);
    const byte = new Uint8Array(capacity);
    const depth = new Uint16Array(capacity);
    const end = new Int32Array(capacity);
    const parent = new Int32Array(capacity);
    const token = new Int32Array(capacity).fill(-1);
    const twins = new Map<number, number[]>();
    const path: number[] = [0];
    let count = 1;
    let previous = '';
    let deepest = 0;
    for (const index of order) {
      const text = texts[index]!;
      let shared = 0;
      while (
        shared < previous.length &&
        shared < text.length &&
        previous.charCodeAt(shared) === text.charCodeAt(shared)
      )
        shared++;
      for (let level = previous.length; level > shared; level--) end[path[level]!] = count;
      for (let level = shared; level < text.length; level++) {
        byte[count] = text.charCodeAt(level);
        depth[count] = level + 1;
        parent[count] = path[level]!;
        path[level + 1] = count++;
      }
      const node = path[text.length]!;
      if (token[node] === -1) token[node] = tokens[index]!;
      else twins.set(node, [...(twins.get(node) ?? []), tokens[index]!]);
      deepest = Math.max(deepest, text.length);
      previous = text;
    }
    for (let level = previous.length; level >= 0; level--) end[path[level]!] = count;
    this.size = count;
    this.byte = byte.slice(0, count);
    this.depth = depth.slice(0, count);
    this.end = end.slice(0, count);
    this.parent = parent.slice(0, count);
    this.token = token.slice(0, count);
    this.twins = twins;
    this.deepest = deepest;
    for (let node = 1; node < count; node = this.end[node]!) this.top[this.byte[node]!] = node;
  }

  /** The bytes that lead to a node, one character each. */
  text(node: number): string {
    let text = '';
    for (let at = node; at !== 0; at = this.parent[at]!) text = String.fromCharCode(this.byte[at]!) + text;
    return text;
  }

  child(node: number, byte: number): number {
    if (node === 0) return this.top[byte]!;
    for (let at = node + 1; at < this.end[node]!; at = this.end[at]!) if (this.byte[at] === byte) return at;
    return -1;
  }
}
