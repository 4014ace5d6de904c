import { afterAll, describe, expect, test } from 'vitest';
import { type Answer, writeAnswer } from '../../src/engine/onnx/answer.ts';
import { Decoder } from '../../src/engine/onnx/decoder.ts';
import { Drafter, DraftMemory } from '../../src/engine/onnx/drafter.ts';
import { takeForced } from '../../src/engine/onnx/forced-tokens.ts';
import { KeyValueRow } from '../../src/engine/onnx/key-value-row.ts';
import { createSampler } from '../../src/engine/onnx/sampler.ts';
import { Scheduler } from '../../src/engine/onnx/scheduler.ts';
import { bestAllowed } from '../../src/engine/onnx/token-mask.ts';
import { tokenTree } from '../../src/engine/onnx/token-tree.ts';
import type { Sampling } from '../../src/engine/types.ts';
import type { Matcher } from '../../src/grammar/types.ts';
import { loadModel } from '../../src/model/index.ts';
import { TENON_BASE } from '../model/tiny-model.ts';
import { textMatcher } from './text-matcher.ts';

const model = await loadModel(TENON_BASE);
const { tokenizer, config } = model;
const decoder = await Decoder.create(model.onnx, config, { threads: 1, slots: 2 });
afterAll(() => decoder.close());
const scheduler = new Scheduler(decoder);
const counts = () => ({ request: { proposed: 0, accepted: 0 }, habit: { proposed: 0, accepted: 0 } });
const mask = () => new Uint32Array(config.vocabulary / 32);
const matcherOf = (texts: readonly string[], dead?: readonly string[]) =>
  textMatcher(tokenizer.bytes, config.eos, texts, dead);

const PROMPT = tokenizer.encodeMarkup(
  '<tool>get_weather(city: string City) Weather<query>weather in New York<call>',
);

async function write(
  matcher: Matcher,
  options: {
    maxTokens?: number;
    request?: string;
    signal?: AbortSignal;
    memory?: DraftMemory;
    sampling?: Sampling;
  } = {},
) {
  const row = new KeyValueRow(config);
  const [result] = await decoder.run([
    { past: row, tokens: PROMPT, adapter: null, wanted: [PROMPT.length - 1] },
  ]);
  const before = decoder.passes;
  const request = tokenizer.encodeText(options.request ?? '');
  const answer = await writeAnswer({
    passes: scheduler.open('test', options.signal ?? new AbortController().signal),
    tokenizer,
    matcher,
    eos: config.eos,
    adapter: null,
    drafter: new Drafter(options.memory ?? new DraftMemory(), request, tokenizer, counts()),
    sampler: createSampler(options.sampling),
    tokens: [],
    progress: { row, unread: [], fed: [], logprobs: [result!.logprobs[0]] },
    maxTokens: options.maxTokens ?? 50,
    context: config.context,
  });
  return { answer, text: tokenizer.decode(answer.tokens), passes: decoder.passes - before };
}

/** ln p of the answer's choices, computed afresh in one pass over the whole text. */
async function recomputed(answer: Answer): Promise<number> {
  const row = new KeyValueRow(config);
  const tokens = [...PROMPT, ...answer.tokens];
  const [result] = await decoder.run([{ past: row, tokens, adapter: null, wanted: tokens.map((_, i) => i) }]);
  return answer.decisions.reduce((sum, { at }) => {
    const token = answer.tokens[at] ?? config.eos[0]!;
    return sum + result!.logprobs[PROMPT.length + at - 1]![token]!;
  }, 0);
}

