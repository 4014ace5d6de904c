import type { CallRequest } from '../calls/index.ts';
import { type CorrectedRow, MAX_PAGE, type Store } from '../store/index.ts';
import type { Correction } from './types.ts';

/**
 * Every corrected call as a training example, oldest first, read page by page. Calls whose arguments a program brought
 * are none: no sentence led to them.
 */
export async function* readCorrections(
  store: Store,
  filter: { readonly tool?: string } = {},
): AsyncGenerator<Correction> {
  let after: string | undefined;
  for (let more = true; more; ) {
    const page = await store.reviews.corrected(filter, {
      limit: MAX_PAGE,
      ...(after === undefined ? {} : { after }),
    });
    for (const row of page.data) if (isFromText(row)) yield toCorrection(row);
    after = page.data.at(-1)?.id;
    more = page.has_more;
  }
}

/** One line of JSON each, as trainers read them. */
export async function* correctionsAsJsonl(
  store: Store,
  filter: { readonly tool?: string } = {},
): AsyncGenerator<string> {
  for await (const correction of readCorrections(store, filter)) yield `${JSON.stringify(correction)}\n`;
}

function isFromText({ request }: CorrectedRow): boolean {
  return (JSON.parse(request) as CallRequest).arguments === undefined;
}

function toCorrection(row: CorrectedRow): Correction {
  return {
    input: (JSON.parse(row.request) as CallRequest).input,
    grounded: row.grounded,
    tool: row.tool,
    tool_version: row.tool_version,
    before: row.arguments === null ? null : JSON.parse(row.arguments),
    after: row.corrected === null ? null : JSON.parse(row.corrected),
    text: row.text,
    reason: row.kind,
    by: row.decided_by ?? '',
    at: row.decided_at ?? '',
    note: row.note,
    call: row.call_id,
    review: row.id,
  };
}
