import type { EngineTool } from '../types.ts';

/** Different words of three letters and more. Underscores part words, so that `book_table` is two. */
export function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/\p{L}{3,}/gu));
}

/** All that a tool's registration says in words. */
export function wordsOfTool({ name, description, parameters }: EngineTool): ReadonlySet<string> {
  return wordsOf(`${name} ${description} ${JSON.stringify(parameters)}`);
}

/** Indices of `texts`, those that share most words with `request` first; otherwise as they stand. */
export function byOverlap(request: string, texts: readonly ReadonlySet<string>[]): readonly number[] {
  const words = [...wordsOf(request)];
  const shared = texts.map((text) => words.filter((word) => text.has(word)).length);
  return [...texts.keys()].sort((a, b) => shared[b]! - shared[a]! || a - b);
}
