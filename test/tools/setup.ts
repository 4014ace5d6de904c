import { onTestFinished } from 'vitest';
import { createValidator } from '../../src/schema/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { createGrammarCompiler, createRegistry, type Registry } from '../../src/tools/index.ts';

/** Threads take a while to start: the tests of a file share them. */
export const validator = createValidator({ threads: 1, validateMs: 10_000, checkMs: 10_000 });
export const grammar = createGrammarCompiler({ limitMs: 15_000 });

export async function closeThreads(): Promise<void> {
  await Promise.all([validator.close(), grammar.close()]);
}

export async function memoryStore(): Promise<Store> {
  const store = await openStore({ memory: true });
  onTestFinished(() => store.close());
  return store;
}

export async function openRegistry(store?: Store): Promise<Registry> {
  return createRegistry({ store: (store ?? (await memoryStore())).tools, validator, grammar });
}

export function manifest(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'book_table',
    description: 'Book a table at a restaurant',
    parameters: {
      type: 'object',
      properties: {
        restaurant: { type: 'string', minLength: 1, maxLength: 80 },
        party_size: { type: 'integer', minimum: 1, maximum: 50 },
      },
      required: ['restaurant', 'party_size'],
      additionalProperties: false,
    },
    ...change,
  };
}
