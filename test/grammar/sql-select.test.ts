import { readFileSync } from 'node:fs';
import { constants, DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compileGbnf,
  compileSchema,
  createMatcher,
  createRecognizer,
  createVocabulary,
} from '../../src/grammar/index.ts';
import { accepts } from './follow.ts';

// The grammar stands between a model's text and a database: what it lets through must be able to read, and only that.

const TEXT = readFileSync(new URL('../../grammars/sql-select.gbnf', import.meta.url), 'utf8');
const recognizes = createRecognizer(TEXT);

/** What SQLite's authorizer was asked for that a read of the tables does not need. */
const asked: string[] = [];
let db: DatabaseSync;

beforeAll(() => {
  db = new DatabaseSync(':memory:');
  db.exec(`CREATE TABLE sales (id INTEGER PRIMARY KEY, day TEXT, region TEXT, amount REAL, product_id INTEGER);
    CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT);
    INSERT INTO products VALUES (1, 'lamp'), (2, 'desk');
    INSERT INTO sales VALUES (1, '2026-11-01', 'north', 12.5, 1), (2, '2026-11-02', 'south', 99, 2);
    PRAGMA query_only = ON;`);
  const reads = new Set<number>([constants.SQLITE_SELECT, constants.SQLITE_READ, constants.SQLITE_FUNCTION]);
  const functions = new Set(
    'count sum avg min max lower upper length round abs coalesce date like'.split(' '),
  );
  db.setAuthorizer((action, first, second) => {
    const fine =
      reads.has(action) &&
      (action !== constants.SQLITE_FUNCTION || functions.has(String(second).toLowerCase())) &&
      (action !== constants.SQLITE_READ || ['sales', 'products', ''].includes(String(first)));
    if (!fine) asked.push(`${action} ${first} ${second}`);
    return fine ? constants.SQLITE_OK : constants.SQLITE_DENY;
  });
});
afterAll(() => db.close());

