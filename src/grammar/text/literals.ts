import { type Automaton, DEAD } from './automaton.ts';

/** A finite set of texts as a tree: enum values, property names. */
export class Literals implements Automaton {
  readonly start = 0;
  readonly boundaries: readonly number[];
  private readonly children: Map<number, number>[] = [new Map()];
  private readonly ends: number[] = [-1];
  private readonly least: number[] = [0];
  private readonly most: number[] = [0];
  private readonly under: (readonly number[])[] = [];

  readonly texts: readonly string[];

  constructor(texts: readonly string[]) {
    this.texts = texts;
    const cuts = new Set<number>([0]);
    for (const [index, text] of texts.entries()) this.add(text, index, cuts);
    this.boundaries = [...cuts].sort((a, b) => a - b);
    for (let state = this.children.length - 1; state >= 0; state--) {
      const below = [...this.children[state]!.values()];
      const ends = this.ends[state]! >= 0;
      this.least[state] = ends ? 0 : Math.min(...below.map((child) => this.least[child]! + 1));
      this.most[state] = Math.max(0, ...below.map((child) => this.most[child]! + 1));
    }
  }

  step(state: number, code: number): number {
    return this.children[state]!.get(code) ?? DEAD;
  }

  accepts(state: number): boolean {
    return this.ends[state]! >= 0;
  }

  /** How many different texts. */
  get size(): number {
    return new Set(this.texts).size;
  }

  /** Index of the text that ends at the state, or -1. */
  end(state: number): number {
    return this.ends[state]!;
  }

  /** Indices of all texts that go through the state. */
  below(state: number): readonly number[] {
    const known = this.under[state];
    if (known !== undefined) return known;
    const own = this.ends[state]! >= 0 ? [this.ends[state]!] : [];
    const all = [...own, ...[...this.children[state]!.values()].flatMap((child) => this.below(child))];
    this.under[state] = all;
    return all;
  }

  shortest(state: number): number {
    return this.least[state]!;
  }

  longest(state: number): number {
    return this.most[state]!;
  }

  lasting(): number {
    return Number.POSITIVE_INFINITY;
  }

  private add(text: string, index: number, cuts: Set<number>): void {
    let state = 0;
    for (const char of text) {
      const code = char.codePointAt(0)!;
      cuts.add(code).add(code + 1);
      let child = this.children[state]!.get(code);
      if (child === undefined) {
        child = this.children.push(new Map()) - 1;
        this.ends.push(-1);
        this.children[state]!.set(code, child);
      }
      state = child;
    }
    if (this.ends[state] === -1) this.ends[state] = index;
  }
}

/** Some of a tree's texts: the tree is shared, and branches without any of them are dead. */
export class SomeLiterals implements Automaton {
  readonly start: number;
  readonly boundaries: readonly number[];
  private readonly tree: Literals;
  private readonly chosen: ReadonlySet<string>;
  private readonly all: boolean;

  constructor(tree: Literals, chosen: ReadonlySet<string>) {
    this.tree = tree;
    this.chosen = chosen;
    this.all = chosen.size >= tree.size;
    this.boundaries = tree.boundaries;
    this.start = chosen.size === 0 ? DEAD : tree.start;
  }

  get texts(): readonly string[] {
    return [...this.chosen];
  }

  step(state: number, code: number): number {
    const next = this.tree.step(state, code);
    if (this.all) return next;
    return next !== DEAD && this.tree.below(next).some((index) => this.chosen.has(this.tree.texts[index]!))
      ? next
      : DEAD;
  }

  accepts(state: number): boolean {
    const end = this.tree.end(state);
    return end >= 0 && this.chosen.has(this.tree.texts[end]!);
  }

  shortest(state: number): number {
    return this.tree.shortest(state);
  }

  longest(state: number): number {
    return this.tree.longest(state);
  }

  lasting(): number {
    return Number.POSITIVE_INFINITY;
  }
}
