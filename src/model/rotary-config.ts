import { invalid, member, positive, size, unsupported } from './config-fields.ts';
import type { JsonObject } from './read-json.ts';
import type { Rotary, RotaryScaling } from './types.ts';

/**
 * Rotary embedding as config.json has it: `rope_theta` and `rope_scaling`, or both in `rope_parameters`.
 * Throws `model_unsupported` for a scaling that is not served, by name.
 */
export function rotaryOf(json: JsonObject): Rotary {
  const parameters = member(json, 'rope_parameters');
  if (parameters) return rotaryFrom(parameters, json);
  return { theta: positive(json, 'rope_theta'), scaling: scalingOf(member(json, 'rope_scaling'), json) };
}

/** One entry of `rope_parameters`. */
export function rotaryFrom(parameters: JsonObject, json: JsonObject): Rotary {
  const theta = positive({ rope_theta: json.rope_theta, ...parameters }, 'rope_theta');
  return { theta, scaling: scalingOf(parameters, json) };
}

function scalingOf(scaling: JsonObject | null, json: JsonObject): RotaryScaling | null {
  if (!scaling) return null;
  if ((scaling.partial_rotary_factor ?? 1) !== 1) throw unsupported('partial_rotary_factor');
  const kind = scaling.rope_type ?? scaling.type ?? 'default';
  if (kind === 'default') return null;
  // It takes effect past max_position_embeddings only, where no sequence is let.
  if (kind === 'dynamic') return null;
  if (kind === 'linear') return { kind, factor: positive(scaling, 'factor') };
  if (kind !== 'llama3') throw unsupported(`rope_scaling of type ${JSON.stringify(kind)}`);
  const lowFrequency = positive(scaling, 'low_freq_factor');
  const highFrequency = positive(scaling, 'high_freq_factor');
  if (highFrequency <= lowFrequency) throw invalid('high_freq_factor is not above low_freq_factor');
  return {
    kind,
    factor: positive(scaling, 'factor'),
    lowFrequency,
    highFrequency,
    originalContext: size({ ...json, ...scaling }, 'original_max_position_embeddings'),
  };
}