/** What SQLite says of a statement: its rows, or its error. */
function runs(sql: string): { readonly rows?: number; readonly error?: string } {
  try {
    return { rows: db.prepare(sql).all().length };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

const TABLES = ['sales', 'products'];
const COLUMNS = ['id', 'day', 'region', 'amount', 'product_id', 'name'];
const NAMES = [...TABLES, ...COLUMNS, 'n', 's'];
const WORDS =
  "SELECT |DISTINCT |*|COUNT(|SUM(|AVG(|MAX(|LOWER(|ROUND(|COALESCE(|(|)|,|, | FROM | AS | JOIN | LEFT JOIN | ON | WHERE | AND | OR |NOT |EXISTS (| IN (| LIKE | IS NULL| BETWEEN |=|<>| >= | + | - |*|/| GROUP BY | HAVING | ORDER BY | DESC| LIMIT | OFFSET |NULL|0|1|7|42|-1|2.5|'north'|'a''b'|'%o%'|\"day\"|.".split(
    '|',
  );
const TOKENS = [...NAMES, ...WORDS].map((word) => new TextEncoder().encode(word));
const END = TOKENS.length;
const vocabulary = createVocabulary([...TOKENS, null], [END]);
const grammar = compileGbnf(TEXT);

/** Names where there may be such names: the grammar does not know them, and SQLite would stop at the first that is none. */
function fits(token: number, text: string): boolean {
  if (token >= NAMES.length) return true;
  if (/[a-z0-9_]$/.test(text)) return false;
  if (/(FROM|JOIN) $/.test(text)) return token < TABLES.length;
  if (/ AS $/.test(text)) return token >= TABLES.length + COLUMNS.length;
  return token >= TABLES.length && token < TABLES.length + COLUMNS.length;
}

/** A statement that the mask wrote, its words chosen by `choices`; undefined where it did not come to an end. */
function write(choices: readonly number[]): string | undefined {
  const matcher = createMatcher(grammar, vocabulary);
  const mask = new Uint32Array((vocabulary.size + 31) >> 5);
  let text = '';
  for (const choice of choices) {
    matcher.mask(mask);
    const allowed = Array.from({ length: END + 1 }, (_, id) => id).filter(
      (id) => ((mask[id >> 5]! >>> (id & 31)) & 1) === 1 && fits(id, text),
    );
    if (allowed.includes(END) && choice % 3 === 0) return text;
    const token = allowed[choice % allowed.length];
    if (token === undefined) return undefined;
    if (token === END) return text;
    matcher.accept(token);
    text += new TextDecoder().decode(TOKENS[token]);
  }
  return matcher.complete ? text : undefined;
}

const statements = fc
  .array(fc.nat(), { minLength: 60, maxLength: 60 })
  .map(write)
  .filter((sql) => sql !== undefined);

describe('what sql-select writes', () => {
  it('is a statement to SQLite, and asks for nothing but to read', () => {
    let ran = 0;
    fc.assert(
      fc.property(statements, (sql) => {
        expect(recognizes(sql), sql).toBe(true);
        const { rows, error } = runs(sql);
        if (rows !== undefined) ran++;
        // It may name a column that is not there; it is never something that SQLite cannot read.
        expect(error ?? '', sql).not.toMatch(
          /syntax error|unrecognized token|incomplete|not authorized|more than one/,
        );
      }),
      { numRuns: 45, seed: 7 },
    );
    expect(asked).toEqual([]);
    expect(ran).toBeGreaterThan(4);
  });

  it('says what people ask', () => {
    for (const sql of [
      'SELECT * FROM sales',
      'SELECT COUNT(*) AS n FROM sales',
      "SELECT region, SUM(amount) AS total FROM sales WHERE day >= '2026-11-01' GROUP BY region ORDER BY total DESC LIMIT 3",
      'SELECT s.region, p.name FROM sales AS s JOIN products AS p ON s.product_id = p.id WHERE s.amount > 10',
      'SELECT name FROM products WHERE id IN (SELECT product_id FROM sales WHERE amount BETWEEN 1 AND 20)',
      "SELECT DISTINCT region FROM sales WHERE NOT (region LIKE '%o''o%' OR day IS NULL)",
      'SELECT ROUND(AVG(amount) - 1, 2) AS a FROM sales WHERE EXISTS (SELECT * FROM products)',
      'SELECT pages, "Größe" FROM pricing LEFT JOIN "Order Lines" AS squares ON pages = -1',
    ]) {
      expect(recognizes(sql), sql).toBe(true);
      expect(runs(sql).error ?? '', sql).toMatch(/^$|no such (table|column)/);
    }
    expect(asked).toEqual([]);
  });
});

describe('what sql-select refuses', () => {
  it.each([
    'DROP TABLE sales',
    'DELETE FROM sales',
    'UPDATE sales SET amount = 0',
    'INSERT INTO sales VALUES (1)',
    'SELECT * FROM sales; DROP TABLE sales',
    'SELECT * FROM sales;',
    'SELECT * FROM sales -- x',
    'SELECT amount--1 FROM sales',
    'SELECT amount -- 1 FROM sales',
    'SELECT amount /* x */ FROM sales',
    'SELECT * FROM sales/**/',
    'select * from sales',
    'SELECT * INTO copy FROM sales',
    'SELECT * FROM sales UNION SELECT * FROM products',
    'SELECT * FROM sales UNION ALL SELECT * FROM sales',
    'WITH RECURSIVE x AS (SELECT 1) SELECT * FROM x',
    'SELECT * FROM sales FOR UPDATE',
    "ATTACH DATABASE 'x' AS y",
    'PRAGMA journal_mode',
    'EXPLAIN SELECT * FROM sales',
    'VACUUM',
    "SELECT load_extension('x') FROM sales",
    "SELECT LOAD_EXTENSION('x') FROM sales",
    "SELECT writefile('x', 'y') FROM sales",
    "SELECT readfile('x') FROM sales",
    'SELECT randomblob(1000000000) FROM sales',
    'SELECT zeroblob(1000000000) FROM sales',
    "SELECT printf('%.*c', 1000000000, 'x') FROM sales",
    "SELECT REPLACE(region, 'n', region) FROM sales",
    'SELECT GROUP_CONCAT(region) FROM sales',
    'SELECT region||region FROM sales',
    'SELECT PG_SLEEP(10) FROM sales',
    'SELECT * FROM sqlite_master',
    'SELECT * FROM sqlite_schema AS s',
    'SELECT * FROM "sqlite_master"',
    'SELECT * FROM "SQLITE_MASTER"',
    'SELECT * FROM pragma_database_list',
    'SELECT * FROM pragma_table_info(sales)',
    'SELECT * FROM sales JOIN pragma_function_list ON 1 = 1',
    'SELECT * FROM (SELECT * FROM sqlite_master) AS x',
    'SELECT * FROM sales WHERE id IN (SELECT * FROM sqlite_master)',
    'SELECT * FROM pg_shadow',
    'SELECT * FROM main.sqlite_master',
    'SELECT * FROM information_schema.tables',
    'SELECT * FROM temp.x',
    'SELECT * FROM generate_series(1, 1000000000)',
    "SELECT * FROM sales WHERE region = 'a' OR 1=1; --'",
    "SELECT * FROM sales WHERE region = 'a\\' OR 1=1 -- '",
    'SELECT "a\\" FROM sales',
    "SELECT 'a\u0000b' FROM sales",
    'SELECT * FROM sales, products',
    'SELECT * FROM sales CROSS JOIN products',
    'SELECT * FROM a JOIN b ON 1=1 JOIN c ON 1=1 JOIN d ON 1=1 JOIN e ON 1=1 JOIN f ON 1=1',
    '',
    ' SELECT * FROM sales',
    'SELECT * FROM sales\n',
  ])('%s', (sql) => {
    expect(recognizes(sql)).toBe(false);
    expect(accepts(grammar, sql)).toBe(false);
  });

  it('what hostile words make of a statement, or it still asks for nothing but to read', () => {
    const HOSTILE = [
      ';', '--', '/*', '*/', '\\', "'", '"', '`', '$$', '#', '\u0000', '\n', ' UNION SELECT ', ' INTO x', 'load_extension(',
      'ATTACH ', 'pragma_', 'sqlite_', ' FROM pragma_database_list', '; DROP TABLE sales', '||', '(', ')', '@', ':a', '?1', '-', '- ',
    ]; // biome-ignore format: a list of words
    const spoilt = fc
      .tuple(
        statements,
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...HOSTILE)), { minLength: 1, maxLength: 3 }),
      )
      .map(([sql, cuts]) =>
        cuts.reduce((text, [at, word]) => {
          const i = at % (text.length + 1);
          return text.slice(0, i) + word + text.slice(i);
        }, sql),
      );
    fc.assert(
      fc.property(spoilt, (sql) => {
        if (!recognizes(sql)) return;
        const { error } = runs(sql);
        expect(error ?? '', sql).not.toMatch(
          /syntax error|unrecognized token|incomplete|not authorized|more than one/,
        );
        // No comment but inside a text or a name.
        expect(sql.replace(/'(?:[^']|'')*'|"[^"]*"/g, 'x')).not.toMatch(/--|\/\*|;/);
      }),
      { numRuns: 50, seed: 11 },
    );
    expect(asked).toEqual([]);
  });
});

describe('toGbnf of a schema that names it', () => {
  it('prints its rules as they stand inside a JSON string', () => {
    const schema = {
      type: 'object',
      properties: { sql: { type: 'string', 'x-grammar': 'sql-select' } },
      required: ['sql'],
      additionalProperties: false,
    };
    const printed = compileSchema(schema, { grammars: { 'sql-select': TEXT } }).toGbnf();
    const again = compileGbnf(printed);
    const inJson = (sql: string): boolean => accepts(again, JSON.stringify({ sql }));
    expect(inJson("SELECT \"A b\" FROM sales WHERE region = 'it''s'")).toBe(true);
    expect(inJson('DROP TABLE sales')).toBe(false);
    expect(inJson('SELECT * FROM sqlite_master')).toBe(false);
  });
});
