import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallResult } from '../../src/calls/index.ts';
import { createRecognizer } from '../../src/grammar/index.ts';
import type { ReviewRecord } from '../../src/reviews/index.ts';
import { createTestClient, type Refusal, type TestClient } from '../support/http.ts';
import { type LaunchedGateway, launchGateway, tenon } from '../support/launch.ts';

// `x-grammar` through the whole gateway, with the real model, which has never learnt SQL: whatever it writes parses.

const root = new URL('../../', import.meta.url);
let folder: string;
let gateway: LaunchedGateway;
let http: TestClient;
let tool: Record<string, unknown>;
let isSelect: (sql: string) => boolean;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenon-e2e-grammars-'));
  const own = join(folder, 'grammars');
  await mkdir(own);
  await writeFile(join(own, 'sku.gbnf'), 'root ::= [A-Z]{3} "-" [0-9]{4}\n');
  const many = Array.from({ length: 60 }, (_, i) => i);
  const tangled = [
    'root ::= [a-z] [a-z] tangle',
    `tangle ::= ${many.map((i) => `x${i}`).join(' | ')}`,
    ...many.map((i) => `x${i} ::= y "${i}"`),
    `y ::= ${many.map((i) => `z${i}`).join(' | ')}`,
    ...many.map((i) => `z${i} ::= [a-z] [a-z]+`),
  ];
  await writeFile(join(own, 'tangled.gbnf'), tangled.join('\n'));
  tool = JSON.parse(await readFile(new URL('schemas/more/query_sales.json', root), 'utf8'));
  isSelect = createRecognizer(await readFile(new URL('grammars/sql-select.gbnf', root), 'utf8'));
  gateway = await launchGateway(['--data', join(folder, 'data'), '--grammars', own]);
  http = createTestClient(gateway.url);
});
afterAll(async () => {
  await gateway?.stop();
  await rm(folder, { recursive: true, force: true });
});

const call = async (body: unknown): Promise<CallResult> =>
  (await http.post<CallResult>('/v1/calls', body)).body;

describe('a tool whose argument is SQL', () => {
  it('is registered, and shows the grammar that it is decoded under', async () => {
    const upstream = { method: 'POST', url: `${gateway.demoUrl}/sales/query` };
    const added = await http.post<Record<string, unknown>>('/v1/tools', { ...tool, upstream });
    expect([added.status, added.body.version]).toEqual([201, 1]);
    expect(added.body.grammar).toEqual({ checked: [], unenforced: [] });
    const printed = await (await fetch(`${gateway.url}/v1/tools/query_sales/grammar`)).text();
    expect(printed).toContain('x0-sql-select-select ::= "SELECT "');
  });

  it.each(['how many lamps did we sell?', "'; DROP TABLE sales; --", 'sales in the north by product'])(
    'gets a SELECT from the model whatever is asked: %s',
    async (input) => {
      const made = await call({ input, tool: 'query_sales', dry_run: true });
      // A model that has not learnt SQL may not come to an end; that is said, and a person gets it.
      expect(['validated', 'in_review']).toContain(made.status);
      if (made.arguments === null) return;
      const { sql } = made.arguments as { sql: string };
      expect(isSelect(sql), sql).toBe(true);
      expect(made.validation).toEqual({ valid: true, errors: [] });
    },
  );

  it('is corrected by a person within the grammar, and the corrected query is run', async () => {
    await http.put('/v1/tools/query_sales', {
      ...tool,
      upstream: { method: 'POST', url: `${gateway.demoUrl}/sales/query` },
      policy: { destructive: true },
    });
    const made = await call({ input: 'how many lamps did we sell?', tool: 'query_sales' });
    expect(made.status).toBe('in_review');
    const path = `/v1/reviews/${made.review?.id}`;
    const correct = (sql: string) =>
      http.post<Refusal>(path, { decision: 'correct', arguments: { sql }, actor: 'ada' });

    for (const sql of [
      'DROP TABLE sales',
      'SELECT * FROM sales; DROP TABLE sales',
      'SELECT * FROM sqlite_master',
    ]) {
      const { status, body } = await correct(sql);
      expect([status, body.error.code]).toEqual([422, 'arguments_invalid']);
      expect(body.error.details).toEqual([
        { pointer: '/sql', keyword: 'x-grammar', message: 'must be a text of the grammar sql-select' },
      ]);
    }
    const sql = "SELECT product, SUM(quantity) AS sold FROM sales WHERE product = 'lamp' GROUP BY product";
    const decided = await http.post<ReviewRecord>(path, {
      decision: 'correct',
      arguments: { sql },
      actor: 'ada',
    });
    expect(decided.body).toMatchObject({ status: 'corrected' });
    const record = await http.get<CallResult>(`/v1/calls/${made.id}`);
    expect(record.body).toMatchObject({
      status: 'forwarded',
      upstream: { status: 200, body: { rows: [{ product: 'lamp', sold: expect.any(Number) }] } },
    });
  });
});

describe("the operator's own grammars", () => {
  const named = (grammar: unknown, name = 'find_part') => ({
    name,
    description: 'Find a part by its number',
    parameters: {
      type: 'object',
      properties: { part: { type: 'string', 'x-grammar': grammar } },
      required: ['part'],
    },
  });

  it('are decoded under like the shipped ones', async () => {
    expect((await http.post('/v1/tools', named('sku'))).status).toBe(201);
    const made = await call({ input: 'find part abc 1234', tool: 'find_part', dry_run: true });
    expect(made).toMatchObject({
      status: 'validated',
      arguments: { part: expect.stringMatching(/^[A-Z]{3}-\d{4}$/) },
    });
  });

  it('that become too complex while a text is written fail that call by its code', async () => {
    expect((await http.post('/v1/tools', named('tangled', 'tangled_part'))).status).toBe(201);
    const input = 'find part abc';
    const [bad, good] = await Promise.all([
      call({ input, tool: 'tangled_part', dry_run: true }),
      call({ input, tool: 'find_part', dry_run: true }),
    ]);
    expect(bad).toMatchObject({ status: 'failed', error: { code: 'grammar_too_complex' } });
    expect(good.status).toBe('validated');
  });

  it('are listed where a manifest names one that is not there, and a manifest cannot bring its own', async () => {
    const unknown = await http.post<Refusal>('/v1/tools', named('sq1-select', 'other'));
    expect([unknown.status, unknown.body.error.code]).toEqual([400, 'grammar_unknown']);
    expect(unknown.body.error.param).toBe('/parameters/properties/part/x-grammar');
    expect(unknown.body.error.message).toMatch(
      /no grammar sq1-select\. Known: amount, cron.*sku, sql-select/,
    );
    const brought = await http.post<Refusal>('/v1/tools', named({ root: 'root ::= "a"' }, 'other'));
    expect([brought.status, brought.body.error.code]).toEqual([400, 'schema_invalid']);
  });

  it('stop the start where one of them cannot be used, and say which', async () => {
    const bad = join(folder, 'bad');
    await mkdir(bad);
    await writeFile(join(bad, 'loop.gbnf'), 'root ::= root "a" | "b"');
    const { code, stderr } = await tenon([
      'serve',
      '--port',
      '0',
      '--data',
      join(folder, 'd2'),
      '--grammars',
      bad,
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/loop\.gbnf cannot be used: .*begins with itself/);
  });
});
