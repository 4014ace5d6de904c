import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * `tenon_` + 12 hex digits + `_` + 43 characters of base64url. The hex digits only find the row; the rest is 256
 * random bits, so that one SHA-256 protects it as well as a slow hash would: there is nothing to guess.
 */
const FORM = /^(tenon_[0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

export interface Secret {
  readonly text: string;
  readonly prefix: string;
  /** SHA-256, hex. */
  readonly digest: string;
}

export function newSecret(): Secret {
  const prefix = `tenon_${randomBytes(6).toString('hex')}`;
  const text = `${prefix}_${randomBytes(32).toString('base64url')}`;
  return { text, prefix, digest: digestOf(text) };
}

/** Null where it cannot be a secret of ours. */
export function prefixOf(text: string): string | null {
  return FORM.exec(text)?.[1] ?? null;
}

/** In a time that does not depend on where the two differ. */
export function matches(text: string, digest: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(text), 'hex'), Buffer.from(digest, 'hex'));
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
