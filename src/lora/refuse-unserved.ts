import { TenonError } from '../errors.ts';

type Json = { readonly [key: string]: unknown };

interface Option {
  /** Values at which the option changes nothing. Null and absent always do. */
  readonly harmless: readonly unknown[];
  readonly remedy: string;
}

const PLAIN = 'Train a plain LoRA adapter without it';
const OR_MERGE = `${PLAIN}, or merge it into the model (merge_and_unload in PEFT) and serve that model`;
const NO_EMBEDDINGS = 'Train without new or changed tokens: only linear layers of the decoder are adapted';

/** Options of PEFT's LoraConfig that change what the adapter computes, or where. */
const OPTIONS: Readonly<Record<string, Option>> = {
  peft_type: { harmless: ['LORA'], remedy: 'Train a LoRA adapter (LoraConfig in PEFT)' },
  bias: { harmless: ['none'], remedy: `Train with bias="none"` },
  lora_bias: { harmless: [false], remedy: 'Train with lora_bias=False' },
  use_dora: { harmless: [false], remedy: OR_MERGE },
  use_qalora: { harmless: [false], remedy: PLAIN },
  modules_to_save: { harmless: [[]], remedy: OR_MERGE },
  trainable_token_indices: { harmless: [[], {}], remedy: NO_EMBEDDINGS },
  layer_replication: { harmless: [[]], remedy: OR_MERGE },
  target_parameters: { harmless: [[]], remedy: 'Name linear layers in target_modules instead' },
  alora_invocation_tokens: { harmless: [[]], remedy: PLAIN },
  arrow_config: { harmless: [{}], remedy: PLAIN },
};

/** These only say how training began; the base model is what it was. */
const BASE_UNCHANGED: readonly unknown[] = [true, false, 'gaussian', 'eva', 'orthogonal'];
const CONVERT =
  'Convert it to a plain LoRA adapter when saving (path_initial_model_for_weight_conversion in PEFT)';

/** Switches that Tenon knows and serves. */
const SERVED_SWITCHES: ReadonlySet<string> = new Set(['use_rslora']);

/**
 * Throws `adapter_unsupported`, by the option's name and with what to do, where a configuration asks for more than
 * y = x·W + scale · (x·A)·B.
 */
export function refuseUnserved(json: Json): void {
  for (const [name, { harmless, remedy }] of Object.entries(OPTIONS)) {
    const value = json[name];
    if (value === undefined || value === null) continue;
    const text = JSON.stringify(value);
    if (!harmless.some((allowed) => JSON.stringify(allowed) === text))
      throw unserved(`${name} ${text}`, remedy);
  }
  const start = json.init_lora_weights ?? true;
  if (!BASE_UNCHANGED.includes(start)) {
    throw unserved(
      `init_lora_weights ${JSON.stringify(start)}, which also changes the base model's weights`,
      CONVERT,
    );
  }
  // A later PEFT's variant: served as plain LoRA it would compute something else, without a word.
  for (const [name, value] of Object.entries(json)) {
    if (/^use_\w+$/.test(name) && value && !SERVED_SWITCHES.has(name)) throw unserved(name, PLAIN);
  }
}

export function unserved(feature: string, remedy: string = PLAIN): TenonError {
  return new TenonError('adapter_unsupported', { feature: feature.slice(0, 300), remedy });
}

/** By a tensor's name, where no target of the configuration accounts for it. */
export function unservedTensor(name: string): TenonError {
  if (/lora_magnitude_vector/.test(name)) return unserved(`DoRA (the tensor ${name})`, OR_MERGE);
  if (/lora_embedding_[AB]|embed_tokens|token_adapter/.test(name))
    return unserved(`trained embeddings (the tensor ${name})`, NO_EMBEDDINGS);
  if (/lora_B\.bias$|\.bias$/.test(name)) return unserved(`trained biases (the tensor ${name})`);
  if (/\.lora_[AB]\.weight$/.test(name)) return unserved(`an adapter on another layer (the tensor ${name})`);
  return unserved(`the tensor ${name}`, OR_MERGE);
}
