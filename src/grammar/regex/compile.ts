import { GrammarError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { Recent } from '../recent.ts';
import { type Automaton, DEAD } from '../text/automaton.ts';
import { ANY, negate, WORD } from './charset.ts';
import { parsePattern, type Syntax } from './syntax.ts';
import { type Term, TermStore } from './terms.ts';

/** What is known about the character before a position. */
type Before = 'start' | 'word' | 'other' | 'unknown';

export interface PatternPart {
  readonly source: string;
  /** Matches anywhere, as the keyword `pattern`; otherwise the whole text, as a format. */
  readonly search: boolean;
  readonly negative?: boolean;
}

/** All of these, or, where it is negative, not all of them. */
export interface PatternGroup {
  readonly all: readonly PatternTerm[];
  readonly negative?: boolean;
}

export type PatternTerm = PatternPart | PatternGroup;

/** A pattern that only the text itself matches. */
export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** One of the groups. */
export function anyOf(groups: readonly (readonly PatternTerm[])[]): PatternTerm {
  return groups.length === 1
    ? { all: groups[0]! }
    : { all: groups.map((all) => ({ all, negative: true })), negative: true };
}

const shared = new Recent<string, PatternAutomaton>(LIMITS.sharedBytes, ({ weight }) => weight);

/** One automaton for texts that match all of the patterns, shared between grammars. */
export function patternAutomaton(parts: readonly PatternTerm[]): PatternAutomaton {
  return shared.take(
    JSON.stringify(parts),
    () => new PatternAutomaton(parts),
    ({ worn }) => worn,
  );
}

/** The pattern as a term of the store. */
export function patternTerm(store: TermStore, part: PatternTerm): Term {
  let term: Term;
  if ('all' in part) term = store.and(part.all.map((inner) => patternTerm(store, inner)));
  else {
    const compiler = new Compiler(store, part.source);
    const syntax = parsePattern(part.source);
    term = part.search ? compiler.search(syntax) : compiler.whole(syntax);
  }
  return part.negative === true ? store.not(term) : term;
}

export class PatternAutomaton implements Automaton {
  readonly start: Term;
  private readonly store: TermStore;

  /** `most`: steps that its states may cost. */
  constructor(parts: readonly PatternTerm[], most: number = LIMITS.regexWork) {
    this.store = new TermStore(most);
    const start = this.store.and(parts.map((part) => patternTerm(this.store, part)));
    this.store.seal();
    this.start = this.store.possible(start) ? start : DEAD;
  }

  /** So full of remembered terms that the next grammar had better begin anew. */
  get worn(): boolean {
    return this.store.size > LIMITS.regexTerms / 2 || this.store.work > LIMITS.regexWork / 2;
  }

  /** Steps that its states have cost so far. */
  get work(): number {
    return this.store.work;
  }

  /** Bytes, roughly. */
  get weight(): number {
    return this.store.weight;
  }

  get boundaries(): readonly number[] {
    return this.store.boundaries;
  }

  step(state: number, code: number): number {
    const next = this.store.step(state, code);
    return next !== TermStore.NOTHING && this.store.possible(next) ? next : DEAD;
  }

  accepts(state: number): boolean {
    return this.store.nullable(state);
  }

  shortest(state: number): number {
    return this.store.shortest(state);
  }

  longest(state: number): number {
    return this.store.longest(state);
  }

  lasting(state: number): number {
    return this.store.lasting(state);
  }
}

/**
 * Syntax → term, from the end backwards: each part is compiled in front of what follows it, so that a lookahead
 * is an intersection with the rest of the text and `$` is the demand that the rest be empty.
 */
class Compiler {
  private readonly store: TermStore;
  private readonly source: string;

  constructor(store: TermStore, source: string) {
    this.store = store;
    this.source = source;
  }

  whole(syntax: Syntax): Term {
    return this.before(syntax, TermStore.EMPTY, 'start');
  }

  search(syntax: Syntax): Term {
    const atStart = this.before(syntax, TermStore.ALL, 'start');
    if (startsAnchored(syntax)) return atStart;
    if (!usesPosition(syntax)) return this.store.cat(TermStore.ALL, atStart);
    const any = this.store.set(ANY);
    if (!usesBoundary(syntax))
      return this.store.or([
        atStart,
        this.store.cat(
          this.store.repeat(any, 1, Number.POSITIVE_INFINITY),
          this.before(syntax, TermStore.ALL, 'unknown'),
        ),
      ]);
    const after = (before: 'word' | 'other', set: Term): Term =>
      this.store.cat(TermStore.ALL, this.store.cat(set, this.before(syntax, TermStore.ALL, before)));
    return this.store.or([
      atStart,
      after('word', this.store.set(WORD)),
      after('other', this.store.set(negate(WORD))),
    ]);
  }

  private before(syntax: Syntax, rest: Term, before: Before): Term {
    const { store } = this;
    switch (syntax.kind) {
      case 'set':
        return store.cat(store.set(syntax.set), rest);
      case 'sequence':
        return this.sequence(syntax.parts, 0, rest, before);
      case 'choice':
        return store.or(syntax.parts.map((part) => this.before(part, rest, before)));
      case 'repeat':
        return this.repeat(syntax, rest, before);
      case 'look': {
        const body = this.before(syntax.body, TermStore.ALL, before);
        return store.and([syntax.negative ? store.not(body) : body, rest]);
      }
      case 'start':
        if (before === 'start') return rest;
        return TermStore.NOTHING;
      case 'end':
        return store.and([TermStore.EMPTY, rest]);
      case 'group':
      case 'back':
        return this.fail('a backreference');
      case 'boundary': {
        if (before === 'unknown')
          return this.fail('a word boundary after a part that may end in a letter or not');
        const word = store.cat(store.set(WORD), TermStore.ALL);
        const wordNext = (before === 'word') === syntax.negative;
        return store.and([wordNext ? word : store.not(word), rest]);
      }
    }
  }

  private sequence(parts: readonly Syntax[], from: number, rest: Term, before: Before): Term {
    const states: Before[] = [];
    let state = before;
    for (let i = from; i < parts.length; i++) {
      states.push(state);
      state = after(parts[i]!, state);
    }
    let term = rest;
    for (let i = parts.length - 1; i >= from; i--) {
      if (states[i - from] === 'unknown' && i > 0 && cares(parts[i]!))
        return this.split(parts, i, rest, before);
      term = this.before(parts[i]!, term, states[i - from]!);
    }
    return term;
  }

  /** An anchor or boundary after something of unknown ending: `a?\b` becomes `a\b` or `\b`. */
  private split(parts: readonly Syntax[], at: number, rest: Term, before: Before): Term {
    const previous = parts[at - 1]!;
    if (previous.kind === 'choice') {
      return this.store.or(
        previous.parts.map((part) =>
          this.sequence([...parts.slice(0, at - 1), part, ...parts.slice(at)], 0, rest, before),
        ),
      );
    }
    if (previous.kind === 'repeat' && previous.min === 0) {
      const without = [...parts.slice(0, at - 1), ...parts.slice(at)];
      const once: Syntax[] = [...parts.slice(0, at - 1)];
      if (previous.max > 1) once.push({ ...previous, max: previous.max - 1 });
      once.push(previous.body, ...parts.slice(at));
      return this.store.or([this.sequence(without, 0, rest, before), this.sequence(once, 0, rest, before)]);
    }
    if (previous.kind === 'repeat') {
      return this.sequence(
        [
          ...parts.slice(0, at - 1),
          { ...previous, min: previous.min - 1, max: previous.max - 1 },
          previous.body,
          ...parts.slice(at),
        ],
        0,
        rest,
        before,
      );
    }
    if (previous.kind === 'set') {
      const inside = intersect(previous.set, WORD);
      const outside = intersect(previous.set, negate(WORD));
      return this.store.or(
        [inside, outside]
          .filter((set) => set.length > 0)
          .map((set) =>
            this.sequence(
              [...parts.slice(0, at - 1), { kind: 'set', set }, ...parts.slice(at)],
              0,
              rest,
              before,
            ),
          ),
      );
    }
    if (previous.kind === 'sequence')
      return this.sequence(
        [...parts.slice(0, at - 1), ...previous.parts, ...parts.slice(at)],
        0,
        rest,
        before,
      );
    return this.fail('an anchor or word boundary after a part whose end is not known');
  }

  private repeat(syntax: Syntax & { kind: 'repeat' }, rest: Term, before: Before): Term {
    if (!needsRest(syntax.body)) {
      return this.store.cat(
        this.store.repeat(this.before(syntax.body, TermStore.EMPTY, 'unknown'), syntax.min, syntax.max),
        rest,
      );
    }
    // Lookaheads and anchors see past the repeat, so its turns are written out; an endless one cannot be.
    if (syntax.max > 8) return this.fail('an anchor or lookahead inside an open repeat');
    let term = rest;
    const state = syntax.max > 1 ? 'unknown' : before;
    for (let turn = syntax.max; turn > 0; turn--) {
      const once = this.before(syntax.body, term, turn === 1 ? before : state);
      term = turn > syntax.min ? this.store.or([rest, once]) : once;
    }
    return term;
  }

  private fail(reason: string): never {
    throw new GrammarError('schema_pattern_unsupported', { pattern: this.source.slice(0, 100), reason });
  }
}

function intersect(a: readonly number[], b: readonly number[]): readonly number[] {
  return negate(unionOf(negate(a), negate(b)));
}

function unionOf(a: readonly number[], b: readonly number[]): readonly number[] {
  const pairs: [number, number][] = [];
  for (const set of [a, b]) for (let i = 0; i < set.length; i += 2) pairs.push([set[i]!, set[i + 1]!]);
  pairs.sort((x, y) => x[0] - y[0]);
  const out: number[] = [];
  for (const [lo, hi] of pairs) {
    if (out.length > 0 && lo <= out[out.length - 1]! + 1)
      out[out.length - 1] = Math.max(out[out.length - 1]!, hi);
    else out.push(lo, hi);
  }
  return out;
}

function after(syntax: Syntax, before: Before): Before {
  switch (syntax.kind) {
    case 'set': {
      const word = intersect(syntax.set, WORD).length > 0;
      const other = intersect(syntax.set, negate(WORD)).length > 0;
      return word && other ? 'unknown' : word ? 'word' : 'other';
    }
    case 'sequence':
      return syntax.parts.reduce((state, part) => after(part, state), before);
    case 'choice': {
      const states = new Set(syntax.parts.map((part) => after(part, before)));
      return states.size === 1 ? [...states][0]! : 'unknown';
    }
    case 'repeat': {
      const once = after(syntax.body, before);
      const again = syntax.max > 1 ? after(syntax.body, once) : once;
      if (once !== again) return 'unknown';
      return syntax.min > 0 || once === before ? once : 'unknown';
    }
    default:
      return before;
  }
}

/** Holds `^` or `\b`, whose meaning depends on what came before. */
function cares(syntax: Syntax): boolean {
  return syntax.kind === 'start' || syntax.kind === 'boundary' || children(syntax).some(cares);
}

function needsRest(syntax: Syntax): boolean {
  return syntax.kind === 'end' || syntax.kind === 'look' || cares(syntax) || children(syntax).some(needsRest);
}

const usesPosition = cares;

function usesBoundary(syntax: Syntax): boolean {
  return syntax.kind === 'boundary' || children(syntax).some(usesBoundary);
}

function startsAnchored(syntax: Syntax): boolean {
  if (syntax.kind === 'start') return true;
  if (syntax.kind === 'sequence') return syntax.parts.length > 0 && startsAnchored(syntax.parts[0]!);
  return syntax.kind === 'choice' && syntax.parts.every(startsAnchored);
}

function children(syntax: Syntax): readonly Syntax[] {
  if (syntax.kind === 'sequence' || syntax.kind === 'choice') return syntax.parts;
  return syntax.kind === 'repeat' || syntax.kind === 'look' ? [syntax.body] : [];
}
