import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import {
  compileSchema,
  createMatcher,
  createVocabulary,
  GrammarError,
  type Matcher,
  type Vocabulary,
} from '../src/grammar/index.ts';
import { hardCases } from './grammar-cases.ts';
import { type Case, type Figures, mean, quantile, quantiles } from './grammar-figures.ts';
import { longestMatch, tokenBytes } from './grammar-vocabularies.ts';
import { measureXgrammar } from './grammar-xgrammar.ts';

const SCHEMAS = new URL('../../shared/data/jsonschemabench/maskbench_dev.jsonl.gz', import.meta.url);

/** Masks over the MaskBench schemas: how many are right, and how long they take. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      vocabulary: { type: 'string', default: 'cl100k' },
      schemas: { type: 'string' },
      every: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'no-peer': { type: 'boolean', default: false },
    },
  });
  const bytes = await tokenBytes(values.vocabulary);
  const cases = readCases(values.schemas, Number(values.every ?? (values.quick ? 40 : 1)));
  const start = performance.now();
  const heap = process.memoryUsage();
  const vocabulary = createVocabulary([...bytes, null], [bytes.length]);
  const ready = performance.now() - start;
  const after = process.memoryUsage();
  const own = measure(cases, vocabulary, bytes);
  const peer = values['no-peer']
    ? undefined
    : await measureXgrammar(cases, bytes, values.quick ? 30 : 340, values.quick ? 15 : 240);
  const report = {
    vocabulary: values.vocabulary,
    ...own,
    ready_ms: Math.round(ready),
    ready_mb: Math.round((after.heapUsed + after.arrayBuffers - heap.heapUsed - heap.arrayBuffers) / 1e6),
    cases: hardCases(vocabulary, bytes),
    peers: peer === undefined ? {} : { xgrammar: peer },
  };
  print('tenon', own);
  if (peer !== undefined) print('xgrammar', peer);
  process.stdout.write(`vocabulary ready in ${report.ready_ms} ms, ${report.ready_mb} MB\n`);
  for (const [name, figures] of Object.entries(report.cases))
    process.stdout.write(`${name.padEnd(28)} ${JSON.stringify(figures)}\n`);
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

function readCases(file: string | undefined, every: number): readonly Case[] {
  const raw = readFileSync(file ?? SCHEMAS);
  const text = raw[0] === 0x1f ? gunzipSync(raw).toString() : raw.toString();
  const lines = text.trim().split('\n');
  return lines.filter((_, i) => i % every === 0).map((line) => JSON.parse(line) as Case);
}

function measure(
  cases: readonly Case[],
  vocabulary: Vocabulary,
  bytes: readonly (Uint8Array | null)[],
): Figures {
  const mask = new Uint32Array((vocabulary.size + 31) >> 5);
  const match = longestMatch(bytes);
  const times: number[] = [];
  const firsts: number[] = [];
  const count = { right: 0, valid_rejected: 0, invalid_accepted: 0, refused: 0 };
  for (const { id, schema, tests } of cases) {
    const from = performance.now();
    let matcher: Matcher;
    let grammar: ReturnType<typeof compileSchema>;
    try {
      grammar = compileSchema(schema, { order: 'any', whitespace: 'flexible' });
      matcher = createMatcher(grammar, vocabulary);
      matcher.mask(mask);
    } catch (error) {
      if (!(error instanceof GrammarError)) throw error;
      count.refused++;
      continue;
    }
    firsts.push((performance.now() - from) * 1000);
    let right = true;
    for (const { data, valid } of tests) {
      matcher = createMatcher(grammar, vocabulary);
      let accepted: boolean;
      try {
        accepted = follow(matcher, match(new TextEncoder().encode(JSON.stringify(data))), mask, times);
      } catch (error) {
        if (!(error instanceof GrammarError)) throw error;
        process.stdout.write(`${id}: ${error.message}\n`);
        count.refused++;
        right = false;
        break;
      }
      if (accepted === valid) continue;
      right = false;
      if (valid) count.valid_rejected++;
      else count.invalid_accepted++;
    }
    if (right) count.right++;
  }
  return {
    schemas: cases.length,
    ...count,
    mask_us: { mean: mean(times), ...quantiles(times), p999: quantile(times, 0.999) },
    first_mask_us: quantiles(firsts),
  };
}

function follow(matcher: Matcher, tokens: readonly number[], mask: Uint32Array, times: number[]): boolean {
  for (const token of tokens) {
    const from = performance.now();
    matcher.mask(mask);
    times.push((performance.now() - from) * 1000);
    const allowed = ((mask[token >> 5]! >>> (token & 31)) & 1) === 1;
    if (matcher.accept(token) !== allowed) throw new Error(`mask and accept disagree on token ${token}`);
    if (!allowed) return false;
  }
  return matcher.complete;
}

function print(name: string, figures: Figures): void {
  const { mask_us: mask, first_mask_us: first } = figures;
  const us = (value: number): string => value.toFixed(1).padStart(9);
  process.stdout.write(
    `${name.padEnd(9)} ${figures.right}/${figures.schemas} right, ${figures.refused} refused, ${figures.valid_rejected} valid rejected, ${figures.invalid_accepted} invalid accepted\n` +
      `          mask µs   mean${us(mask.mean)}  p50${us(mask.p50)}  p99${us(mask.p99)}  p99.9${us(mask.p999)}   first mask µs  p50${us(first.p50)}  p99${us(first.p99)}\n`,
  );
}
