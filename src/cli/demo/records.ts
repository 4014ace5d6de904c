import { DatabaseSync } from 'node:sqlite';

/** One request that the demo service was sent, and what it answered. */
export interface DemoRecord {
  readonly id: number;
  readonly received_at: string;
  readonly method: string;
  readonly path: string;
  readonly request: unknown;
  readonly status: number;
  readonly answer: unknown;
}

export interface NewRecord {
  readonly method: string;
  readonly path: string;
  readonly request: unknown;
  readonly status: number;
  readonly answer: unknown;
  readonly idempotencyKey: string | undefined;
}

export interface DemoRecords {
  add(record: NewRecord): void;
  /** What was answered to this key before, if that was a success: the request is not carried out twice. */
  answered(idempotencyKey: string): { readonly status: number; readonly answer: unknown } | undefined;
  /** Newest first. */
  list(limit: number): readonly DemoRecord[];
  /** How many successful requests a path prefix has had: where the next number of a series comes from. */
  count(prefix: string): number;
  close(): void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS records (
    id INTEGER PRIMARY KEY,
    received_at TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    request TEXT NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    idempotency_key TEXT
  );
  CREATE INDEX IF NOT EXISTS records_by_key ON records (idempotency_key);
`;

/** The demo service's own database, apart from the gateway's: what stands in it was really received. */
export function openRecords(file: string): DemoRecords {
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode = WAL; ${SCHEMA}`);
  const insert = db.prepare(
    'INSERT INTO records (received_at, method, path, request, status, answer, idempotency_key) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const byKey = db.prepare(
    'SELECT status, answer FROM records WHERE idempotency_key = ? AND status < 300 LIMIT 1',
  );
  const newest = db.prepare('SELECT * FROM records ORDER BY id DESC LIMIT ?');
  const counted = db.prepare('SELECT count(*) AS n FROM records WHERE path LIKE ? AND status < 300');

  return {
    add: ({ method, path, request, status, answer, idempotencyKey }) => {
      const [body, reply] = [JSON.stringify(request ?? null), JSON.stringify(answer ?? null)];
      insert.run(new Date().toISOString(), method, path, body, status, reply, idempotencyKey ?? null);
    },
    answered: (key) => {
      const row = byKey.get(key);
      return row && { status: Number(row.status), answer: JSON.parse(String(row.answer)) };
    },
    list: (limit) => newest.all(limit).map(toRecord),
    count: (prefix) => Number(counted.get(`${prefix}%`)?.n ?? 0),
    close: () => db.close(),
  };
}

function toRecord(row: Readonly<Record<string, unknown>>): DemoRecord {
  return {
    id: Number(row.id),
    received_at: String(row.received_at),
    method: String(row.method),
    path: String(row.path),
    request: JSON.parse(String(row.request)),
    status: Number(row.status),
    answer: JSON.parse(String(row.answer)),
  };
}
