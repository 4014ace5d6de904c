import type { DecoderConfig } from './types.ts';

export interface RotaryTables {
  /** [context, headDim / 2] each. */
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/** Angles of rotary position embedding (Su et al. 2021, eq. 15): position × theta^(-2i / headDim). */
export function rotaryTables(config: DecoderConfig): RotaryTables {
  const half = config.headDim / 2;
  const cos = new Float32Array(config.context * half);
  const sin = new Float32Array(config.context * half);
  for (let i = 0; i < half; i++) {
    const frequency = config.ropeTheta ** (-i / half);
    for (let position = 0; position < config.context; position++) {
      cos[position * half + i] = Math.cos(position * frequency);
      sin[position * half + i] = Math.sin(position * frequency);
    }
  }
  return { cos, sin };
}
