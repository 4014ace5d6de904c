import { GrammarError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { CharSet } from '../regex/charset.ts';
import type { Rules } from './rules.ts';
import type { Rule } from './syntax.ts';

/** A place in a rule: reads a character, or enters another rule, then goes on to one of the next places. */
export interface Place {
  readonly id: number;
  readonly set?: CharSet;
  readonly call?: string;
  readonly next: Place[];
  /** The rule may end after it. */
  ends: boolean;
}

/** How a rule begins: with one of `first`, or, if `empty`, by ending at once. */
export interface Entry {
  readonly first: readonly Place[];
  readonly empty: boolean;
}

interface Part {
  readonly first: Place[];
  readonly last: Place[];
  readonly empty: boolean;
}

/** The rules as places. Throws GrammarError `grammar_too_complex`. */
export function placeRules(rules: Rules, nullable: ReadonlySet<string>): ReadonlyMap<string, Entry> {
  const builder = new Builder(nullable);
  const entries = new Map<string, Entry>();
  for (const [name, rule] of rules) {
    const { first, last, empty } = builder.part(rule);
    for (const place of last) place.ends = true;
    entries.set(name, { first, empty });
  }
  return entries;
}

/** For each rule, the rules that it may enter before a character is read. */
export function beginnings(
  entries: ReadonlyMap<string, Entry>,
  nullable: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const begins = new Map<string, ReadonlySet<string>>();
  for (const [name, { first }] of entries) {
    const calls = new Set<string>();
    const seen = new Set<Place>();
    const pending = [...first];
    for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
      if (place.call === undefined || seen.has(place)) continue;
      seen.add(place);
      calls.add(place.call);
      if (nullable.has(place.call)) for (const next of place.next) pending.push(next);
    }
    begins.set(name, calls);
  }
  return begins;
}

/** Glushkov's construction: the places, which come first, which last, whether nothing may be read at all. */
class Builder {
  private readonly nullable: ReadonlySet<string>;
  private places = 0;
  private ways = 0;

  constructor(nullable: ReadonlySet<string>) {
    this.nullable = nullable;
  }

  part(rule: Rule): Part {
    switch (rule.kind) {
      case 'set':
        return this.single({ set: rule.set }, false);
      case 'call':
        return this.single({ call: rule.name }, this.nullable.has(rule.name));
      case 'choice': {
        const parts = rule.parts.map((part) => this.part(part));
        return {
          first: parts.flatMap(({ first }) => first),
          last: parts.flatMap(({ last }) => last),
          empty: parts.some(({ empty }) => empty),
        };
      }
      case 'sequence':
        return this.join(rule.parts.map((part) => this.part(part)));
      case 'repeat':
        return this.repeat(rule.body, rule.min, rule.max);
    }
  }

  private single(what: Pick<Place, 'set' | 'call'>, empty: boolean): Part {
    const place: Place = { id: this.places++, ...what, next: [], ends: false };
    this.check(this.places, 'places in its rules', LIMITS.gbnfPlaces);
    return { first: [place], last: [place], empty };
  }

  /** x{2,4} as x x (x (x)?)?: each turn leads to the next one only, so that a place has few ways on. */
  private repeat(body: Rule, min: number, max: number): Part {
    const open = max === Number.POSITIVE_INFINITY;
    const turns: Part[] = [];
    for (let i = 0; i < (open ? Math.max(min, 1) : max); i++) {
      // A body of nothing makes no place, and may stand in a repeat of repeats.
      this.check(++this.ways, 'ways between places', LIMITS.gbnfWays);
      turns.push(this.part(body));
    }
    const end = turns.at(-1);
    if (open && end !== undefined) this.connect(end.last, end.first);
    const { first, last, empty } = this.join(turns);
    const early = turns.slice(Math.max(0, min - 1), -1).filter((turn) => !turn.empty);
    return { first, last: [...early.flatMap((turn) => turn.last), ...last], empty: empty || min === 0 };
  }

  private join(parts: readonly Part[]): Part {
    const first: Place[] = [];
    let last: Place[] = [];
    let empty = true;
    for (const part of parts) {
      this.connect(last, part.first);
      if (empty) for (const place of part.first) first.push(place);
      if (part.empty) for (const place of part.last) last.push(place);
      else last = [...part.last];
      empty &&= part.empty;
    }
    return { first, last, empty };
  }

  private connect(from: readonly Place[], to: readonly Place[]): void {
    this.ways += from.length * to.length;
    this.check(this.ways, 'ways between places', LIMITS.gbnfWays);
    for (const place of from) for (const next of to) place.next.push(next);
  }

  private check(count: number, what: string, limit: number): void {
    if (count > limit) throw new GrammarError('grammar_too_complex', { what, limit });
  }
}
