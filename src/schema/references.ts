import { TenonError } from '../errors.ts';

export interface Reference {
  readonly ref: string;
  /** The URI that relative references at this place are resolved against. */
  readonly base: string;
  readonly pointer: string;
}

/** A base for schemas without `$id`; nothing can be fetched from it. */
export const ROOT_BASE = 'tenon://schema/';

/** `reference` resolved against `base`, without its fragment; null where it is no URI reference. */
export function resolveUri(reference: string, base: string): string | null {
  const url = URL.parse(reference, base);
  if (url === null) return null;
  url.hash = '';
  return url.href;
}

/**
 * Every reference must stay inside the document: in the same resource, or in one that the document embeds
 * under an `$id`. Whether the place it names exists is the compiler's question.
 */
export function checkReferences(references: readonly Reference[], resources: ReadonlySet<string>): void {
  for (const { ref, base, pointer } of references) {
    if (ref.startsWith('#')) continue;
    const target = resolveUri(ref, base);
    if (target === null || !resources.has(target)) {
      throw new TenonError(
        'schema_ref_remote',
        { ref: JSON.stringify(ref.slice(0, 200)) },
        { param: pointer },
      );
    }
  }
}
