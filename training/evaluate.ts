/**
 * Judges the sample tools by the requests written by hand: `node training/evaluate.ts MODEL ADAPTERS [--selection
 * WAY] [--base] [--precision P]`. Selection among all tools and "none", arguments given the right tool, and both together.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { MEANT } from '../bench/call-inputs.ts';
import { ground } from '../src/calls/grounding.ts';
import { createOnnxEngine, type EngineTool } from '../src/engine/index.ts';
import { areaUnderCurve, type Doubt, fieldDoubts } from './doubts.ts';
import { HELD_OUT, NOW, ZONE } from './samples/held-out.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    selection: { type: 'string', default: 'adapted' },
    base: { type: 'boolean', default: false },
    precision: { type: 'string', default: 'fp32' },
    misses: { type: 'boolean', default: false },
  },
});
const [folder, adapters] = positionals;
if (!folder || !adapters) throw new Error('usage: node training/evaluate.ts MODEL ADAPTERS');

const engine = await createOnnxEngine({
  folder,
  selection: values.selection as 'adapted',
  precision: values.precision as 'fp32',
});
const tools: EngineTool[] = [];
for (const file of readdirSync('schemas').filter((name) => name.endsWith('.json'))) {
  const { name, description, parameters } = JSON.parse(
    readFileSync(join('schemas', file), 'utf8'),
  ) as EngineTool;
  const adapter =
    !values.base && existsSync(join(adapters, name))
      ? (await engine.addAdapter(join(adapters, name))).digest
      : undefined;
  tools.push({ name, description, parameters, ...(adapter && { adapter }) });
}

const doubts: Doubt[] = [];
const fieldwise: Doubt[] = [];
const tally = new Map<string, { n: number; selected: number; exact: number; both: number }>();
for (const row of HELD_OUT) {
  const key = row.tool ?? '(none)';
  const count = tally.get(key) ?? { n: 0, selected: 0, exact: 0, both: 0 };
  tally.set(key, count);
  count.n++;
  const selection = await engine.select({ input: row.text, candidates: tools });
  const selected = selection.tool === row.tool;
  if (selected) count.selected++;
  else if (values.misses) console.log(`${key}: ${row.text}\n    selected ${selection.tool ?? 'none'}`);
  const tool = tools.find(({ name }) => name === row.tool);
  if (!tool) continue;
  const input = ground(row.text, tool.parameters, new Date(NOW), ZONE);
  const { text, confidence, fields } = await engine.generate({ input, tool });
  const written = parse(text);
  const exact = isDeepStrictEqual(written, row.arguments);
  fieldwise.push(...fieldDoubts(fields, written, row.arguments));
  if (exact) count.exact++;
  else if (values.misses) console.log(`${key}: ${input}\n    ${text} (${confidence.toFixed(2)})`);
  if (exact && selected) count.both++;
  if (selected) doubts.push({ confidence: confidence * selection.confidence, right: exact });
}
let meant = 0;
for (const { tool, input } of MEANT)
  if ((await engine.select({ input, candidates: tools })).tool === tool) meant++;
await engine.close();

const total = { n: 0, selected: 0, exact: 0, both: 0 };
const percent = (part: number, n: number) => `${((100 * part) / n).toFixed(0)} %`.padStart(7);
console.log('tool'.padEnd(18), 'n', 'selected', '  exact', '   both');
for (const [name, count] of tally) {
  for (const field of ['n', 'selected', 'exact', 'both'] as const) total[field] += count[field];
  const args = name === '(none)' ? '' : `${percent(count.exact, count.n)} ${percent(count.both, count.n)}`;
  console.log(name.padEnd(18), count.n, percent(count.selected, count.n), args);
}
const calls = total.n - (tally.get('(none)')?.n ?? 0);
console.log(
  'all'.padEnd(18),
  total.n,
  percent(total.selected, total.n),
  percent(total.exact, calls),
  percent(total.both, calls),
);

console.log(
  `
selection on the ${MEANT.length} requests of bench/call-inputs.ts: ${percent(meant, MEANT.length).trim()}`,
);
const judged = (name: string, all: readonly Doubt[]) => {
  const wrong = all.filter(({ right }) => !right).length;
  console.log(
    `confidence of right against wrong ${name}, area under curve: ${areaUnderCurve(all).toFixed(3)} (${all.length}, ${wrong} of them wrong)`,
  );
};
judged('calls', doubts);
judged('arguments', fieldwise);
for (const least of [0, 0.3, 0.5, 0.7]) {
  const sent = doubts.filter(({ confidence }) => confidence >= least);
  const good = sent.filter((call) => call.right).length;
  console.log(
    `min_confidence ${least}: ${sent.length} of ${doubts.length} calls sent, ${sent.length - good} of them wrong`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
