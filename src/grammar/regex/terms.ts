import { GrammarError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { grew, spend } from '../work.ts';
import { ANY, type CharSet, contains, union } from './charset.ts';

/** Steps whose terms take so many megabytes that caches should know: about ten. */
const LARGE = 400_000;

/** Index of a term in its store. Equal languages that are written alike have equal indices. */
export type Term = number;

const SET = 0;
const EPSILON = 1;
const CAT = 2;
const OR = 3;
const AND = 4;
const NOT = 5;
const REPEAT = 6;

interface Entry {
  readonly kind: number;
  readonly set: CharSet;
  readonly parts: readonly Term[];
  readonly min: number;
  readonly max: number;
  readonly nullable: boolean;
  readonly shortest: number;
  readonly longest: number;
  /** Holds an intersection or a complement, so that emptiness must be searched for. */
  readonly boolean: boolean;
}

/**
 * Extended regular expressions over code points with Brzozowski's derivatives ("Derivatives of Regular
 * Expressions", 1964): the term left after a character is the next state of the automaton, so intersection,
 * complement and counted repeats cost nothing until the text gets there.
 */
export class TermStore {
  static readonly NOTHING: Term = 0;
  static readonly EMPTY: Term = 1;
  static readonly ALL: Term = 2;

  private readonly entries: Entry[] = [];
  private readonly index = new Map<string, Term>();
  private readonly derivatives = new Map<number, Term>();
  private readonly live = new Map<Term, boolean>();
  private cuts: number[] = [0];
  private ascii = new Uint16Array(128);
  private classes = 0;
  private worked = 0;
  private readonly most: number;
  private grown = 0;

  /** `most`: steps until it refuses to go on. */
  constructor(most: number = LIMITS.regexWork) {
    this.most = most;
    this.intern('0', leaf(SET, [], Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY));
    this.intern('1', leaf(EPSILON, [], 0, 0));
    const any = this.set(ANY);
    // ALL must be 2, and the set of all characters that it repeats 3.
    if (any !== TermStore.ALL) throw new Error('the order of the first terms is fixed');
    this.entries[any] = {
      kind: REPEAT,
      set: [],
      parts: [3],
      min: 0,
      max: Number.POSITIVE_INFINITY,
      nullable: true,
      shortest: 0,
      longest: Number.POSITIVE_INFINITY,
      boolean: false,
    };
    this.index.clear();
    this.index.set(`r3,0,${Number.POSITIVE_INFINITY}`, TermStore.ALL);
    this.set(ANY);
  }

  get size(): number {
    return this.entries.length;
  }

  /** Bytes, roughly. */
  get weight(): number {
    return 1024 + this.size * 256 + this.worked * 32;
  }

  /** Steps taken so far: what making terms has cost, their parts included. */
  get work(): number {
    return this.worked;
  }

  set(set: CharSet): Term {
    if (set.length === 0) return TermStore.NOTHING;
    return this.intern(`s${set.join()}`, leaf(SET, set, 1, 1));
  }

  cat(a: Term, b: Term): Term {
    if (a === TermStore.NOTHING || b === TermStore.NOTHING) return TermStore.NOTHING;
    if (a === TermStore.EMPTY) return b;
    if (b === TermStore.EMPTY) return a;
    const first = this.entries[a]!;
    if (b === TermStore.ALL && first.nullable) return TermStore.ALL;
    if (first.kind === CAT) return this.cat(first.parts[0]!, this.cat(first.parts[1]!, b));
    const second = this.entries[b]!;
    return this.intern(`c${a},${b}`, {
      kind: CAT,
      set: [],
      parts: [a, b],
      min: 0,
      max: 0,
      nullable: first.nullable && second.nullable,
      shortest: first.shortest + second.shortest,
      longest: first.longest + second.longest,
      boolean: first.boolean || second.boolean,
    });
  }

  or(terms: readonly Term[]): Term {
    const parts = new Set<Term>();
    const sets: CharSet[] = [];
    const add = (term: Term): void => {
      const entry = this.entries[term]!;
      if (entry.kind === OR) entry.parts.forEach(add);
      else if (entry.kind === SET && term !== TermStore.NOTHING) sets.push(entry.set);
      else if (term !== TermStore.NOTHING) parts.add(term);
    };
    terms.forEach(add);
    if (parts.has(TermStore.ALL)) return TermStore.ALL;
    if (sets.length > 1) this.spend(sets.reduce((sum, set) => sum + set.length, 0));
    if (sets.length > 0) parts.add(this.set(sets.length === 1 ? sets[0]! : union(...sets)));
    if (
      parts.has(TermStore.EMPTY) &&
      parts.size > 1 &&
      [...parts].some((part) => part !== TermStore.EMPTY && this.entries[part]!.nullable)
    )
      parts.delete(TermStore.EMPTY);
    if (parts.size === 0) return TermStore.NOTHING;
    this.spend(parts.size);
    const list = [...parts].sort((a, b) => a - b);
    if (list.length === 1) return list[0]!;
    const entries = list.map((part) => this.entries[part]!);
    return this.intern(`o${list.join()}`, {
      kind: OR,
      set: [],
      parts: list,
      min: 0,
      max: 0,
      nullable: entries.some((entry) => entry.nullable),
      shortest: Math.min(...entries.map((entry) => entry.shortest)),
      longest: Math.max(...entries.map((entry) => entry.longest)),
      boolean: entries.some((entry) => entry.boolean),
    });
  }

  and(terms: readonly Term[]): Term {
    const parts = new Set<Term>();
    const add = (term: Term): void => {
      const entry = this.entries[term]!;
      if (entry.kind === AND) entry.parts.forEach(add);
      else if (term !== TermStore.ALL) parts.add(term);
    };
    terms.forEach(add);
    if (parts.has(TermStore.NOTHING)) return TermStore.NOTHING;
    if (parts.size === 0) return TermStore.ALL;
    this.spend(parts.size);
    const list = [...parts].sort((a, b) => a - b);
    if (list.length === 1) return list[0]!;
    const entries = list.map((part) => this.entries[part]!);
    const nullable = entries.every((entry) => entry.nullable);
    const shortest = Math.max(...entries.map((entry) => entry.shortest));
    const longest = Math.min(...entries.map((entry) => entry.longest));
    if (shortest > longest) return TermStore.NOTHING;
    if (longest === 0) return nullable ? TermStore.EMPTY : TermStore.NOTHING;
    return this.intern(`a${list.join()}`, {
      kind: AND,
      set: [],
      parts: list,
      min: 0,
      max: 0,
      nullable,
      shortest,
      longest,
      boolean: true,
    });
  }

  not(term: Term): Term {
    const entry = this.entries[term]!;
    if (entry.kind === NOT) return entry.parts[0]!;
    if (term === TermStore.NOTHING) return TermStore.ALL;
    if (term === TermStore.ALL) return TermStore.NOTHING;
    return this.intern(`n${term}`, {
      kind: NOT,
      set: [],
      parts: [term],
      min: 0,
      max: 0,
      nullable: !entry.nullable,
      shortest: entry.nullable ? 1 : 0,
      longest: Number.POSITIVE_INFINITY,
      boolean: true,
    });
  }

  repeat(body: Term, min: number, max: number): Term {
    const entry = this.entries[body]!;
    if (max === 0 || body === TermStore.EMPTY) return TermStore.EMPTY;
    if (body === TermStore.NOTHING) return min === 0 ? TermStore.EMPTY : TermStore.NOTHING;
    const least = entry.nullable ? 0 : min;
    if (least === 1 && max === 1) return body;
    if (entry.kind === REPEAT && entry.min === 0 && entry.max === Number.POSITIVE_INFINITY) return body;
    return this.intern(`r${body},${least},${max}`, {
      kind: REPEAT,
      set: [],
      parts: [body],
      min: least,
      max,
      nullable: least === 0,
      shortest: least === 0 ? 0 : entry.shortest * least,
      longest: entry.longest * max,
      boolean: entry.boolean,
    });
  }

  nullable(term: Term): boolean {
    return this.entries[term]!.nullable;
  }

  /** Fewest code points that a text of the term can have; a lower bound under intersection and complement. */
  shortest(term: Term): number {
    return this.entries[term]!.shortest;
  }

  longest(term: Term): number {
    return this.entries[term]!.longest;
  }

  /** See `Automaton.lasting`: a pattern that may match anywhere can always still match. */
  lasting(term: Term): number {
    if (term === TermStore.ALL) return 0;
    const { kind, parts } = this.entries[term]!;
    if (kind === OR)
      return parts.reduce((least, part) => Math.min(least, this.lasting(part)), Number.POSITIVE_INFINITY);
    const searches = kind === CAT && parts[0] === TermStore.ALL && !this.entries[parts[1]!]!.boolean;
    return searches ? this.shortest(parts[1]!) : Number.POSITIVE_INFINITY;
  }

  /** Fixes the alphabet: afterwards code points that no set of the store tells apart share a class. */
  seal(): void {
    const cuts = new Set<number>([0]);
    for (const { set } of this.entries) {
      for (let i = 0; i < set.length; i += 2) {
        cuts.add(set[i]!);
        cuts.add(set[i + 1]! + 1);
      }
    }
    this.cuts = [...cuts].filter((cut) => cut <= 0x10ffff).sort((a, b) => a - b);
    this.classes = this.cuts.length;
    for (let code = 0; code < 128; code++) this.ascii[code] = this.search(code);
  }

  /** First code points of the alphabet's classes, ascending. */
  get boundaries(): readonly number[] {
    return this.cuts;
  }

  step(term: Term, code: number): Term {
    return this.derive(term, code < 128 ? this.ascii[code]! : this.search(code));
  }

  /** False only where no text at all belongs to the term. Gives up, and says true, after `effort` terms. */
  possible(term: Term, effort = 3000): boolean {
    if (term === TermStore.NOTHING) return false;
    if (!this.entries[term]!.boolean) return true;
    const known = this.live.get(term);
    if (known !== undefined) return known;
    const parents = new Map<Term, Term>([[term, term]]);
    const queue = [term];
    let found: Term | undefined;
    while (queue.length > 0 && found === undefined) {
      const next = queue.pop()!;
      if (
        this.entries[next]!.nullable ||
        this.live.get(next) === true ||
        !this.entries[next]!.boolean ||
        parents.size > effort
      )
        found = next;
      else {
        for (let group = 0; group < this.classes; group++) {
          this.spend(1);
          const after = this.derive(next, group);
          if (after === TermStore.NOTHING || parents.has(after) || this.live.get(after) === false) continue;
          parents.set(after, next);
          queue.push(after);
        }
      }
    }
    if (found === undefined) for (const dead of parents.keys()) this.live.set(dead, false);
    else {
      for (let at = found; ; at = parents.get(at)!) {
        this.live.set(at, true);
        if (at === term) break;
      }
    }
    return found !== undefined;
  }

  private derive(term: Term, group: number): Term {
    const entry = this.entries[term]!;
    if (entry.kind === SET)
      return contains(entry.set, this.cuts[group]!) ? TermStore.EMPTY : TermStore.NOTHING;
    if (entry.kind === EPSILON) return TermStore.NOTHING;
    if (term === TermStore.ALL) return term;
    const key = term * 0x110000 + group;
    const known = this.derivatives.get(key);
    if (known !== undefined) return known;
    this.spend(1);
    const derived = this.deriveEntry(entry, group);
    this.derivatives.set(key, derived);
    return derived;
  }

  private deriveEntry(entry: Entry, group: number): Term {
    switch (entry.kind) {
      case CAT: {
        const [a, b] = [entry.parts[0]!, entry.parts[1]!];
        const first = this.cat(this.derive(a, group), b);
        return this.entries[a]!.nullable ? this.or([first, this.derive(b, group)]) : first;
      }
      case OR:
        return this.or(entry.parts.map((part) => this.derive(part, group)));
      case AND:
        return this.and(entry.parts.map((part) => this.derive(part, group)));
      case NOT:
        return this.not(this.derive(entry.parts[0]!, group));
      default: {
        const rest = this.repeat(entry.parts[0]!, Math.max(entry.min - 1, 0), entry.max - 1);
        return this.cat(this.derive(entry.parts[0]!, group), rest);
      }
    }
  }

  private intern(key: string, entry: Entry): Term {
    const known = this.index.get(key);
    if (known !== undefined) return known;
    this.spend(1);
    if (this.entries.length >= LIMITS.regexTerms)
      throw new GrammarError('grammar_too_complex', {
        what: 'states of a pattern',
        limit: LIMITS.regexTerms,
      });
    this.entries.push(entry);
    this.index.set(key, this.entries.length - 1);
    return this.entries.length - 1;
  }

  private spend(steps: number): void {
    this.worked += steps;
    if (this.worked > this.grown + LARGE) {
      this.grown = this.worked;
      grew();
    }
    if (this.worked > this.most) {
      // No step will be made any more.
      for (const map of [this.index, this.derivatives, this.live]) map.clear();
      throw new GrammarError('grammar_too_complex', { what: 'steps of a pattern', limit: this.most });
    }
    spend(steps);
  }

  private search(code: number): number {
    let low = 0;
    let high = this.cuts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.cuts[middle]! <= code) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function leaf(kind: number, set: CharSet, shortest: number, longest: number): Entry {
  const nullable = shortest === 0;
  return { kind, set, parts: [], min: 0, max: 0, nullable, shortest, longest, boolean: false };
}
