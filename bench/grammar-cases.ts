import { compileSchema, createMatcher, type Vocabulary } from '../src/grammar/index.ts';
import { mean, quantile } from './grammar-figures.ts';
import { longestMatch } from './grammar-vocabularies.ts';

const words = 'lorem ipsum dolor sit amet ';
const text = (length: number): string => words.repeat(Math.ceil(length / words.length)).slice(0, length);
const names = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `property_${i}`);

interface Hard {
  readonly schema: unknown;
  readonly value: unknown;
}

/** What users of constrained decoding complain of. */
const CASES: Readonly<Record<string, Hard>> = {
  max_length_64: { schema: { type: 'string', maxLength: 64 }, value: text(60) },
  max_length_200: { schema: { type: 'string', maxLength: 200 }, value: text(190) },
  max_length_10000: { schema: { type: 'string', maxLength: 10000 }, value: text(2000) },
  pattern_max_length_64: { schema: { type: 'string', pattern: '^[a-z ]+$', maxLength: 64 }, value: text(60) },
  optional_properties_40: {
    schema: {
      type: 'object',
      properties: Object.fromEntries(names(40).map((name) => [name, { type: 'string' }])),
      additionalProperties: false,
    },
    value: Object.fromEntries(names(40).map((name) => [name, 'x'])),
  },
  enum_1000: { schema: { enum: names(1000) }, value: 'property_777' },
  tools_20: {
    schema: {
      anyOf: names(20).map((name) => ({
        type: 'object',
        properties: {
          name: { const: name },
          arguments: {
            type: 'object',
            properties: { [name]: { type: 'string' }, count: { type: 'integer' } },
            required: [name],
            additionalProperties: false,
          },
        },
        required: ['name', 'arguments'],
        additionalProperties: false,
      })),
    },
    value: { name: 'property_7', arguments: { property_7: 'some text', count: 12 } },
  },
  recursion: {
    schema: {
      $ref: '#/$defs/tree',
      $defs: {
        tree: {
          type: 'object',
          properties: {
            value: { type: 'integer' },
            children: { type: 'array', items: { $ref: '#/$defs/tree' } },
          },
          required: ['value'],
          additionalProperties: false,
        },
      },
    },
    value: nested(40),
  },
};

function nested(depth: number): unknown {
  return depth === 0 ? { value: 1 } : { value: depth, children: [nested(depth - 1), { value: 2 }] };
}

export interface CaseFigures {
  readonly compile_us: number;
  readonly mask_us: number;
  readonly mask_p99_us: number;
  readonly valid: boolean;
}

/** Each case on its own, mean of the masks along one value, the first time that it is written. */
export function hardCases(
  vocabulary: Vocabulary,
  bytes: readonly (Uint8Array | null)[],
): Readonly<Record<string, CaseFigures>> {
  const match = longestMatch(bytes);
  const mask = new Uint32Array((vocabulary.size + 31) >> 5);
  const out: Record<string, CaseFigures> = {};
  for (const [name, { schema, value }] of Object.entries(CASES)) {
    const start = performance.now();
    const matcher = createMatcher(compileSchema(schema), vocabulary);
    const compiled = (performance.now() - start) * 1000;
    const times: number[] = [];
    const valid = match(new TextEncoder().encode(JSON.stringify(value))).every((token) => {
      const from = performance.now();
      matcher.mask(mask);
      times.push((performance.now() - from) * 1000);
      return matcher.accept(token);
    });
    out[name] = {
      compile_us: Math.round(compiled),
      mask_us: mean(times),
      mask_p99_us: quantile(times, 0.99),
      valid: valid && matcher.complete,
    };
  }
  return out;
}
