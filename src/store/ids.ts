import { encodeTime, monotonicFactory } from 'ulid';

const next = monotonicFactory();

/** `call_01J…`: a ULID, so ids sort by the time they were made, and within a millisecond by order. */
export function createId(kind: 'call' | 'rev' | 'aud'): string {
  return `${kind}_${next()}`;
}

/** Between the clock that ids are made by and the one that rows are stamped by. */
const SKEW_MS = 60_000;

/** No row stamped at or after `since` (ISO 8601) has a lower id: a bound that the primary key can be read by. */
export function lowestIdSince(kind: 'call' | 'rev', since: string): string {
  const time = Math.min(Math.max(0, Date.parse(since) - SKEW_MS), 2 ** 48 - 1);
  return `${kind}_${encodeTime(Number.isNaN(time) ? 0 : time)}`;
}
