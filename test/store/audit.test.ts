import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/index.ts';

describe('the audit log', () => {
  it('can be added to and read, never changed, by nobody', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tenon-audit-'));
    const store = await openStore({ folder });
    const entry = {
      at: '2026-11-24T00:00:00.000Z',
      actor: 'ann',
      action: 'tool.remove',
      target: 't',
      data: '{}',
    };
    await store.audit.append(entry);
    await store.close();

    const database = new DatabaseSync(join(folder, 'tenon.db'));
    expect(() => database.exec("UPDATE audit_log SET actor = 'bob'")).toThrow(/append-only/);
    expect(() => database.exec('DELETE FROM audit_log')).toThrow(/append-only/);
    expect(() =>
      database.exec(
        "INSERT OR REPLACE INTO audit_log SELECT id, at, 'bob', action, target, data FROM audit_log",
      ),
    ).toThrow();
    expect(database.prepare('SELECT actor, action FROM audit_log').all()).toEqual([
      { actor: 'ann', action: 'tool.remove' },
    ]);
    database.close();
    rmSync(folder, { recursive: true });
  });

  it('goes back with the transaction that it stands in', async () => {
    const store = await openStore({ memory: true });
    const doomed = store.transaction(async ({ audit }) => {
      await audit.append({ at: '', actor: 'ann', action: 'x', target: 't', data: '{}' });
      throw new Error('no');
    });
    await expect(doomed).rejects.toThrow('no');
    expect((await store.audit.list({}, { limit: 10 })).data).toEqual([]);
    await store.close();
  });
});
