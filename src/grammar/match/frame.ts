import type { Up } from './matching.ts';
import type { Position } from './position.ts';

/** An open container, or what surrounds the whole text. */
export interface Frame {
  readonly id: number;
  readonly depth: number;
  /** This frame as the only parent. */
  readonly alone: Up;
  /** Positions after a value in it has closed. */
  done(): readonly Position[];
}
