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
import { type Case, type Figures, Tally } from './grammar-figures.ts';
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
  const lines = readLines(values.schemas, Number(values.every ?? (values.quick ? 40 : 1)));
  const start = performance.now();
  const heap = process.memoryUsage();
  const vocabulary = createVocabulary([...bytes, null], [bytes.length]);
  const ready = performance.now() - start;
  const after = process.memoryUsage();
  const { all: own, kubernetes } = measure(lines, vocabulary, bytes);
  const peer = values['no-peer']
    ? undefined
    : await measureXgrammar(lines, bytes, values.quick ? 30 : 340, values.quick ? 15 : 240);
  const report = {
    vocabulary: values.vocabulary,
    ...own,
    ready_ms: Math.round(ready),
    ready_mb: Math.round((after.heapUsed + after.arrayBuffers - heap.heapUsed - heap.arrayBuffers) / 1e6),
    cases: hardCases(vocabulary, bytes),
    kubernetes,
    peers: peer === undefined ? {} : { xgrammar: peer },
  };
  print('tenon', own);
  if (kubernetes.schemas > 0) print('  Kubernetes schemas alone', kubernetes);
  if (peer !== undefined) print('xgrammar', peer);
  process.stdout.write(`vocabulary ready in ${report.ready_ms} ms, ${report.ready_mb} MB\n`);
  for (const [name, figures] of Object.entries(report.cases))
    process.stdout.write(`${name.padEnd(28)} ${JSON.stringify(figures)}\n`);
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

/** The schemas' lines; each is read when its turn comes, so that the heap holds little but what is measured. */
function readLines(file: string | undefined, every: number): readonly string[] {
  const raw = readFileSync(file ?? SCHEMAS);
  const text = raw[0] === 0x1f ? gunzipSync(raw).toString() : raw.toString();
  return text
    .trim()
    .split('\n')
    .filter((_, i) => i % every === 0);
}

interface Measured {
  readonly all: Figures;
  readonly kubernetes: Figures;
}

function measure(
  lines: readonly string[],
  vocabulary: Vocabulary,
  bytes: readonly (Uint8Array | null)[],
): Measured {
  const mask = new Uint32Array((vocabulary.size + 31) >> 5);
  const match = longestMatch(bytes);
  const all = new Tally();
  const kubernetes = new Tally();
  for (const line of lines) {
    const found = JSON.parse(line) as Case;
    const tallies = found.id.startsWith('Kubernetes') ? [all, kubernetes] : [all];
    measureCase(found, vocabulary, match, mask, tallies);
  }
  return { all: all.figures, kubernetes: kubernetes.figures };
}

function measureCase(
  { id, schema, tests }: Case,
  vocabulary: Vocabulary,
  match: (text: Uint8Array) => readonly number[],
  mask: Uint32Array,
  tallies: readonly Tally[],
): void {
  for (const tally of tallies) tally.schemas++;
  let right = true;
  try {
    const switches = contextSwitches();
    const from = performance.now();
    const grammar = compileSchema(schema, { order: 'any', whitespace: 'flexible' });
    createMatcher(grammar, vocabulary).mask(mask);
    const first = (performance.now() - from) * 1000;
    const calm = contextSwitches() === switches;
    for (const tally of tallies) tally.first(first, calm);
    for (const { data, valid } of tests) {
      const tokens = match(new TextEncoder().encode(JSON.stringify(data)));
      if (follow(createMatcher(grammar, vocabulary), tokens, mask, tallies) === valid) continue;
      right = false;
      for (const tally of tallies) tally[valid ? 'valid_rejected' : 'invalid_accepted']++;
    }
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    process.stdout.write(`${id}: ${error.message}\n`);
    for (const tally of tallies) tally.refused++;
    return;
  }
  if (right) for (const tally of tallies) tally.right++;
}

/** How often the kernel has taken the processor away from this process. */
function contextSwitches(): number {
  return process.resourceUsage().involuntaryContextSwitches;
}

function follow(
  matcher: Matcher,
  tokens: readonly number[],
  mask: Uint32Array,
  tallies: readonly Tally[],
): boolean {
  for (const token of tokens) {
    const switches = contextSwitches();
    const from = performance.now();
    matcher.mask(mask);
    const time = (performance.now() - from) * 1000;
    const calm = contextSwitches() === switches;
    for (const tally of tallies) tally.mask(time, calm);
    const allowed = ((mask[token >> 5]! >>> (token & 31)) & 1) === 1;
    if (matcher.accept(token) !== allowed) throw new Error(`mask and accept disagree on token ${token}`);
    if (!allowed) return false;
  }
  return matcher.complete;
}

function print(name: string, figures: Figures): void {
  const us = (value: number): string => value.toFixed(1).padStart(9);
  const line = ({
    mask_us: mask,
    first_mask_us: first,
  }: Pick<Figures, 'mask_us' | 'first_mask_us'>): string =>
    `          mask µs   mean${us(mask.mean)}  p50${us(mask.p50)}  p99${us(mask.p99)}  p99.9${us(mask.p999)}   first mask µs  p50${us(first.p50)}  p99${us(first.p99)}\n`;
  const { undisturbed } = figures;
  process.stdout.write(
    `${name.padEnd(9)} ${figures.right}/${figures.schemas} right, ${figures.refused} refused, ${figures.valid_rejected} valid rejected, ${figures.invalid_accepted} invalid accepted\n${line(figures)}`,
  );
  if (undisturbed.masks_left_out > 0)
    process.stdout.write(
      `          without ${undisturbed.masks_left_out} masks during which another program had the processor:\n${line(undisturbed)}`,
    );
}
