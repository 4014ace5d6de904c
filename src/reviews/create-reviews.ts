import { TenonError } from '../errors.ts';
import type { PageRequest } from '../store/index.ts';
import { correctionsAsJsonl } from './corrections.ts';
import { decide, type ReviewPorts } from './decide.ts';
import type { ReviewDecision, ReviewRecord, ReviewStatus, ReviewSummary } from './types.ts';
import { toSummary } from './view.ts';

export interface ReviewListFilter {
  readonly status?: ReviewStatus | undefined;
  readonly tool?: string | undefined;
  /** Of any of these tools. */
  readonly tools?: readonly string[] | undefined;
  /** A reason's kind. */
  readonly kind?: string | undefined;
  /** Created at or after, ISO 8601. */
  readonly since?: string | undefined;
}

export interface Reviews {
  /** Newest first. */
  list(
    filter: ReviewListFilter,
    page: PageRequest,
  ): Promise<{ readonly data: readonly ReviewSummary[]; readonly has_more: boolean }>;
  /** Throws `review_not_found`. */
  get(id: string): Promise<ReviewRecord>;
  /** The review as it stands after, with its call. Throws `review_not_found` and what `decide` throws. */
  decide(id: string, decision: ReviewDecision, actor: string): Promise<ReviewRecord>;
  /** Corrected calls as lines of JSON, oldest first. */
  corrections(filter?: { readonly tool?: string }): AsyncGenerator<string>;
}

export function createReviews(ports: ReviewPorts): Reviews {
  const { store, calls, registry } = ports;

  async function find(id: string) {
    const row = await store.reviews.get(id);
    if (row === null) throw new TenonError('review_not_found', { id });
    return row;
  }

  async function read(id: string): Promise<ReviewRecord> {
    const row = await find(id);
    const [call, tool] = await Promise.all([
      calls.get(row.call_id),
      registry.get(row.tool, row.tool_version),
    ]);
    const request = JSON.stringify({ input: call.input });
    return { ...toSummary({ ...row, request }), schema: tool.parameters, call };
  }

  return {
    async list({ status, tool, tools, kind, since }, page) {
      const filter = {
        ...(status === undefined ? {} : { status }),
        ...(tool === undefined ? {} : { tool }),
        ...(tools === undefined ? {} : { tools }),
        ...(kind === undefined ? {} : { kind }),
        ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
      };
      const { data, has_more } = await store.reviews.list(filter, page);
      return { data: data.map(toSummary), has_more };
    },
    get: read,
    async decide(id, decision, actor) {
      await decide(ports, await find(id), decision, actor);
      return await read(id);
    },
    corrections: (filter) => correctionsAsJsonl(store, filter),
  };
}
