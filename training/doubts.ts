import { isDeepStrictEqual } from 'node:util';
import type { Generation } from '../src/engine/index.ts';

/** Something that was said with a confidence, and whether it was so. */
export interface Doubt {
  readonly confidence: number;
  readonly right: boolean;
}

/** Every argument that was written, right where the reference has the same value in the same place. */
export function fieldDoubts(fields: Generation['fields'], written: unknown, reference: unknown): Doubt[] {
  return fields.map(({ pointer, confidence }) => ({
    confidence,
    right: isDeepStrictEqual(valueAt(written, pointer), valueAt(reference, pointer)),
  }));
}

/**
 * Area under the receiver operating characteristic: the chance that something right was said with more confidence
 * than something wrong (ties count half). 0.5 is blind. NaN where all is right, or all wrong.
 */
export function areaUnderCurve(doubts: readonly Doubt[]): number {
  const right = doubts.filter((doubt) => doubt.right);
  const wrong = doubts.filter((doubt) => !doubt.right);
  let above = 0;
  for (const a of right) {
    for (const b of wrong) above += a.confidence > b.confidence ? 1 : a.confidence === b.confidence ? 0.5 : 0;
  }
  return above / (right.length * wrong.length);
}

function valueAt(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined),
      value,
    );
}
