import { TenonError } from '../errors.ts';
import { digest } from '../schema/index.ts';
import type { IdempotencyKeyRow, Store } from '../store/index.ts';
import type { CallRequest } from './types.ts';

/** How long a key stands for its call. Longer than any program goes on repeating a request. */
export const KEPT_DAYS = 30;

/** Forgets keys that are older; returns how many. A request with one of them is a new request. */
export async function forgetOldKeys(store: Pick<Store, 'idempotency'>, now: Date): Promise<number> {
  return await store.idempotency.forgetBefore(new Date(now.getTime() - KEPT_DAYS * 86_400_000).toISOString());
}

/** A caller's key with the request it came with. */
export interface KeyedRequest {
  readonly scope: string;
  readonly key: string;
  readonly digest: string;
}

/** Throws `idempotency_key_invalid`. */
export function keyRequest(request: CallRequest, key: string, actor: string | undefined): KeyedRequest {
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw new TenonError('idempotency_key_invalid', {}, { param: 'idempotency-key' });
  return { scope: actor ?? '', key, digest: digest(request) };
}

/** The call that this key stands for already, or null. Throws `idempotency_mismatch` where its request was another. */
export async function findKeyed(store: Store, keyed: KeyedRequest): Promise<string | null> {
  const found: IdempotencyKeyRow | null = await store.idempotency.get(keyed.scope, keyed.key);
  if (found === null) return null;
  if (found.digest !== keyed.digest) {
    throw new TenonError(
      'idempotency_mismatch',
      { key: keyed.key, call: found.call_id },
      { param: 'idempotency-key' },
    );
  }
  return found.call_id;
}
