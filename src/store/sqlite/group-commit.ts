import { type Kysely, sql } from 'kysely';

type Work<DB> = (within: Kysely<DB>) => Promise<unknown>;
type Outcome = { readonly value: unknown } | { readonly error: unknown };

interface Waiting<DB> {
  readonly work: Work<DB>;
  settle(outcome: Outcome): void;
}

/** So that one commit does not grow without end while work keeps coming. */
const MOST_AT_ONCE = 256;

/**
 * Lets transactions that wait at the same time share one commit, and so one wait for the disk, which is nearly all
 * that a small transaction costs. Each stands in a savepoint of its own: where one fails the others do not, and
 * nobody hears of success before it is on the disk. A work must not wait for another.
 */
export function createGroupCommit<DB>(
  db: Kysely<DB>,
): <T>(work: (within: Kysely<DB>) => Promise<T>) => Promise<T> {
  let waiting: Waiting<DB>[] = [];
  let committing = false;

  async function commitAll(): Promise<void> {
    committing = true;
    while (waiting.length > 0) {
      const group = waiting.slice(0, MOST_AT_ONCE);
      waiting = waiting.slice(MOST_AT_ONCE);
      const outcomes = await commitGroup(db, group);
      group.forEach((one, i) => {
        one.settle(outcomes[i] ?? { error: new Error('the transaction has no outcome') });
      });
      // Those who were settled come with their next work before the next commit begins.
      await new Promise(setImmediate);
    }
    committing = false;
  }

  return <T>(work: (within: Kysely<DB>) => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      const settle = (outcome: Outcome) =>
        'error' in outcome ? reject(outcome.error) : resolve(outcome.value as T);
      waiting.push({ work, settle });
      if (!committing) void commitAll();
    });
}

async function commitGroup<DB>(db: Kysely<DB>, group: readonly Waiting<DB>[]): Promise<Outcome[]> {
  try {
    return await db.transaction().execute(async (within) => {
      const outcomes: Outcome[] = [];
      for (const { work } of group) outcomes.push(await attempt(within, work));
      return outcomes;
    });
  } catch (error) {
    return group.map(() => ({ error }));
  }
}

async function attempt<DB>(within: Kysely<DB>, work: Work<DB>): Promise<Outcome> {
  await sql`savepoint work`.execute(within);
  try {
    const value = await work(within);
    await sql`release work`.execute(within);
    return { value };
  } catch (error) {
    await sql`rollback to work`.execute(within);
    await sql`release work`.execute(within);
    return { error };
  }
}
