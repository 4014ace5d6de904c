/**
 * Writes the data set of each sample tool: `node training/samples/main.ts OUT [--negatives FILE]`, one JSON row a
 * line: `{tool, text, arguments}`; `arguments` null: the tool does not fit; missing: it fits, arguments unsaid.
 * FILE, a gzipped selection data set, adds requests of other kinds as negatives.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ground } from '../../src/calls/grounding.ts';
import type { JsonSchema } from '../../src/schema/types.ts';
import { bookTable } from './book-table.ts';
import { createTicket } from './create-ticket.ts';
import { fileExpense } from './file-expense.ts';
import { getWeather } from './get-weather.ts';
import { HELD_OUT, NOW, ZONE } from './held-out.ts';
import { lookupOrder } from './lookup-order.ts';
import { NEGATIVES } from './negatives.ts';
import { playMusic } from './play-music.ts';
import { createRandom, type Random } from './random.ts';
import { type Sample, type SampleTool, WHEN } from './sample.ts';
import { scheduleMeeting } from './schedule-meeting.ts';
import { setLight } from './set-light.ts';
import { readStrangers } from './strangers.ts';

const TOOLS: readonly SampleTool[] = [
  bookTable,
  createTicket,
  fileExpense,
  getWeather,
  lookupOrder,
  playMusic,
  scheduleMeeting,
  setLight,
];
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'UTC',
  'Asia/Tokyo',
  'America/Los_Angeles',
  'Asia/Kolkata',
  'Europe/London',
];

interface Row {
  readonly tool: string;
  readonly text: string;
  readonly arguments?: unknown;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    negatives: { type: 'string' },
    positives: { type: 'string', default: '800' },
    seed: { type: 'string', default: '1' },
  },
});
const out = positionals[0] ?? 'data/training';
const positives = Number(values.positives);
const strangers = values.negatives ? readStrangers(values.negatives) : [];
mkdirSync(out, { recursive: true });

for (const [index, tool] of TOOLS.entries()) {
  const random = createRandom(Number(values.seed) * 1000 + index);
  const parameters = (
    JSON.parse(readFileSync(join('schemas', `${tool.name}.json`), 'utf8')) as { parameters: JsonSchema }
  ).parameters;
  const rows: Row[] = [];
  while (rows.length < positives) {
    const row = grounded(tool.name, tool.make(random), parameters, moment(random), random.pick(ZONES));
    if (row) rows.push(row);
  }
  for (let i = 0; i < positives / 3; i++) rows.push({ tool: tool.name, text: tool.make(random).text });
  const others = TOOLS.filter((other) => other !== tool);
  for (let i = 0; i < positives / 2; i++)
    rows.push({ tool: tool.name, text: random.pick(others).make(random).text, arguments: null });
  for (const text of NEGATIVES) rows.push({ tool: tool.name, text, arguments: null });
  for (const text of random.some(strangers, positives / 2))
    rows.push({ tool: tool.name, text, arguments: null });
  write(tool.name, rows);
  write(
    `${tool.name}.held-out`,
    HELD_OUT.map((row) => heldOut(tool.name, row, parameters)),
  );
}

function write(name: string, rows: readonly Row[]): void {
  writeFileSync(join(out, `${name}.jsonl`), `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
  console.log(`${name}: ${rows.length} rows`);
}

/** Some minute of 2026 or 2027. */
function moment(random: Random): Date {
  return new Date(Date.UTC(2026, 0, 1) + random.int(0, 2 * 365 * 24 * 60) * 60_000);
}

function heldOut(tool: string, row: (typeof HELD_OUT)[number], parameters: JsonSchema): Row {
  return row.tool === tool
    ? { tool, text: ground(row.text, parameters, new Date(NOW), ZONE), arguments: row.arguments }
    : { tool, text: row.text, arguments: null };
}

/** Null where grounding reads the moment otherwise than it was meant. */
function grounded(tool: string, sample: Sample, parameters: JsonSchema, now: Date, zone: string): Row | null {
  const text = ground(sample.text, parameters, now, zone);
  if (sample.when === undefined)
    return text === sample.text ? { tool, text, arguments: sample.arguments } : null;
  const value = resolved(text.slice(sample.text.length), sample.when);
  const isMoment = JSON.stringify(parameters).includes('date-time');
  if (value === null || value.includes('T') !== isMoment || value.includes(' ')) return null;
  const args = JSON.parse(
    JSON.stringify(sample.arguments).replace(`"${WHEN}"`, JSON.stringify(value)),
  ) as unknown;
  return { tool, text, arguments: args };
}

function resolved(bracket: string, when: string): string | null {
  const iso = /\d{4}-\d{2}-\d{2}/.exec(when)?.[0];
  if (bracket === '') return iso ?? null;
  const items = bracket.slice(2, -1).split('; ');
  if (items.length !== 1) return null;
  const [said, value] = items[0]!.split(' = ');
  return said && value && when.replace(/^(on|at) /, '').includes(said.replace(/^(on|at) /, ''))
    ? value
    : null;
}
