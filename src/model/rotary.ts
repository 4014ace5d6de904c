import type { Rotary, RotaryScaling } from './types.ts';

export interface RotaryTables {
  /** [context, headDim / 2] each. */
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/** Angles of rotary position embedding (Su et al. 2021, eq. 15): position × frequency. */
export function rotaryTables(rotary: Rotary, context: number, headDim: number): RotaryTables {
  const half = headDim / 2;
  const cos = new Float32Array(context * half);
  const sin = new Float32Array(context * half);
  rotaryFrequencies(rotary, headDim).forEach((frequency, i) => {
    for (let position = 0; position < context; position++) {
      cos[position * half + i] = Math.cos(position * frequency);
      sin[position * half + i] = Math.sin(position * frequency);
    }
  });
  return { cos, sin };
}

/** theta^(-2i / headDim) for every pair of dimensions, stretched where the checkpoint says so; radians a token. */
export function rotaryFrequencies({ theta, scaling }: Rotary, headDim: number): readonly number[] {
  const half = headDim / 2;
  return Array.from({ length: half }, (_, i) => stretched(theta ** (-i / half), scaling));
}

/**
 * `linear`: all frequencies alike (Chen et al. 2023). `llama3`: those that turn less than `lowFrequency` times in
 * the original context by the whole factor, those that turn more than `highFrequency` times not at all, and
 * in between by degrees (Llama 3.1's model card).
 */
function stretched(frequency: number, scaling: RotaryScaling | null): number {
  if (!scaling) return frequency;
  if (scaling.kind === 'linear') return frequency / scaling.factor;
  const { factor, lowFrequency, highFrequency, originalContext } = scaling;
  const turns = (originalContext * frequency) / (2 * Math.PI);
  const kept = Math.min(1, Math.max(0, (turns - lowFrequency) / (highFrequency - lowFrequency)));
  return (1 - kept) * (frequency / factor) + kept * frequency;
}
