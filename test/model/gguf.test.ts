import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LlamaModel } from 'node-llama-cpp';
import { afterAll, describe, expect, test } from 'vitest';
import { CALL_INPUTS } from '../../bench/call-inputs.ts';
import { readModules } from '../../src/lora/index.ts';
import { exportAdapter, exportModel, type GgufTensorType, writeSafetensors } from '../../src/model/index.ts';
import { randomModules, writeTinyAdapter } from '../lora/tiny-adapter.ts';
import { llamaGreedy, llamaLogprobs, openLlama } from './llama-cpp.ts';
import { divergence, farthest, type OurModel, openOurs } from './our-logprobs.ts';
import { TINY_CONFIGS } from './tiny-configs.ts';
import { TENON_BASE, temporaryFolder, tinyTensors, writeTinyModel } from './tiny-model.ts';

const llama = await openLlama();
const ours: OurModel[] = [];
const theirs: LlamaModel[] = [];
afterAll(async () => {
  for (const model of ours) await model.close();
  for (const model of theirs) await model.dispose();
  await llama?.dispose();
});

async function open(folder: string): Promise<OurModel> {
  const model = await openOurs(folder);
  ours.push(model);
  return model;
}

async function exported(folder: string, type: GgufTensorType = 'f32') {
  const { path } = exportModel(folder, join(temporaryFolder(), 'model.gguf'), type);
  const model = await llama!.loadModel({ modelPath: path });
  theirs.push(model);
  return model;
}

function exportedAdapter(folder: string, { model }: OurModel): string {
  return exportAdapter(
    readModules(folder, model.config),
    model.config,
    'adapter',
    join(temporaryFolder(), 'adapter.gguf'),
  ).path;
}

const TOKENS = [9, 300, 17, 17, 2048, 5, 77];
/** Both compute in float32, in another order: ln p of 4,096 tokens, the least probable included. */
const SAME = 2e-4;
/** llama.cpp looks Gemma's activation up in a table of half floats. */
const SAME_BY_TABLE = 1e-2;

// Where node-llama-cpp has no binaries for the platform, there is nothing to compare with.
describe.skipIf(!llama)('llama.cpp and the graph compute the same', () => {
  test.each(Object.entries(TINY_CONFIGS).filter(([name]) => !name.includes('windowed')))(
    'for a tiny random model: %s',
    async (name, config) => {
      // llama.cpp takes Gemma's scale of the scores from the size of its heads.
      const scaled = {
        ...config,
        ...('query_pre_attn_scalar' in config && { query_pre_attn_scalar: config.head_dim }),
      };
      const folder = writeTinyModel(scaled);
      const [mine, other] = [await open(folder), await exported(folder)];
      const difference = farthest(await mine.logprobs(TOKENS), await llamaLogprobs(other, TOKENS));
      expect(difference).toBeLessThan(name.startsWith('gemma3') ? SAME_BY_TABLE : SAME);
      expect(await mine.greedy(TOKENS, 16)).toEqual(await llamaGreedy(other, TOKENS, 16));
    },
  );

  test('for an adapter whose ranks and scales differ by module', async () => {
    const folder = writeTinyModel();
    const [mine, other] = [await open(folder), await exported(folder)];
    const modules = randomModules(
      mine.model.config,
      ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'down_proj'],
      (path) => (path.includes('layers.0') ? 2 : 4),
      3,
    );
    const peft = writeTinyAdapter(modules, { alpha: 6 });
    const lora = exportedAdapter(peft, mine);
    const adapter = mine.adapter(peft);
    const own = await mine.logprobs(TOKENS, adapter);
    expect(farthest(own, await llamaLogprobs(other, TOKENS, lora))).toBeLessThan(SAME);
    expect(farthest(own, await mine.logprobs(TOKENS))).toBeGreaterThan(1);
  });

  test('for the embedded model, with and without an adapter', async () => {
    const [mine, other] = [await open(TENON_BASE), await exported(TENON_BASE)];
    const folder = new URL('../../adapters/get_weather', import.meta.url).pathname;
    const [adapter, lora] = [mine.adapter(folder), exportedAdapter(folder, mine)];
    const prompt = '<tool>get_weather<query>what is the weather in Oslo tomorrow?<call>{"name":"get_weather"';
    const tokens = mine.model.tokenizer.encodeMarkup(prompt);
    for (const [own, laid] of [
      [null, undefined],
      [adapter, lora],
    ] as const) {
      const difference = farthest(await mine.logprobs(tokens, own), await llamaLogprobs(other, tokens, laid));
      expect(difference).toBeLessThan(SAME);
      const text = (written: readonly number[]) => mine.model.tokenizer.decode(written);
      const greedy = text(await mine.greedy(tokens, 16, own));
      expect(greedy).toBe(text(await llamaGreedy(other, tokens, 16, laid)));
      if (own) expect(greedy).toContain('"Oslo"');
    }
  });

  test.each([
    ['f16', 1e-5],
    ['q8_0', 5e-4],
    ['q4_0', 0.05],
  ] as const)('nearly, where the matrices are stored as %s', async (type, bound) => {
    const [mine, other] = [await open(TENON_BASE), await exported(TENON_BASE, type)];
    const tokens = mine.model.tokenizer.encodeMarkup(
      '<tool>set_light(room: string, brightness?: integer)<query>dim the kitchen to 20<call>',
    );
    const lost = divergence(await mine.logprobs(tokens), await llamaLogprobs(other, tokens));
    expect(lost).toBeLessThan(bound);
  });

  test('of the same text the same tokens', async () => {
    const [mine, other] = [await open(TENON_BASE), await exported(TENON_BASE)];
    const code = readFileSync(new URL(import.meta.url), 'utf8');
    const texts = [
      ...CALL_INPUTS,
      code,
      "Grüße an \"Zoë\", naïve café — “quoted” 北京 12.50€ 😀!? we'll 'small'\t\n\n  x",
    ];
    for (const text of texts) {
      expect([...other.tokenize(text, false)]).toEqual(mine.model.tokenizer.encodeText(text));
    }
    const markup = '<tool>get_weather<query>hi<call>';
    expect([...other.tokenize(markup, true)]).toEqual(mine.model.tokenizer.encodeMarkup(markup));
  });
});

describe('what cannot be exported is refused', () => {
  test('a tensor that llama.cpp has no place for', () => {
    const folder = writeTinyModel();
    const extra = { name: 'model.layers.0.self_attn.sinks', shape: [4], data: new Float32Array(4) };
    writeSafetensors(join(folder, 'model.safetensors'), [...tinyTensors(), extra]);
    expect(() => exportModel(folder, join(folder, 'out.gguf'), 'f32')).toThrow(/sinks/);
  });

  test.each(['mistral, windowed', 'gemma3'] as const)('what llama.cpp computes otherwise: %s', (name) => {
    const write = () => exportModel(writeTinyModel(TINY_CONFIGS[name]), '/nowhere.gguf', 'f32');
    expect(write).toThrow(expect.objectContaining({ code: 'export_unsupported' }));
  });

  test('into a folder that is not there', () => {
    const write = () => exportModel(writeTinyModel(), '/nowhere/at/all.gguf', 'f32');
    expect(write).toThrow(expect.objectContaining({ code: 'file_unwritable' }));
  });
});
