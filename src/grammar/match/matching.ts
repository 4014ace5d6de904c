import { GrammarError } from '../errors.ts';
import type { Goals } from '../goal/goals.ts';
import type { Goal } from '../goal/shape.ts';
import { LIMITS } from '../limits.ts';
import type { Frame } from './frame.ts';
import { OneSpace } from './one-space.ts';
import type { Position } from './position.ts';
import { ValuePosition } from './value.ts';

export interface MatchingOptions {
  /** White space of any length wherever JSON has it. */
  readonly flexible: boolean;
  /** One space after each comma and colon. */
  readonly spaced?: boolean;
}

/** What the positions of one grammar share: identities, goals and options. */
export class Matching {
  readonly goals: Goals;
  readonly flexible: boolean;
  private readonly spaced: boolean;
  private ids = 0;
  private readonly spaces = new Map<string, readonly Position[]>();
  private readonly ups = new Map<string, Up>();

  constructor(goals: Goals, options: MatchingOptions) {
    this.goals = goals;
    this.flexible = options.flexible;
    this.spaced = options.spaced === true;
  }

  /** What a comma or a colon leads to: `next`, after a space where one belongs. */
  separated(next: readonly Position[]): readonly Position[] {
    if (!this.spaced || next.length === 0) return next;
    const key = next.map(({ id }) => id).join();
    let space = this.spaces.get(key);
    if (space === undefined) this.spaces.set(key, (space = [new OneSpace(this.nextId(), next)]));
    return space;
  }

  nextId(): number {
    return this.ids++;
  }

  /** How many identities were given out: a measure of what is remembered. */
  get size(): number {
    return this.ids;
  }

  up(frames: readonly Frame[]): Up {
    if (frames.length === 1) return frames[0]!.alone;
    if (frames.length > LIMITS.threads)
      throw new GrammarError('grammar_too_complex', { what: 'parallel alternatives', limit: LIMITS.threads });
    const sorted = [...new Set(frames)].sort((a, b) => a.id - b.id);
    if (sorted.length === 1) return sorted[0]!.alone;
    const key = sorted.map((frame) => frame.id).join();
    let up = this.ups.get(key);
    if (up === undefined) this.ups.set(key, (up = new Up(this, sorted)));
    return up;
  }
}

/** The open containers that a value may stand in, one for each alternative. */
export class Up {
  readonly id: number;
  readonly frames: readonly Frame[];
  readonly depth: number;
  private readonly matching: Matching;
  private readonly values = new Map<Goal, ValuePosition>();
  private closed: readonly Position[] | undefined;

  constructor(matching: Matching, frames: readonly Frame[]) {
    this.id = matching.nextId();
    this.matching = matching;
    this.frames = frames;
    this.depth = frames[0]!.depth;
  }

  value(goal: Goal): ValuePosition {
    let value = this.values.get(goal);
    if (value === undefined) this.values.set(goal, (value = new ValuePosition(this.matching, goal, this)));
    return value;
  }

  /** Where the text is once the value has closed. */
  done(): readonly Position[] {
    return (this.closed ??= [...new Set(this.frames.flatMap((frame) => frame.done()))]);
  }
}
