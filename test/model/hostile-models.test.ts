import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TenonError } from '../../src/errors.ts';
import { inspectModel } from '../../src/model/index.ts';
import { TINY_CONFIGS, type TinyConfig } from './tiny-configs.ts';
import { writeTinyModel } from './tiny-model.ts';
import { byteLevelTokenizer, gemmaTokenizer, metaspaceTokenizer } from './tiny-tokenizers.ts';

const ODD = [
  null,
  undefined,
  '',
  'x',
  -1,
  0,
  0.5,
  1e9,
  1e300,
  true,
  [],
  [null],
  {},
  { type: 'x' },
  '__proto__',
];

/** `json` with one thing in it, however deep, made something else. */
function damaged(json: unknown): fc.Arbitrary<unknown> {
  if (typeof json !== 'object' || json === null) return fc.constantFrom(...ODD);
  const keys = Object.keys(json);
  const here = fc.constantFrom(...ODD);
  if (keys.length === 0) return here;
  const inside = fc.constantFrom(...keys).chain((key) => {
    const member = (json as Record<string, unknown>)[key];
    const put = (value: unknown) =>
      Array.isArray(json) ? json.with(Number(key), value) : { ...json, [key]: value };
    return fc.oneof(here, damaged(member)).map(put);
  });
  return inside;
}

/** It is taken, or refused with a code of its own. */
function expectCoded(folder: string): void {
  try {
    inspectModel(folder);
  } catch (error) {
    expect(error).toBeInstanceOf(TenonError);
    expect(['model_invalid', 'model_unsupported']).toContain((error as TenonError).code);
  }
}

test.each(['llama, scaled as Llama 3', 'qwen2', 'gemma3'] as const)(
  'a damaged configuration is refused with a code: %s',
  (name) => {
    const folder = writeTinyModel(TINY_CONFIGS[name]);
    fc.assert(
      fc.property(damaged(TINY_CONFIGS[name]), (json) => {
        writeFileSync(join(folder, 'config.json'), JSON.stringify(json));
        expectCoded(folder);
      }),
      { numRuns: 100 },
    );
  },
);

test.each([
  ['byte-level', byteLevelTokenizer()],
  ['SentencePiece', metaspaceTokenizer('always')],
  ['SentencePiece without a leading space', gemmaTokenizer()],
])('a damaged tokenizer is refused with a code: %s', (_, tiny) => {
  const config: TinyConfig = { ...TINY_CONFIGS.llama, vocab_size: tiny.size };
  const folder = writeTinyModel(config);
  fc.assert(
    fc.property(damaged(tiny.json), (json) => {
      writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(json));
      expectCoded(folder);
    }),
    { numRuns: 100 },
  );
});
