/**
 * Turns rows of training/samples into token ids for training/lora.py: `node training/encode.ts MODEL IN.jsonl
 * OUT.jsonl`. The prompt is the short one of a tool with an adapter: its name and the request, no schema.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { loadModel } from '../src/model/index.ts';
import { createPrompts } from './prompts.ts';

const [folder, from, to] = process.argv.slice(2);
if (!folder || !from || !to) throw new Error('usage: node training/encode.ts MODEL IN.jsonl OUT.jsonl');
const prompts = createPrompts(await loadModel(folder));

const lines = readFileSync(from, 'utf8').trim().split('\n');
const encoded = lines.map((line) => {
  const row = JSON.parse(line) as { tool: string; text: string; arguments?: unknown };
  const tool = { name: row.tool };
  const target =
    row.arguments === undefined
      ? prompts.opening(tool)
      : row.arguments === null
        ? prompts.none(tool)
        : prompts.call(tool, row.arguments);
  return JSON.stringify({ prompt: prompts.prompt(tool, row.text), target });
});
writeFileSync(to, `${encoded.join('\n')}\n`);
