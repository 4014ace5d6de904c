import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { openSqlite } from '../../src/store/sqlite/open.ts';
import { callRow, toolRow } from './rows.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenon-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('openStore', () => {
  it('makes the folder, and finds everything again', async () => {
    const nested = join(folder, 'a', 'b');
    const first = await openStore({ folder: nested });
    await first.tools.insert(toolRow('t', 1));
    await first.close();
    const second = await openStore({ folder: nested });
    expect(await second.tools.current('t')).toEqual(toolRow('t', 1));
    await second.close();
  });

  it('is durable: write-ahead log, synced at every commit', async () => {
    const store = await openStore({ folder });
    const other = new DatabaseSync(join(folder, 'tenon.db'), { readOnly: true });
    expect(other.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    await store.tools.insert(toolRow('t', 1));
    expect(other.prepare('SELECT name FROM tools').all()).toEqual([{ name: 't' }]);
    other.close();
    await store.close();
  });

  it('waits for the disk at every commit', () => {
    const { database, release } = openSqlite(join(folder, 'tenon.db'));
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    expect(database.prepare('PRAGMA foreign_keys').get()).toEqual({ foreign_keys: 1 });
    database.close();
    release();
  });

  it('keeps a second gateway off the file, and lets it in after the first', async () => {
    const first = await openStore({ folder });
    await expect(openStore({ folder })).rejects.toMatchObject({ code: 'store_in_use' });
    await first.close();
    await (await openStore({ folder })).close();
  });

  it('lets the next one in when a process died without closing', async () => {
    const script = `
      const { openStore } = await import(${JSON.stringify(new URL('../../src/store/index.ts', import.meta.url).href)});
      await openStore({ folder: ${JSON.stringify(folder)} });
      process.kill(process.pid, 'SIGKILL');`;
    const died = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
    expect(died.signal).toBe('SIGKILL');
    await (await openStore({ folder })).close();
  });

  it('refuses a folder that cannot be', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(openStore({ folder: join(folder, 'file', 'data') })).rejects.toMatchObject({
      code: 'store_unwritable',
    });
    await expect(openStore({ file: folder })).rejects.toMatchObject({ code: 'store_unwritable' });
  });

  it('refuses what is no database, and one cut short, and changes neither', async () => {
    const file = join(folder, 'tenon.db');
    writeFileSync(file, 'this is not a database, and long enough to be looked at as one'.repeat(100));
    await expect(openStore({ folder })).rejects.toMatchObject({ code: 'store_corrupt' });
    rmSync(file);

    const store = await openStore({ folder });
    await store.transaction(async ({ calls }) => {
      for (let i = 0; i < 200; i++) await calls.insert(callRow({ request: 'x'.repeat(500) }), '{}');
    });
    await store.close();
    truncateSync(file, Math.floor(statSync(file).size / 2));
    const before = statSync(file).size;
    await expect(openStore({ folder })).rejects.toMatchObject({ code: 'store_corrupt' });
    expect(statSync(file).size).toBe(before);
  });

  it('refuses the database of a newer version', async () => {
    await (await openStore({ folder })).close();
    const database = new DatabaseSync(join(folder, 'tenon.db'));
    database.exec(`INSERT INTO kysely_migration (name, timestamp) VALUES ('9999-later', '2030-01-01')`);
    database.close();
    await expect(openStore({ folder })).rejects.toMatchObject({
      code: 'store_newer',
      message: expect.stringContaining('9999-later'),
    });
  });

  it('undoes the whole of a transaction that throws', async () => {
    const store = await openStore({ memory: true });
    const doomed = store.transaction(async ({ tools }) => {
      await tools.insert(toolRow('t', 1));
      throw new Error('no');
    });
    await expect(doomed).rejects.toThrow('no');
    expect(await store.tools.list()).toEqual([]);
    await store.close();
  });
});
