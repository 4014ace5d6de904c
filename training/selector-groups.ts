/**
 * Makes the selector's training data from public tool-use sets: `node training/selector-groups.ts MODEL DATA OUT`.
 * DATA holds `NAME.jsonl.gz` files of rows `{tools, query, calls, meta: {split}}`. Only rows of the training split
 * are read (of Seal-Tools, which has none, the `dev` rows). Each line of OUT is one tool signature with requests
 * that are for it and requests that are not, as token ids.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadModel } from '../src/model/index.ts';
import type { JsonSchema } from '../src/schema/index.ts';
import { createPrompts } from './prompts.ts';
import { createRandom } from './samples/random.ts';

/** How much of the training each set gets, and the split read. */
const SETS = [
  { name: 'sgd', share: 3, split: 'train' },
  { name: 'massive_en', share: 2, split: 'train' },
  { name: 'seal_tools', share: 2, split: 'dev' },
  { name: 'ha_intents', share: 1.5, split: 'train' },
  { name: 'tldr_select', share: 1.5, split: 'train' },
  { name: 'clinc150_select', share: 1, split: 'train' },
  { name: 'metatool_select', share: 1, split: 'train' },
  { name: 'restaurant8k', share: 0.5, split: 'train' },
  { name: 'glaive_demo', share: 0.5, split: 'train' },
] as const;
const LONGEST_REQUEST = 220;
const LONGEST_SIGNATURE = 160;
const KEPT = 60;
const STRANGERS = 6;

interface Row {
  readonly tools: readonly { name: string; description: string; parameters: JsonSchema }[];
  readonly query: string;
  readonly calls: readonly { name: string }[];
  readonly meta: { readonly split?: string };
}

interface Group {
  readonly tool: Row['tools'][number];
  readonly yes: string[];
  readonly no: string[];
  weight: number;
}

const [folder, data, out] = process.argv.slice(2);
if (!folder || !data || !out) throw new Error('usage: node training/selector-groups.ts MODEL DATA OUT');
const prompts = createPrompts(await loadModel(folder));
const random = createRandom(3);

const groups = SETS.flatMap(({ name, share, split }) => {
  const found = [...read(name, split).values()].filter(({ yes }) => yes.length > 0);
  for (const group of found)
    group.weight = ((share * 1000) / found.length) * Math.min(1, 0.3 + group.yes.length / 10);
  console.log(`${name}: ${found.length} tools`);
  return found;
});
const everyone = groups.flatMap(({ yes }) => random.some(yes, 2));

const lines = groups.flatMap((group) => {
  const shown = random.chance(0.15) ? { ...group.tool, description: '' } : group.tool;
  const head = prompts.prompt(shown, '').length;
  if (head > LONGEST_SIGNATURE) return [];
  const branch = (query: string) => prompts.prompt(shown, query).slice(head - 1);
  return JSON.stringify({
    tool: prompts.prompt(shown, '').slice(0, -1),
    yes: random.some(group.yes, KEPT).map(branch),
    no: [...random.some(group.no, KEPT), ...random.some(everyone, STRANGERS)].map(branch),
    weight: group.weight,
  });
});
writeFileSync(out, `${lines.join('\n')}\n`);

/** A set's tools by content, each with the requests that called it and those that saw it and did not. */
function read(name: string, split: string): Map<string, Group> {
  const found = new Map<string, Group>();
  const text = gunzipSync(readFileSync(join(data!, `${name}.jsonl.gz`))).toString();
  for (const line of text.trim().split('\n')) {
    const row = JSON.parse(line) as Row;
    if (row.meta.split !== split || row.query.length > LONGEST_REQUEST) continue;
    const called = new Set(row.calls.map((call) => call.name));
    for (const tool of row.tools) {
      const key = JSON.stringify(tool);
      const group = found.get(key) ?? { tool, yes: [], no: [], weight: 0 };
      found.set(key, group);
      (called.has(tool.name) ? group.yes : group.no).push(row.query);
    }
  }
  return found;
}
