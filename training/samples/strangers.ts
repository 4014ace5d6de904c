import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Intents that one of the sample tools might serve: their requests prove nothing. */
const TOO_CLOSE =
  /weather|reserv|calendar|meeting|schedul|music|song|play|light|smart_home|order|expense|spend|restaurant|lost|fraud|damaged|report|problem|travel_alert|timer|reminder|cancel/;

/** Requests of other kinds, from rows `{query, calls, meta: {split}}` of a selection data set, its training split alone. */
export function readStrangers(path: string): readonly string[] {
  const lines = gunzipSync(readFileSync(path)).toString().trim().split('\n');
  return lines.flatMap((line) => {
    const row = JSON.parse(line) as { query: string; calls: { name: string }[]; meta: { split: string } };
    return row.meta.split === 'train' && !TOO_CLOSE.test(row.calls[0]?.name ?? '') ? [row.query] : [];
  });
}
