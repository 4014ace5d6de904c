import { GrammarError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { type MaskEntry, ownSize } from '../vocabulary/mask-entry.ts';
import type { Merged } from '../vocabulary/merged.ts';
import { spend } from '../work.ts';
import { type ByteSet, unite } from './byte-set.ts';
import type { Matching } from './matching.ts';
import type { Position, Reading } from './position.ts';
import { ValuePosition } from './value.ts';

/** All the ways of having read the text so far; a determinized state, made when first met. */
export class State {
  readonly positions: readonly Position[];
  readonly final: boolean;
  private first: ByteSet | undefined;
  readonly next = new Map<number, State | null>();
  mask: MaskEntry | undefined;
  /** Tokens that go on after a string closed here, by the ways in which it may close. */
  leaving: Map<Merged, MaskEntry> | undefined;
  forced: number | undefined;

  constructor(positions: readonly Position[]) {
    this.positions = positions;
    this.final = positions.some((position) => position.final);
  }

  /** At least the bytes that lead on. */
  get bytes(): ByteSet {
    return (this.first ??= unite(this.positions.map((position) => position.bytes)));
  }
}

/** The states of one grammar. */
export class StateGraph {
  readonly start: State;
  readonly matching: Matching;
  private tokens = 0;
  private readonly single = new Map<number, State>();
  private readonly several = new Map<string, State>();

  constructor(matching: Matching, start: readonly Position[]) {
    this.matching = matching;
    this.start = this.state(start);
  }

  /** A measure of what is remembered: positions, and tokens in masks that no other state shares. */
  get size(): number {
    return this.matching.size + Math.ceil(this.tokens / 64);
  }

  remember(state: State, mask: MaskEntry): void {
    state.mask = mask;
    this.tokens += ownSize(mask);
  }

  rememberLeaving(state: State, merged: Merged, mask: MaskEntry): void {
    state.leaving ??= new Map();
    state.leaving.set(merged, mask);
    this.tokens += ownSize(mask);
  }

  /** Null where the byte is not allowed. `reading` holds the text with the byte. */
  step(state: State, byte: number, reading: Reading): State | null {
    const known = state.next.get(byte);
    if (known !== undefined) return known;
    const looked = reading.looked;
    reading.looked = false;
    const out: Position[] = [];
    spend(state.positions.length);
    for (const position of state.positions) position.step(byte, reading, out);
    const next = out.length === 0 ? null : this.state(out);
    if (!reading.looked) state.next.set(byte, next);
    reading.looked ||= looked;
    return next;
  }

  state(found: readonly Position[]): State {
    if (found.length === 1) return this.one(found[0]!);
    const positions = this.merge(found);
    if (positions.length === 1) return this.one(positions[0]!);
    if (positions.length > LIMITS.threads)
      throw new GrammarError('grammar_too_complex', { what: 'parallel alternatives', limit: LIMITS.threads });
    const key = positions.map((position) => position.id).join();
    let state = this.several.get(key);
    if (state === undefined) this.several.set(key, (state = new State(positions)));
    return state;
  }

  private one(position: Position): State {
    let state = this.single.get(position.id);
    if (state === undefined) this.single.set(position.id, (state = new State([position])));
    return state;
  }

  /** Values with one goal begin as one position, whatever they stand in: alternatives do not multiply with depth. */
  private merge(found: readonly Position[]): readonly Position[] {
    const positions = new Set<Position>();
    const values = new Map<number, ValuePosition[]>();
    for (const position of found) {
      if (!(position instanceof ValuePosition)) positions.add(position);
      else {
        const same = values.get(position.goal.id);
        if (same === undefined) values.set(position.goal.id, [position]);
        else if (!same.includes(position)) same.push(position);
      }
    }
    for (const same of values.values()) {
      const first = same[0]!;
      positions.add(
        same.length === 1
          ? first
          : this.matching.up(same.flatMap((value) => value.up.frames)).value(first.goal),
      );
    }
    return [...positions].sort((a, b) => a.id - b.id);
  }
}
