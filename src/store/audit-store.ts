import type { Kysely } from 'kysely';
import { createId } from './ids.ts';
import { pageOf, rowsToRead } from './paging.ts';
import type { Tables } from './tables.ts';
import type { AuditRow, PageOf, PageRequest } from './types.ts';

export interface AuditFilter {
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
}

/** Who changed or decided what, and when. Rows are added and read; the database refuses anything else. */
export interface AuditStore {
  append(entry: Omit<AuditRow, 'id'>): Promise<void>;
  /** Newest first. */
  list(filter: AuditFilter, page: PageRequest): Promise<PageOf<AuditRow>>;
}

export function createAuditStore(db: Kysely<Tables>): AuditStore {
  return {
    async append(entry) {
      await db
        .insertInto('audit_log')
        .values({ id: createId('aud'), ...entry })
        .execute();
    },
    async list(filter, page) {
      let query = db.selectFrom('audit_log').selectAll().orderBy('id', 'desc').limit(rowsToRead(page));
      if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor);
      if (filter.action !== undefined) query = query.where('action', '=', filter.action);
      if (filter.target !== undefined) query = query.where('target', '=', filter.target);
      if (page.after !== undefined) query = query.where('id', '<', page.after);
      return pageOf(await query.execute(), page);
    },
  };
}
