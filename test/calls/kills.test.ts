import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startVictim } from './crash.ts';
import { newFolder, startUpstream, type Upstream } from './rig.ts';

/** A few in every run; `TENON_KILLS=200` for the whole proof. */
const KILLS = Number(process.env.TENON_KILLS ?? 2);

let upstream: Upstream;
let folder: string;
beforeEach(async () => {
  upstream = await startUpstream();
  folder = newFolder();
});
afterEach(async () => {
  await upstream.close();
  rmSync(folder, { recursive: true, force: true });
});

const pause = (most: number) => new Promise((resolve) => setTimeout(resolve, Math.random() * most));

/** Runs a gateway under load and kills it at random; gives what it had answered by then. */
async function runAndKill(idempotency: 'header' | 'none', answered: Map<string, string>): Promise<void> {
  await new Promise<void>((resolve) => {
    let dying = false;
    const victim = startVictim({ folder, origin: upstream.origin, idempotency }, (line) => {
      if (typeof line.answered !== 'string') return;
      answered.set(line.answered, String(line.status));
      if (dying) return;
      dying = true;
      void pause(150).then(() => resolve(victim.kill()));
    });
  });
}

function readCalls(): { id: string; state: string; attempts: number; events: number; seq: number }[] {
  const database = new DatabaseSync(join(folder, 'tenon.db'));
  const rows = database
    .prepare(
      'SELECT id, state, attempts, seq, (SELECT count(*) FROM call_events WHERE call_id = id) AS events FROM calls',
    )
    .all();
  database.close();
  return rows as never;
}

describe.each(['header', 'none'] as const)(
  `${KILLS} kills under load, upstream idempotency %s`,
  (idempotency) => {
    it('lose no call, and double none', { timeout: 20_000 + KILLS * 5_000 }, async () => {
      upstream.answer = async () => {
        await pause(10);
        return { status: 200 };
      };
      const answered = new Map<string, string>();
      for (let i = 0; i < KILLS; i++) await runAndKill(idempotency, answered);

      const calls = new Map(readCalls().map((call) => [call.id, call]));
      // Every answer that was given still holds, and every step of every call is there.
      for (const [id, status] of answered) expect(calls.get(id)?.state, id).toBe(status);
      for (const call of calls.values()) expect(call.events, call.id).toBe(call.seq);

      if (idempotency === 'header') {
        // The upstream tells repetitions by their key: a key a call that went out, and only those.
        const sent = new Set(upstream.received.map(({ key }) => key?.replace(/-1$/, '')));
        for (const id of sent) expect(calls.get(id ?? '')?.attempts, id).toBe(1);
        for (const { id, state } of calls.values())
          if (state === 'forwarded') expect(sent.has(id), id).toBe(true);
      } else {
        // It cannot tell, so the count must be right: one request a call at most.
        const out = [...calls.values()].filter(({ attempts }) => attempts > 0);
        const certain = out.filter(({ state }) => state === 'forwarded');
        expect(upstream.received.length).toBeGreaterThanOrEqual(certain.length);
        expect(upstream.received.length).toBeLessThanOrEqual(out.length);
      }
    });
  },
);
