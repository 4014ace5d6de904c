import { GrammarError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { type CharSet, contains } from '../regex/charset.ts';
import { type Automaton, DEAD } from '../text/automaton.ts';
import { parseGbnf, type Rule } from './syntax.ts';

/** A place in a rule: reads a character, or enters another rule, then goes on to one of the next places. */
interface Place {
  readonly set?: CharSet;
  readonly call?: string;
  readonly next: Place[];
  /** The rule may end after it. */
  ends: boolean;
}

/** Where the text goes on once a rule ends. */
interface Return {
  readonly id: number;
  readonly after: Place;
  readonly below: Return | undefined;
}

interface Thread {
  readonly place: Place;
  readonly below: Return | undefined;
}

interface State {
  readonly threads: readonly Thread[];
  readonly accepts: boolean;
}

/** A context-free grammar as an automaton whose states are sets of stacks, made as the text needs them. */
export class GbnfAutomaton implements Automaton {
  readonly start: number;
  readonly boundaries: readonly number[];
  private readonly entries = new Map<string, { first: readonly Place[]; empty: boolean }>();
  private readonly states: State[] = [];
  private readonly index = new Map<string, number>();
  private readonly places = new Map<Place, number>();
  private readonly returns = new Map<string, Return>();
  private readonly rules: ReadonlyMap<string, Rule>;
  private size = 0;

  constructor(text: string, root: string) {
    this.rules = parseGbnf(text);
    if (!this.rules.has(root))
      throw new GrammarError('grammar_syntax', { line: 1, reason: `there is no rule ${root}` });
    this.productive();
    const cuts = new Set<number>([0]);
    const nullable = this.nullable();
    for (const [name, rule] of this.rules) {
      const built = this.build(rule, cuts, nullable);
      for (const place of built.last) place.ends = true;
      this.entries.set(name, { first: built.first, empty: built.empty });
    }
    this.leftRecursion();
    this.boundaries = [...cuts].filter((cut) => cut <= 0x10ffff).sort((a, b) => a - b);
    const threads: Thread[] = [];
    const accepts = this.enter(root, undefined, threads, new Set());
    this.start = this.state(threads, accepts);
  }

  step(state: number, code: number): number {
    const threads: Thread[] = [];
    const seen = new Set<string>();
    let accepts = false;
    for (const { place, below } of this.states[state]!.threads) {
      if (contains(place.set!, code)) accepts = this.goOn(place, below, threads, seen) || accepts;
    }
    return threads.length === 0 && !accepts ? DEAD : this.state(threads, accepts);
  }

  accepts(state: number): boolean {
    return this.states[state]!.accepts;
  }

  shortest(state: number): number {
    return this.states[state]!.accepts ? 0 : 1;
  }

  longest(): number {
    return Number.POSITIVE_INFINITY;
  }

  universal(): boolean {
    return false;
  }

  /** Threads after a place has been passed; true where the whole text may end there. */
  private goOn(place: Place, below: Return | undefined, threads: Thread[], seen: Set<string>): boolean {
    let accepts = false;
    for (const next of place.next) accepts = this.reach(next, below, threads, seen) || accepts;
    if (!place.ends) return accepts;
    return (below === undefined ? true : this.goOn(below.after, below.below, threads, seen)) || accepts;
  }

  private reach(place: Place, below: Return | undefined, threads: Thread[], seen: Set<string>): boolean {
    const key = `${this.numberOf(place)},${below?.id ?? -1}`;
    if (seen.has(key)) return false;
    seen.add(key);
    if (seen.size > LIMITS.gbnfStacks)
      throw new GrammarError('grammar_too_complex', { what: 'stacks of rules', limit: LIMITS.gbnfStacks });
    if (place.set !== undefined) {
      threads.push({ place, below });
      return false;
    }
    // A rule that ends with the call of another one has nothing to come back to.
    const tail = place.ends && place.next.length === 0;
    const inner = tail ? below : this.push(place, below);
    const done = this.enter(place.call!, inner, threads, seen);
    return done;
  }

  private enter(name: string, below: Return | undefined, threads: Thread[], seen: Set<string>): boolean {
    const { first, empty } = this.entries.get(name)!;
    let accepts = false;
    for (const place of first) accepts = this.reach(place, below, threads, seen) || accepts;
    if (!empty) return accepts;
    return (below === undefined ? true : this.goOn(below.after, below.below, threads, seen)) || accepts;
  }

  private push(after: Place, below: Return | undefined): Return {
    const key = `${this.numberOf(after)},${below?.id ?? -1}`;
    let found = this.returns.get(key);
    if (found === undefined) {
      if (this.returns.size > LIMITS.stringStates * 4)
        throw new GrammarError('grammar_too_complex', {
          what: 'stacks of rules',
          limit: LIMITS.stringStates * 4,
        });
      found = { id: this.returns.size, after, below };
      this.returns.set(key, found);
    }
    return found;
  }

  private state(threads: readonly Thread[], accepts: boolean): number {
    const key = `${accepts ? '!' : ''}${threads
      .map(({ place, below }) => `${this.numberOf(place)},${below?.id ?? -1}`)
      .sort()
      .join(';')}`;
    let state = this.index.get(key);
    if (state === undefined) {
      state = this.states.push({ threads, accepts }) - 1;
      if (state > LIMITS.stringStates)
        throw new GrammarError('grammar_too_complex', {
          what: 'states of a grammar',
          limit: LIMITS.stringStates,
        });
      this.index.set(key, state);
    }
    return state;
  }

  private numberOf(place: Place): number {
    let number = this.places.get(place);
    if (number === undefined) this.places.set(place, (number = this.places.size));
    return number;
  }

  /** Glushkov's construction: places, which come first, which last, whether nothing may be read at all. */
  private build(
    rule: Rule,
    cuts: Set<number>,
    nullable: ReadonlySet<string>,
  ): { first: Place[]; last: Place[]; empty: boolean } {
    if (++this.size > 100_000)
      throw new GrammarError('grammar_too_complex', { what: 'places in its rules', limit: 100_000 });
    switch (rule.kind) {
      case 'set': {
        for (let i = 0; i < rule.set.length; i += 2) cuts.add(rule.set[i]!).add(rule.set[i + 1]! + 1);
        const place: Place = { set: rule.set, next: [], ends: false };
        return { first: [place], last: [place], empty: false };
      }
      case 'call': {
        const place: Place = { call: rule.name, next: [], ends: false };
        return { first: [place], last: [place], empty: nullable.has(rule.name) };
      }
      case 'choice': {
        const parts = rule.parts.map((part) => this.build(part, cuts, nullable));
        return {
          first: parts.flatMap(({ first }) => first),
          last: parts.flatMap(({ last }) => last),
          empty: parts.some(({ empty }) => empty),
        };
      }
      case 'sequence':
        return join(rule.parts.map((part) => this.build(part, cuts, nullable)));
      case 'repeat': {
        const parts = Array.from(
          { length: rule.max === Number.POSITIVE_INFINITY ? Math.max(rule.min, 1) : rule.max },
          (_, i) => {
            const part = this.build(rule.body, cuts, nullable);
            return { ...part, empty: part.empty || i >= rule.min };
          },
        );
        if (rule.max === Number.POSITIVE_INFINITY) {
          const last = parts[parts.length - 1]!;
          for (const place of last.last) place.next.push(...last.first);
        }
        return join(parts);
      }
    }
  }

  private nullable(): ReadonlySet<string> {
    const found = new Set<string>();
    const empty = (rule: Rule): boolean => {
      if (rule.kind === 'set') return false;
      if (rule.kind === 'call') return found.has(rule.name);
      if (rule.kind === 'repeat') return rule.min === 0 || empty(rule.body);
      return rule.kind === 'choice' ? rule.parts.some(empty) : rule.parts.every(empty);
    };
    for (let before = -1; before !== found.size; ) {
      before = found.size;
      for (const [name, rule] of this.rules) if (empty(rule)) found.add(name);
    }
    return found;
  }

  /** Every rule must be there, and able to come to an end. */
  private productive(): void {
    const found = new Set<string>();
    const ends = (rule: Rule): boolean => {
      if (rule.kind === 'set') return rule.set.length > 0;
      if (rule.kind === 'call') {
        if (!this.rules.has(rule.name))
          throw new GrammarError('grammar_syntax', {
            line: rule.line,
            reason: `there is no rule ${rule.name}`,
          });
        return found.has(rule.name);
      }
      if (rule.kind === 'repeat') return rule.min === 0 || ends(rule.body);
      return rule.kind === 'choice'
        ? rule.parts.map(ends).includes(true)
        : rule.parts.map(ends).every(Boolean);
    };
    for (let before = -1; before !== found.size; ) {
      before = found.size;
      for (const [name, rule] of this.rules) if (ends(rule)) found.add(name);
    }
    for (const name of this.rules.keys()) {
      if (!found.has(name))
        throw new GrammarError('grammar_syntax', {
          line: 1,
          reason: `the rule ${name} never comes to an end`,
        });
    }
  }

  private leftRecursion(): void {
    const done = new Set<string>();
    const visit = (name: string, path: readonly string[]): void => {
      if (path.includes(name)) throw new GrammarError('grammar_left_recursion', { rule: name });
      if (done.has(name)) return;
      const pending = [...this.entries.get(name)!.first];
      const seen = new Set<Place>();
      for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
        if (place.call === undefined || seen.has(place)) continue;
        seen.add(place);
        visit(place.call, [...path, name]);
        if (this.entries.get(place.call)!.empty) pending.push(...place.next);
      }
      done.add(name);
    };
    for (const name of this.rules.keys()) visit(name, []);
  }
}

function join(parts: readonly { first: Place[]; last: Place[]; empty: boolean }[]): {
  first: Place[];
  last: Place[];
  empty: boolean;
} {
  let first: Place[] = [];
  let last: Place[] = [];
  let empty = true;
  for (const part of parts) {
    for (const place of last) place.next.push(...part.first);
    if (empty) first = [...first, ...part.first];
    last = part.empty ? [...last, ...part.last] : part.last;
    empty &&= part.empty;
  }
  return { first, last, empty };
}
