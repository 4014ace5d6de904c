import type { AddedToken } from './tokenizer.ts';

/** A noncharacter: no text that may be interchanged holds it (Unicode 16, §23.7). */
const GUARD = '\uFDD0';

/**
 * Copies a JSON value with every special token inside its strings and keys broken by a noncharacter, so that
 * a tool called `<call>` renders as text. `unguard` takes the breaks out once the special tokens are found.
 */
export function guardStrings<T>(value: T, added: readonly AddedToken[]): T {
  const visit = (item: unknown): unknown => {
    if (typeof item === 'string') return guard(item, added);
    if (Array.isArray(item)) return item.map(visit);
    if (typeof item !== 'object' || item === null) return item;
    return Object.fromEntries(
      Object.entries(item).map(([key, member]) => [guard(key, added), visit(member)]),
    );
  };
  return visit(value) as T;
}

export function unguard(text: string): string {
  return text.replaceAll(GUARD, '');
}

function guard(text: string, added: readonly AddedToken[]): string {
  let out = unguard(text);
  for (const { content } of added) {
    if (out.includes(content)) out = out.replaceAll(content, content[0] + GUARD + content.slice(1));
  }
  return out;
}
