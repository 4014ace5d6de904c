import { GrammarError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { spend } from '../work.ts';
import { type Automaton, DEAD } from './automaton.ts';
import { byteClasses } from './byte-classes.ts';
import { type Cone, Cones, NO_CONE } from './cone.ts';
import { Decoding, type Spelling, WHOLE } from './decoding.ts';
import { ALL_PLAIN } from './plain-classes.ts';
import { Product } from './product.ts';

/** A transition that has not been asked for yet. */
const UNKNOWN = -2;

/**
 * Automata over code points, run in step over the bytes of a JSON string (UTF-8 and escapes), as one automaton
 * over bytes whose states and transitions are made when first met. A `joined` machine dies with the first of its
 * automata (a value must satisfy all); an unjoined one tells at its end which of them accepted (a property name).
 */
export class StringMachine {
  readonly start: number;
  readonly spelling: Spelling;
  /** A row of transitions per state: `next << 2 | code points completed`, or negative; a column per byte class. */
  table: Int32Array;
  /** The column of each byte. */
  readonly column: Uint8Array;
  readonly width: number;
  private readonly product: Product;
  private readonly decoding: Decoding;
  // What a state is: the product's state, and what of a character is half read.
  private readonly ats: number[] = [];
  private readonly partials: number[] = [];
  private readonly values: number[] = [];
  private readonly index = new Map<number | string, number>();
  private readonly leasts: number[] = [];
  private readonly around: Cones;
  private readonly cones: (Cone | undefined)[] = [];

  constructor(
    automata: readonly Automaton[],
    spelling: Spelling,
    options: { joined: boolean; open: boolean; marks?: readonly number[] },
  ) {
    this.spelling = spelling;
    this.product = new Product(automata, options);
    this.around = new Cones(this.product);
    this.decoding = new Decoding(this.product, spelling, this.intern.bind(this));
    const classes = byteClasses(this.product.boundaries, spelling !== 'raw');
    this.column = classes.of;
    this.width = classes.count;
    this.table = new Int32Array(4 * this.width).fill(UNKNOWN);
    // State 0 is CLOSED.
    this.intern(DEAD, -1, 0);
    this.table.fill(DEAD, 0, this.width);
    this.start = this.product.start === DEAD ? DEAD : this.intern(this.product.start, WHOLE, 0);
  }

  get automata(): readonly Automaton[] {
    return this.product.automata;
  }

  get size(): number {
    return this.ats.length;
  }

  /** Bytes, roughly. */
  get weight(): number {
    const own = 2048 + this.table.length * 4 + this.size * 256;
    return this.automata.reduce((sum, automaton) => sum + (automaton.weight ?? 0), own);
  }

  /** Next state after a byte, or DEAD. */
  step(state: number, byte: number): number {
    return this.transition(state, byte) >> 2;
  }

  /** Code points that the step from a state by a byte completes: 0, 1 or 2 (a lone high surrogate and one more). */
  completed(state: number, byte: number): number {
    const packed = this.transition(state, byte);
    return packed < 0 ? 0 : packed & 3;
  }

  /** As the table has it: `next << 2 | completed`, or DEAD. */
  transition(state: number, byte: number): number {
    const slot = state * this.width + this.column[byte]!;
    const known = this.table[slot]!;
    if (known !== UNKNOWN) return known;
    const next = this.decoding.step(this.ats[state]!, this.partials[state]!, this.values[state]!, byte);
    const packed = next === DEAD ? DEAD : (next << 2) | this.decoding.made;
    this.table[slot] = packed;
    return packed;
  }

  /** Fewest code points that the string will have more, one half read included. */
  least(state: number): number {
    return (this.leasts[state] ??= this.decoding.least(
      this.ats[state]!,
      this.partials[state]!,
      this.values[state]!,
    ));
  }

  /** Most code points that it can have more. */
  most(state: number): number {
    return this.decoding.most(this.ats[state]!, this.partials[state]!);
  }

  shortest(state: number): number {
    return this.product.shortest(this.ats[state]!);
  }

  longest(state: number): number {
    return this.product.longest(this.ats[state]!);
  }

  /** `at` tells all that is read. */
  settled(state: number): boolean {
    return this.decoding.settled(this.partials[state]!);
  }

  /** Not in the middle of a character. */
  whole(state: number): boolean {
    return this.partials[state] === WHOLE;
  }

  /** Each automaton's state. */
  at(state: number): readonly number[] {
    return this.product.at(this.ats[state]!);
  }

  /** The automata's states if the text ended here; undefined in the middle of a character. */
  final(state: number): readonly number[] | undefined {
    const at = this.decoding.final(this.ats[state]!, this.partials[state]!, this.values[state]!);
    return at === DEAD ? undefined : this.product.at(at);
  }

  /** Whether the text may end here, automaton by automaton. */
  ends(state: number): readonly boolean[] | undefined {
    return this.final(state)?.map((inner, i) => inner !== DEAD && this.automata[i]!.accepts(inner));
  }

  /** A property name that may still be one of the known: the first automaton is alive. */
  named(state: number): boolean {
    return !this.product.joined && this.at(state)[0] !== DEAD;
  }

  /** What plain text is sure to be let through from here. */
  cone(state: number): Cone {
    return (this.cones[state] ??= this.whole(state) ? this.around.of(this.ats[state]!) : NO_CONE);
  }

  /** Plain text can never lead to a dead state from here; `free` also asks that the string may then end at once. */
  wide(state: number, free: boolean): boolean {
    const { classes, depth, least } = this.cone(state);
    return classes === ALL_PLAIN && depth === Number.POSITIVE_INFINITY && (!free || least === 0);
  }

  private intern(at: number, partial: number, value: number): number {
    const key = value === 0 ? (at + 1) * 32 + partial : `${at}:${partial}:${value}`;
    const known = this.index.get(key);
    if (known !== undefined) return known;
    const id = this.ats.length;
    if (id >= LIMITS.stringStates)
      throw new GrammarError('grammar_too_complex', { what: 'string states', limit: LIMITS.stringStates });
    spend(4);
    this.ats.push(at);
    this.partials.push(partial);
    this.values.push(value);
    this.index.set(key, id);
    if (this.table.length < (id + 1) * this.width) {
      const grown = new Int32Array(this.table.length * 2).fill(UNKNOWN);
      grown.set(this.table);
      this.table = grown;
    }
    return id;
  }
}
