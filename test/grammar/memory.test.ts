import { describe, expect, it } from 'vitest';
import type { CompiledGrammar } from '../../src/grammar/compiled-grammar.ts';
import { compileSchema, createMatcher } from '../../src/grammar/index.ts';
import { Recent } from '../../src/grammar/recent.ts';
import { EntryCache } from '../../src/grammar/vocabulary/entry-cache.ts';
import { EOS, TOKENS, VOCABULARY } from './follow.ts';

// A gateway runs for months and sees thousands of schemas: whatever is remembered has a bound.

describe('what walking the tokens has found', () => {
  it('is kept up to a weight, what is asked for again before the rest', () => {
    const cache = new EntryCache(1000);
    const owners = Array.from({ length: 100 }, () => ({}));
    cache.set(owners[0]!, 'hot', { weight: 10 });
    for (const [i, owner] of owners.entries()) {
      for (let key = 0; key < 10; key++) cache.set(owner, key, { weight: 10 });
      expect(cache.get(owners[0]!, 'hot'), `after ${i}`).toBeDefined();
    }
    const kept = owners.flatMap((owner) =>
      Array.from({ length: 10 }, (_, key) => key).filter((key) => cache.get(owner, key) !== undefined),
    );
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.length * 10).toBeLessThanOrEqual(1000);
  });
});

describe('what several grammars share', () => {
  it('is forgotten when it has grown too large, the least recently used first', () => {
    const grown = new Map<string, number>();
    const recent = new Recent<string, string>(100, (value) => grown.get(value) ?? 1);
    for (let i = 0; i < 64; i++)
      recent.take(
        `${i}`,
        () => `${i}`,
        () => false,
      );
    expect(recent.count).toBe(64);
    for (let i = 0; i < 64; i++) grown.set(`${i}`, 10);
    for (let i = 0; i < 16; i++)
      recent.take(
        '63',
        () => 'made again',
        () => false,
      );
    expect(recent.count).toBeLessThanOrEqual(10);
    expect(
      recent.take(
        '63',
        () => 'made again',
        () => false,
      ),
    ).toBe('63');
    expect(
      recent.take(
        '0',
        () => 'made again',
        () => false,
      ),
    ).toBe('made again');
  });
});

describe('the states of a grammar', () => {
  it('are found anew after thousands of other grammars, and a text that was begun goes on', () => {
    const grammar = compileSchema({
      type: 'object',
      properties: { a: { type: 'integer' } },
    }) as CompiledGrammar;
    const graph = grammar.graph(VOCABULARY);
    const matcher = createMatcher(grammar, VOCABULARY);
    for (const byte of new TextEncoder().encode('{"a":1')) expect(matcher.accept(byte)).toBe(true);
    expect(grammar.graph(VOCABULARY)).toBe(graph);
    const mask = new Uint32Array((TOKENS.length + 31) >> 5);
    for (let i = 0; i < 2000; i++)
      createMatcher(compileSchema({ type: 'string', maxLength: i + 1 }), VOCABULARY).mask(mask);
    expect(grammar.graph(VOCABULARY)).not.toBe(graph);
    matcher.mask(mask);
    expect(matcher.accept('}'.charCodeAt(0)) && matcher.accept(EOS)).toBe(true);
  });

  it('are found anew when one grammar has too many, and what is allowed stays the same', () => {
    const grammar = compileSchema({ type: 'object' }, { order: 'any', whitespace: 'flexible' });
    const compiled = grammar as CompiledGrammar;
    const graph = compiled.graph(VOCABULARY);
    for (let i = 0; compiled.graph(VOCABULARY) === graph; i++) {
      expect(i).toBeLessThan(5000);
      const matcher = createMatcher(grammar, VOCABULARY);
      const text = JSON.stringify({ [`name ${i}`]: { [`other ${i}`]: i } });
      for (const byte of new TextEncoder().encode(text)) expect(matcher.accept(byte)).toBe(true);
      expect(matcher.complete).toBe(true);
    }
  });
});
