import type { Generation } from '../engine/types.ts';
import type { Issue } from '../errors.ts';
import type { ValidationResult } from '../schema/types.ts';
import type { Tool } from '../tools/types.ts';
import type { OpenCall } from './open-call.ts';
import type { CallPorts } from './ports.ts';
import type { ReviewReason } from './types.ts';

export type Arguments = Readonly<Record<string, unknown>>;

/** `arguments` is what the text says, valid or not; null where it says nothing that can be read. */
export type Judgement =
  | { readonly fits: true; readonly arguments: Arguments }
  | {
      readonly fits: false;
      readonly arguments: unknown;
      readonly validation: ValidationResult | null;
      readonly reason: ReviewReason;
    };

/** Whether the generated text is a call of the tool: whole, JSON, and valid to Ajv, whatever the grammar promised. */
export async function judge(
  ports: CallPorts,
  call: OpenCall,
  tool: Tool,
  generation: Generation,
): Promise<Judgement> {
  const { text, finish } = generation;
  if (finish === 'length') {
    const message = 'The arguments were cut off at the token limit.';
    return {
      fits: false,
      arguments: null,
      validation: null,
      reason: { kind: 'truncated', message, issues: [] },
    };
  }
  if (finish === 'dead_end') {
    const message = 'The grammar had no way on from what the model had written.';
    return {
      fits: false,
      arguments: null,
      validation: null,
      reason: { kind: 'dead_end', message, issues: [] },
    };
  }

  const value = parse(text);
  if ('issue' in value) return { ...invalid([value.issue]), arguments: null, validation: null };
  const validation = await validateTimed(ports, call, tool, value.value);
  if (!validation.valid) return { ...invalid(validation.errors), arguments: value.value, validation };
  if (!isArguments(value.value)) {
    const issue = { pointer: '', keyword: 'type', message: 'must be an object: arguments have names' };
    return { ...invalid([issue]), arguments: value.value, validation };
  }
  return { fits: true, arguments: value.value };
}

export function isArguments(value: unknown): value is Arguments {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function validateTimed(
  ports: CallPorts,
  call: OpenCall,
  tool: Tool,
  value: unknown,
): Promise<ValidationResult> {
  const started = performance.now();
  try {
    return await ports.validator.validate(tool.parameters, value);
  } finally {
    call.spend({ timings: { validate_ms: performance.now() - started } });
  }
}

function parse(text: string): { readonly value: unknown } | { readonly issue: Issue } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return {
      issue: {
        pointer: '',
        keyword: 'json',
        message: error instanceof Error ? error.message : String(error),
      },
    };
  }
}

function invalid(issues: readonly Issue[]): { fits: false; reason: ReviewReason } {
  const places = [...new Set(issues.map(({ pointer, keyword }) => `${pointer || '/'} (${keyword})`))].slice(
    0,
    3,
  );
  const message = `The arguments do not fit the schema: ${places.join(', ')}.`;
  return { fits: false, reason: { kind: 'validation', message, issues } };
}
