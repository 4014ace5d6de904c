import type { Random } from './random.ts';

/**
 * One made request. `arguments` may hold the token `WHEN` where the resolved date or time belongs: the writer
 * replaces it with what grounding made of `when`, so that training and serving agree on the calendar.
 */
export interface Sample {
  readonly text: string;
  readonly when?: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface SampleTool {
  readonly name: string;
  make(random: Random): Sample;
}

export const WHEN = 'WHEN';