describe('an answer under a grammar', () => {
  const cities = ['{"city":"New York"}', '{"city":"Newark"}', '{"city":"London"}'];

  test('is one of its texts, the likeliest step by step', async () => {
    const { answer, text } = await write(matcherOf(cities));
    expect(answer.finish).toBe('stop');
    expect(text).toBe(cities[0]);
    const sum = answer.decisions.reduce((total, { logProbability: p }) => total + p, 0);
    expect(sum).toBeCloseTo(await recomputed(answer), 3);
  });

  test('a text without a choice costs no pass', async () => {
    const { text, passes, answer } = await write(matcherOf(['{"city":"New York"}']));
    expect(text).toBe('{"city":"New York"}');
    expect(passes).toBe(0);
    expect(answer.decisions).toEqual([]);
  });

  test('drafts save passes and change nothing', async () => {
    const city = 'New York City of the long name, in the state of New York';
    const texts = [
      `"${city}"`,
      ...Array.from({ length: 14 }, (_, i) => i * 4).map((i) => `"${city.slice(0, i)}#"`),
    ];
    const slow = await write(matcherOf(texts));
    const fast = await write(matcherOf(texts), { request: `weather in ${city}` });
    expect(fast.answer.tokens).toEqual(slow.answer.tokens);
    expect(fast.passes).toBeLessThan(slow.passes);
    const total = ({ answer }: typeof slow) => answer.decisions.reduce((sum, d) => sum + d.logProbability, 0);
    expect(total(fast)).toBeCloseTo(total(slow), 3);
  });

  test('a dead end takes back the choice that led to it', async () => {
    const { answer, text } = await write(matcherOf(['{"city":"London"}'], ['{"city":"New York']));
    expect(answer.finish).toBe('stop');
    expect(text).toBe('{"city":"London"}');
    expect(Math.exp(answer.decisions.reduce((sum, d) => sum + d.logProbability, 0))).toBeLessThan(0.1);
  });

  test('nothing but dead ends is said, after a bounded search', async () => {
    const dead = Array.from({ length: 40 }, (_, i) => `{"city":"${String.fromCharCode(65 + (i % 26))}${i}`);
    const { answer, passes } = await write(matcherOf([], dead));
    expect(answer.finish).toBe('dead_end');
    expect(passes).toBeLessThan(60);
  });

  test('stops at the limit of tokens', async () => {
    const long = Array.from({ length: 2 }, (_, i) => `"${'a b '.repeat(40)}${i}"`);
    const { answer } = await write(
      matcherOf([...long, ...long.map((_, i) => `"${'a b '.repeat(i + 20)}"`)]),
      { maxTokens: 12 },
    );
    expect(answer.finish).toBe('length');
  });

  test('a model caught in a loop is stopped', async () => {
    const { answer } = await write(matcherOf([], [`"${'0'.repeat(300)}`, `"${'0'.repeat(299)}1`]));
    expect(answer.finish).toBe('length');
  });

  test('a cancelled one ends with the reason', async () => {
    const reason = new Error('gone');
    const many = Array.from({ length: 30 }, (_, i) => `{"a":"${'xyz'[i % 3]} ${i} ${i * 7}"}`);
    await expect(write(matcherOf(many), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

test('forced text is tokenized as the tokenizer would, and the last token waits where a longer one fits', () => {
  const matcher = matcherOf([
    '{"name":"f","arguments":{"city":"a"}}',
    '{"name":"f","arguments":{}}',
    '{"name":"f","arguments":1}',
  ]);
  const tokens = takeForced(matcher, tokenizer, mask());
  // `":` is a token, but so are `":{"` and `":{}}`: the model must choose among them.
  expect(tokens.map((token) => tokenizer.decode([token]))).toEqual([
    '{"',
    'name',
    '":"',
    'f',
    '","',
    'arguments',
  ]);
  expect(takeForced(matcher, tokenizer, mask())).toEqual([]);
});

test('bytes that are forced though their tokens are not are written as one token', () => {
  const matcher = matcherOf(['"aa":"', '"ab":"x', '"aa":"y"']);
  for (const token of tokenizer.encodeText('"aa')) matcher.accept(token);
  const tokens = takeForced(matcher, tokenizer, mask());
  expect(tokens.map((token) => tokenizer.decode([token]))).toEqual(['":"']);
});

function draftAfter(written: string, texts: readonly string[], request: string, memory = new DraftMemory()) {
  const matcher = matcherOf(texts);
  const tokens = tokenizer.encodeText(written);
  for (const token of tokens) expect(matcher.accept(token)).toBe(true);
  const drafter = new Drafter(memory, tokenizer.encodeText(request), tokenizer, counts());
  const draft = drafter.draft(tokens, matcher, 20);
  // The matcher stands where it stood.
  if (draft.length > 0) expect(matcher.accept(draft[0]!)).toBe(true);
  return tokenizer.decode([...draft]);
}

describe('a draft', () => {
  const trips = ['New York by night', 'New York by day', 'New Delhi'];

  test('follows the longest match in the request and stays within the grammar', () => {
    expect(draftAfter('New', trips, 'from Paris to New York by train')).toBe(' York by ');
    expect(draftAfter('New', trips, 'Oslo')).toBe('');
  });

  test('follows the habits of the tool, and goes on through what is forced', () => {
    const memory = new DraftMemory();
    for (let i = 0; i < 4; i++) memory.habits.learn(tokenizer.encodeText('New Delhi'));
    expect(draftAfter('New', trips, 'Oslo', memory)).toBe(' Delhi');
  });

  test('is not made of what is seldom accepted', () => {
    const memory = new DraftMemory();
    for (let i = 0; i < 200; i++) for (const kind of memory.fromRequest) kind.count(false);
    expect(draftAfter('New', trips, 'from Paris to New York by train', memory)).toBe('');
  });
});

test('the best allowed token, in every word and bit', () => {
  const logprobs = Float32Array.from({ length: 96 }, (_, i) => -Math.abs(i - 63));
  const allowed = new Uint32Array(3);
  expect(bestAllowed(logprobs, allowed)).toBe(-1);
  allowed[2] = 0x80000000;
  expect(bestAllowed(logprobs, allowed)).toBe(95);
  allowed[0] = 1;
  expect(bestAllowed(logprobs, allowed)).toBe(95);
  allowed[1] = 0x80000001;
  expect(bestAllowed(logprobs, allowed)).toBe(63);
});

test('sequences that begin alike share their nodes', () => {
  expect(tokenTree([[1, 2, 3], [1, 2, 4], [5]])).toEqual({
    tokens: [1, 2, 3, 4, 5],
    parents: [-1, 0, 1, 1, -1],
    paths: [[0, 1, 2], [0, 1, 3], [4]],
  });
});
