import type { Kysely } from 'kysely';
import { StoreConflict } from './conflict.ts';
import { lowestIdSince } from './ids.ts';
import { pageOf, rowsToRead } from './paging.ts';
import type { Tables } from './tables.ts';
import type { PageOf, PageRequest, ReviewRow } from './types.ts';

export interface ReviewFilter {
  readonly status?: ReviewRow['status'];
  readonly tool?: string;
  /** Of any of these tools. */
  readonly tools?: readonly string[];
  readonly kind?: string;
  /** Created at or after, ISO 8601 in UTC. */
  readonly since?: string;
}

export type ReviewDecided = Pick<ReviewRow, 'decided_by' | 'decided_at' | 'note' | 'corrected'> & {
  readonly status: Exclude<ReviewRow['status'], 'open'>;
};

export interface ReviewStore {
  insert(row: ReviewRow): Promise<void>;
  get(id: string): Promise<ReviewRow | null>;
  /** Newest first, each beside its call's request. */
  list(filter: ReviewFilter, page: PageRequest): Promise<PageOf<ReviewRow & { readonly request: string }>>;
  /** The last one of a call. */
  lastOf(callId: string): Promise<ReviewRow | null>;
  /** Of two that decide at once, one gets a StoreConflict. */
  decide(id: string, decided: ReviewDecided): Promise<void>;
  /** Reviews that ended with corrected arguments, oldest first, beside their calls' texts. */
  corrected(filter: { readonly tool?: string }, page: PageRequest): Promise<PageOf<CorrectedRow>>;
}

export type CorrectedRow = ReviewRow & {
  readonly request: string;
  readonly grounded: string | null;
  readonly text: string | null;
};

export function createReviewStore(db: Kysely<Tables>): ReviewStore {
  return {
    async insert(row) {
      await db.insertInto('reviews').values(row).execute();
    },
    async get(id) {
      return (await db.selectFrom('reviews').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
    },
    async list(filter, page) {
      let query = db
        .selectFrom('reviews')
        .innerJoin('calls', 'calls.id', 'reviews.call_id')
        .selectAll('reviews')
        .select('calls.request')
        .orderBy('reviews.id', 'desc')
        .limit(rowsToRead(page));
      if (filter.status !== undefined) query = query.where('reviews.status', '=', filter.status);
      if (filter.tool !== undefined) query = query.where('reviews.tool', '=', filter.tool);
      if (filter.tools !== undefined) query = query.where('reviews.tool', 'in', filter.tools);
      if (filter.kind !== undefined) query = query.where('reviews.kind', '=', filter.kind);
      if (filter.since !== undefined) {
        query = query
          .where('reviews.id', '>=', lowestIdSince('rev', filter.since))
          .where('reviews.created_at', '>=', filter.since);
      }
      if (page.after !== undefined) query = query.where('reviews.id', '<', page.after);
      return pageOf(await query.execute(), page);
    },
    async lastOf(callId) {
      const rows = db.selectFrom('reviews').selectAll().where('call_id', '=', callId);
      return (await rows.orderBy('id', 'desc').limit(1).executeTakeFirst()) ?? null;
    },
    async decide(id, decided) {
      const result = await db
        .updateTable('reviews')
        .set(decided)
        .where('id', '=', id)
        .where('status', '=', 'open')
        .executeTakeFirst();
      if (result.numUpdatedRows !== 1n) throw new StoreConflict(`review ${id} is decided`);
    },
    async corrected(filter, page) {
      let query = db
        .selectFrom('reviews')
        .innerJoin('calls', 'calls.id', 'reviews.call_id')
        .selectAll('reviews')
        .select(['calls.request', 'calls.grounded', 'calls.text'])
        .where('reviews.status', '=', 'corrected')
        .orderBy('reviews.id')
        .limit(rowsToRead(page));
      if (filter.tool !== undefined) query = query.where('reviews.tool', '=', filter.tool);
      if (page.after !== undefined) query = query.where('reviews.id', '>', page.after);
      return pageOf(await query.execute(), page);
    },
  };
}
