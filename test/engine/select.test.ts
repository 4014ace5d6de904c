import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { createOnnxEngine, type EngineTool } from '../../src/engine/index.ts';
import { byOverlap, wordsOf, wordsOfTool } from '../../src/engine/onnx/word-overlap.ts';
import { TENON_BASE } from '../model/tiny-model.ts';

const engine = await createOnnxEngine({ folder: TENON_BASE, threads: 1 });
afterAll(() => engine.close());

const root = new URL('../../', import.meta.url).pathname;
const NAMES = ['book_table', 'create_ticket', 'file_expense', 'get_weather', 'lookup_order', 'play_music'];
const tools: EngineTool[] = [];
for (const name of NAMES) {
  const tool = JSON.parse(readFileSync(`${root}schemas/${name}.json`, 'utf8')) as EngineTool;
  const { digest } = await engine.addAdapter(`${root}adapters/${name}`);
  tools.push({ name, description: tool.description, parameters: tool.parameters, adapter: digest });
}

describe('selection by adapters', () => {
  test.each([
    'book a table for four at Bella Roma tomorrow at 8pm',
    'what is the weather in Berlin tomorrow',
    'play classical music in the bathroom',
    'find order KL-55555',
    'how are you today?',
  ])('chooses as if all had been asked: "%s"', async (input) => {
    const each = await Promise.all(tools.map((tool) => engine.select({ input, candidates: [tool] })));
    const probabilities = each.map(({ scores }) => scores[0]!.probability);
    const best = Math.max(...probabilities);
    const { tool, scores, confidence } = await engine.select({ input, candidates: tools });
    expect(tool).toBe(best >= 0.5 ? NAMES[probabilities.indexOf(best)] : null);
    expect(confidence).toBeCloseTo(Math.max(best, 1 - best), 3);
    expect(scores.map((score) => score.tool).toSorted()).toEqual(NAMES);
    for (const { tool: name, probability } of scores) {
      if (probability > 0) expect(probability).toBeCloseTo(probabilities[NAMES.indexOf(name)]!, 3);
    }
  });

  test('where one of the likeliest is sure, the others are not asked; where none is, all are', async () => {
    const sure = await engine.select({ input: 'what is the weather in Berlin tomorrow', candidates: tools });
    expect(sure.scores.filter(({ probability }) => probability === 0)).toHaveLength(4);
    const lost = await engine.select({ input: 'how are you today?', candidates: tools });
    expect(lost.scores.filter(({ probability }) => probability === 0)).toHaveLength(0);
    expect(sure.usage.prompt_tokens).toBeLessThan(lost.usage.prompt_tokens);
  });
});

test('words in common decide who is asked first, then the order that was given', () => {
  const texts = ['play music', 'book_table restaurant', 'la météo de Paris'].map(wordsOf);
  expect(byOverlap('book me a table', texts)).toEqual([1, 0, 2]);
  expect(byOverlap('quelle MÉTÉO à Paris ?', texts)).toEqual([2, 0, 1]);
  expect(byOverlap('', texts)).toEqual([0, 1, 2]);
  const tool = { name: 'a_tool', description: 'x', parameters: { properties: { city: { type: 'string' } } } };
  expect(wordsOfTool(tool).has('city')).toBe(true);
});
