import { DEAD } from './automaton.ts';
import { ALL_PLAIN, BEYOND_ASCII, CLASS_OF_BYTE, SPECIAL } from './plain-classes.ts';
import type { Product } from './product.ts';

/**
 * What plain text is sure to be let through from a state: every text of at most `depth` code points whose
 * characters are all of these classes. A part of the token tree that lies within needs no walk.
 */
export interface Cone {
  /** A set of `plain-classes.ts`. */
  readonly classes: number;
  readonly depth: number;
  /** After such a text, the string may end at the latest after so many code points more. */
  readonly least: number;
}

export const NO_CONE: Cone = { classes: 0, depth: 0, least: 0 };

/** How far is looked: longer tokens are walked, and so are those of automata with more states than this nearby. */
const DEPTH = 32;
const STATES = 64;
/** More groups of characters beyond ASCII than this (`\p{…}`) are not looked into. */
const GROUPS = 48;

/** A code point that stands for all of its class which no automaton tells from it. */
interface Sample {
  readonly group: number;
  readonly code: number;
}

/** Where plain text leads from a state in one step. */
interface Steps {
  /** The classes that the state takes all characters of. */
  readonly classes: number;
  readonly next: readonly { readonly group: number; readonly state: number }[];
}

/** The cones of a product's states. */
export class Cones {
  private readonly product: Product;
  private samples: readonly Sample[] | undefined;
  private classes = 0;
  private readonly known = new Map<number, Steps>();

  constructor(product: Product) {
    this.product = product;
  }

  /** Breadth first: all states that texts of the classes reach, the classes narrowed to what each of them takes. */
  of(state: number): Cone {
    const { product } = this;
    const lasting = product.lasting(state);
    if (lasting !== Number.POSITIVE_INFINITY)
      return { classes: ALL_PLAIN, depth: Number.POSITIVE_INFINITY, least: lasting };
    if (product.frugal) return NO_CONE;
    const seen = new Set([state]);
    let level: readonly number[] = [state];
    let { classes } = this.steps(state);
    let least = product.shortest(state);
    for (let depth = 0; classes !== 0; depth++) {
      if (level.length === 0) return { classes, depth: Number.POSITIVE_INFINITY, least };
      if (depth >= DEPTH || seen.size > STATES) return { classes, depth, least };
      const next: number[] = [];
      let narrowed = classes;
      let further = least;
      for (const from of level) {
        for (const { group, state: to } of this.steps(from).next) {
          if ((group & classes) === 0 || seen.has(to)) continue;
          seen.add(to);
          next.push(to);
          narrowed &= this.steps(to).classes;
          further = Math.max(further, product.shortest(to));
        }
      }
      // One more character is safe; after it only what all of these states take.
      if (narrowed === 0) return { classes, depth: depth + 1, least: further };
      level = next;
      classes = narrowed;
      least = further;
    }
    return NO_CONE;
  }

  private steps(state: number): Steps {
    let steps = this.known.get(state);
    if (steps === undefined) this.known.set(state, (steps = this.find(state)));
    return steps;
  }

  private find(state: number): Steps {
    if (this.samples === undefined) {
      this.samples = [...asciiSamples(this.product.boundaries), ...beyondAscii(this.product.boundaries)];
      this.classes = this.samples.reduce((classes, { group }) => classes | group, 0);
    }
    let { classes } = this;
    const found = new Map<number, number>();
    for (const { group, code } of this.samples) {
      if ((group & classes) === 0) continue;
      const to = this.product.step(state, code);
      if (to === DEAD) classes &= ~group;
      else found.set(to, (found.get(to) ?? 0) | group);
    }
    return { classes, next: [...found].map(([to, group]) => ({ group, state: to })) };
  }
}

function asciiSamples(boundaries: readonly number[]): readonly Sample[] {
  const cuts = new Set(boundaries);
  const samples: Sample[] = [];
  let begun = 0;
  for (let code = 0x20; code < 0x7f; code++) {
    if (cuts.has(code)) begun = 0;
    const group = CLASS_OF_BYTE[code]!;
    if (group === SPECIAL || (group & begun) !== 0) continue;
    begun |= group;
    samples.push({ group, code });
  }
  return samples;
}

/** The characters that are not plain (line separators, surrogates) have none. */
function beyondAscii(boundaries: readonly number[]): readonly Sample[] {
  const codes = new Set(
    [0x80, ...boundaries, 0x202a, 0xe000].filter((code) => code >= 0x80 && code <= 0x10ffff),
  );
  const plain = [...codes].filter(
    (code) => code !== 0x2028 && code !== 0x2029 && (code < 0xd800 || code > 0xdfff),
  );
  return plain.length > GROUPS ? [] : plain.map((code) => ({ group: BEYOND_ASCII, code }));
}
