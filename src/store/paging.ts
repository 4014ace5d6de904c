import type { PageOf, PageRequest } from './types.ts';

export const MAX_PAGE = 200;

/** One row more than asked is read, to know whether there are more. */
export function rowsToRead({ limit }: PageRequest): number {
  return Math.min(Math.max(1, limit), MAX_PAGE) + 1;
}

export function pageOf<T>(rows: readonly T[], page: PageRequest): PageOf<T> {
  const size = rowsToRead(page) - 1;
  return { data: rows.slice(0, size), has_more: rows.length > size };
}
