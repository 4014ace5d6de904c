import type { Kysely } from 'kysely';
import { orConflict } from './conflict.ts';
import type { Tables } from './tables.ts';
import type { ToolRow } from './types.ts';

/** Tools by name and version. Versions are never changed or deleted: calls and reviews refer to them. */
export interface ToolStore {
  /** Throws StoreConflict when the version of that name exists. */
  insert(row: ToolRow): Promise<void>;
  current(name: string): Promise<ToolRow | null>;
  /** Also of tools that were removed. */
  version(name: string, version: number): Promise<ToolRow | null>;
  /** Current versions, by name. */
  list(): Promise<ToolRow[]>;
  /** False where there was none. A later insert goes on with the numbering. */
  remove(name: string): Promise<boolean>;
  /** 0 where the name was never used. */
  lastVersion(name: string): Promise<number>;
}

const COLUMNS = ['name', 'version', 'digest', 'manifest', 'report', 'types', 'gbnf', 'created_at'] as const;

export function createToolStore(db: Kysely<Tables>): ToolStore {
  /** Removing marks every version, so the highest unmarked one is current. */
  const live = db.selectFrom('tools').where('removed_at', 'is', null);

  return {
    async insert(row) {
      const insert = db.insertInto('tools').values({ ...row, removed_at: null });
      await orConflict(`tool ${row.name} version ${row.version}`, () => insert.execute());
    },
    async current(name) {
      const rows = live.select(COLUMNS).where('name', '=', name).orderBy('version', 'desc').limit(1);
      return (await rows.executeTakeFirst()) ?? null;
    },
    async version(name, version) {
      const rows = db
        .selectFrom('tools')
        .select(COLUMNS)
        .where('name', '=', name)
        .where('version', '=', version);
      return (await rows.executeTakeFirst()) ?? null;
    },
    async list() {
      const newest = live
        .select((eb) => ['name', eb.fn.max('version').as('version')])
        .groupBy('name')
        .as('newest');
      return await db
        .selectFrom('tools')
        .innerJoin(newest, (join) =>
          join.onRef('newest.name', '=', 'tools.name').onRef('newest.version', '=', 'tools.version'),
        )
        .select(COLUMNS.map((column) => `tools.${column}` as const))
        .orderBy('tools.name')
        .execute();
    },
    async remove(name) {
      const removed_at = new Date().toISOString();
      const marked = await db
        .updateTable('tools')
        .set({ removed_at })
        .where('name', '=', name)
        .where('removed_at', 'is', null)
        .executeTakeFirst();
      return marked.numUpdatedRows > 0n;
    },
    async lastVersion(name) {
      const query = db
        .selectFrom('tools')
        .select((eb) => eb.fn.max('version').as('version'))
        .where('name', '=', name);
      return Number((await query.executeTakeFirst())?.version ?? 0);
    },
  };
}
