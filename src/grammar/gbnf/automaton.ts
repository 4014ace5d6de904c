import { GrammarError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { contains } from '../regex/charset.ts';
import { type Automaton, DEAD } from '../text/automaton.ts';
import { beginnings, type Entry, type Place, placeRules } from './places.ts';
import { checkEnds, checkLeftRecursion, nullableRules, type Rules } from './rules.ts';
import { parseGbnf, type Rule } from './syntax.ts';

/** Where the text goes on once a rule ends. */
interface Return {
  readonly id: number;
  readonly depth: number;
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

/** The threads of one state while it is being found out. */
interface Finding {
  readonly threads: Thread[];
  readonly seen: Set<number>;
  /** Rules that were ended already, by where the text goes on; whether the whole text may end there. */
  readonly ended: Map<Return, boolean>;
}

/** A context-free grammar as an automaton whose states are sets of stacks, made as the text needs them. */
export class GbnfAutomaton implements Automaton {
  readonly start: number;
  readonly frugal = true;
  readonly boundaries: readonly number[];
  readonly rules: Rules;
  private readonly entries: ReadonlyMap<string, Entry>;
  private readonly states: State[] = [];
  private readonly index = new Map<string, number>();
  private readonly returns = new Map<number, Return>();

  constructor(text: string, root: string) {
    this.rules = parseGbnf(text);
    if (!this.rules.has(root))
      throw new GrammarError('grammar_syntax', { line: 1, reason: `there is no rule ${root}` });
    checkEnds(this.rules);
    const nullable = nullableRules(this.rules);
    this.entries = placeRules(this.rules, nullable);
    checkLeftRecursion(beginnings(this.entries, nullable));
    this.boundaries = boundariesOf(this.rules);
    const finding = newFinding();
    const accepts = this.enter(root, undefined, finding);
    this.start = this.state(finding.threads, accepts);
  }

  /**
   * So much is remembered of earlier texts that the next one may run into the bound: time for a new automaton. A
   * quarter, since a string machine makes a few states of its own for each of these.
   */
  get worn(): boolean {
    return Math.max(this.states.length, this.returns.size >> 2) > LIMITS.stringStates / 4;
  }

  step(state: number, code: number): number {
    const finding = newFinding();
    let accepts = false;
    for (const { place, below } of this.states[state]!.threads) {
      if (contains(place.set!, code)) accepts = this.goOn(place, below, finding) || accepts;
    }
    return finding.threads.length === 0 && !accepts ? DEAD : this.state(finding.threads, accepts);
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

  lasting(): number {
    return Number.POSITIVE_INFINITY;
  }

  /** Threads after a place has been passed; true where the whole text may end there. */
  private goOn(place: Place, below: Return | undefined, finding: Finding): boolean {
    let accepts = false;
    for (const next of place.next) accepts = this.reach(next, below, finding) || accepts;
    return (place.ends && this.end(below, finding)) || accepts;
  }

  /** A rule has ended. */
  private end(below: Return | undefined, finding: Finding): boolean {
    if (below === undefined) return true;
    let accepts = finding.ended.get(below);
    if (accepts === undefined) {
      accepts = this.goOn(below.after, below.below, finding);
      finding.ended.set(below, accepts);
    }
    return accepts;
  }

  private reach(place: Place, below: Return | undefined, finding: Finding): boolean {
    const { seen, threads } = finding;
    const key = keyOf(place, below);
    if (seen.has(key)) return false;
    seen.add(key);
    if (seen.size > LIMITS.gbnfStacks) throw tooComplex('stacks of rules', LIMITS.gbnfStacks);
    if (place.set !== undefined) {
      threads.push({ place, below });
      return false;
    }
    // A rule that ends with the call of another one has nothing to come back to.
    const tail = place.ends && place.next.length === 0;
    return this.enter(place.call!, tail ? below : this.push(place, below), finding);
  }

  private enter(name: string, below: Return | undefined, finding: Finding): boolean {
    const { first, empty } = this.entries.get(name)!;
    let accepts = false;
    for (const place of first) accepts = this.reach(place, below, finding) || accepts;
    return (empty && this.end(below, finding)) || accepts;
  }

  private push(after: Place, below: Return | undefined): Return {
    const key = keyOf(after, below);
    let found = this.returns.get(key);
    if (found === undefined) {
      const depth = (below?.depth ?? 0) + 1;
      if (depth > LIMITS.gbnfDepth) throw tooComplex('rules open at once', LIMITS.gbnfDepth);
      const most = LIMITS.stringStates * 4;
      if (this.returns.size >= most) throw tooComplex('stacks of rules', most);
      found = { id: this.returns.size, depth, after, below };
      this.returns.set(key, found);
    }
    return found;
  }

  private state(threads: readonly Thread[], accepts: boolean): number {
    const stacks = Float64Array.from(threads, ({ place, below }) => keyOf(place, below)).sort();
    const key = `${accepts ? '!' : ''}${stacks.join()}`;
    let state = this.index.get(key);
    if (state === undefined) {
      if (this.states.length >= LIMITS.stringStates)
        throw tooComplex('states of a grammar', LIMITS.stringStates);
      state = this.states.push({ threads, accepts }) - 1;
      this.index.set(key, state);
    }
    return state;
  }
}

function newFinding(): Finding {
  return { threads: [], seen: new Set(), ended: new Map() };
}

/** One number for both: there are less than 2^20 returns and less than 2^20 places. */
function keyOf(place: Place, below: Return | undefined): number {
  return place.id * 0x10_0000 + (below === undefined ? 0 : below.id + 1);
}

function tooComplex(what: string, limit: number): GrammarError {
  return new GrammarError('grammar_too_complex', { what, limit });
}

/** First code points of the groups that no rule tells apart. */
function boundariesOf(rules: Rules): readonly number[] {
  const cuts = new Set<number>([0]);
  const visit = (rule: Rule): void => {
    if (rule.kind === 'set') {
      for (let i = 0; i < rule.set.length; i += 2) cuts.add(rule.set[i]!).add(rule.set[i + 1]! + 1);
    } else if (rule.kind === 'repeat') visit(rule.body);
    else if (rule.kind !== 'call') for (const part of rule.parts) visit(part);
  };
  for (const rule of rules.values()) visit(rule);
  return [...cuts].filter((cut) => cut <= 0x10ffff).sort((a, b) => a - b);
}
