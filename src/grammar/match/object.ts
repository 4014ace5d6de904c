import type { Goal, ObjectRule } from '../goal/shape.ts';
import { DEAD } from '../text/automaton.ts';
import { isSpace } from '../text/space.ts';
import type { StringMachine } from '../text/string-machine.ts';
import { byteSet, SPACES } from './byte-set.ts';
import type { Frame } from './frame.ts';
import { KeyPosition } from './key.ts';
import { Up } from './matching.ts';
import type { Position, Reading } from './position.ts';
import { close, type OpenValue } from './value.ts';

/** An object so far: which properties it has. Key order free: bit sets; fixed: also how far the order has come. */
export class ObjectFrame implements Frame {
  readonly id: number;
  readonly depth: number;
  readonly alone: Up;
  readonly value: OpenValue;
  readonly rule: ObjectRule;
  /** Decoded names that no keyword mentions. */
  readonly extras: readonly string[];
  readonly keys = new Map<string, KeyPosition>();
  private readonly seen: Uint32Array;
  private readonly count: number;
  private readonly allowed: (boolean | undefined)[] = [];
  private readonly named = new Map<string, AfterKey | undefined>();
  private readonly others = new Map<string, AfterKey | undefined>();
  private other: boolean | undefined;
  private reader: StringMachine | undefined;
  private plain: boolean | undefined;
  private after: readonly Position[] | undefined;

  private constructor(
    value: OpenValue,
    rule: ObjectRule,
    seen: Uint32Array,
    extras: readonly string[],
    count: number,
  ) {
    const { matching, up } = value;
    this.id = matching.nextId();
    this.depth = up.depth + 1;
    this.alone = new Up(matching, [this]);
    this.value = value;
    this.rule = rule;
    this.seen = seen;
    this.extras = extras;
    this.count = count;
  }

  static begin(value: OpenValue, rule: ObjectRule): Position {
    const seen = new Uint32Array((rule.names.length + 31) >> 5);
    return new Between(new ObjectFrame(value, rule, seen, [], 0), 'open');
  }

  done(): readonly Position[] {
    return (this.after ??= [new Between(this, 'value')]);
  }

  /** All that the object needs is there. */
  get closable(): boolean {
    const { rule } = this;
    if (this.count < rule.min || !rule.required.every((index) => this.has(index))) return false;
    return rule.dependent.every(
      ({ when, also }) => !this.has(when) || also.every((index) => this.has(index)),
    );
  }

  /** Another property may come. */
  get takesMore(): boolean {
    if (this.count >= this.rule.max) return false;
    return this.takesOther || this.rule.names.some((_, index) => this.takes(index));
  }

  /** A property with this name may come now. */
  takes(index: number): boolean {
    return (this.allowed[index] ??= this.decide(index));
  }

  /** A property that no keyword names may come now, by what can be said without its name. */
  get takesOther(): boolean {
    return (this.other ??= this.decideOther());
  }

  /** Some name that may come begins so: `at` are the key machine's states. */
  leads(at: readonly number[]): boolean {
    if (
      this.takesOther &&
      (this.rule.patterns.length === 0 || this.open || at.some((state, i) => i > 0 && state !== DEAD))
    )
      return true;
    return at[0]! !== DEAD && this.rule.tree.below(at[0]!).some((index) => this.takes(index));
  }

  /** Reads names: any where others may come, else only those that could be meant. */
  get machine(): StringMachine {
    return (this.reader ??= this.open ? this.rule.keys() : this.rule.closedKeys());
  }

  /** Names that match no pattern may come too. */
  get open(): boolean {
    return (this.plain ??= this.takesOther && this.plainPossible());
  }

  /** Past a name's closing quotation mark; undefined where the name is not allowed. */
  key(name: string): AfterKey | undefined {
    if (this.named.has(name)) return this.named.get(name);
    const index = this.indexOf(name);
    const after = index >= 0 ? this.knownKey(name, index) : this.otherKey(name);
    this.named.set(name, after);
    return after;
  }

  /** After a name that no keyword mentions, by the patterns that it matches (`1` or `0` each), whatever it is. */
  otherName(matched: string): AfterKey | undefined {
    const key = `?${matched}`;
    if (!this.others.has(key)) this.others.set(key, this.decideName(matched));
    return this.others.get(key);
  }

  private decideName(matched: string): AfterKey | undefined {
    if (!this.takesOther) return undefined;
    const { goals } = this.value.matching;
    const goal = goals.matching(this.rule, matched);
    if (!goals.possible(goal)) return undefined;
    return new AfterKey(new ObjectFrame(this.value, this.rule, this.seen, this.extras, this.count + 1), goal);
  }

  private indexOf(name: string): number {
    const { tree } = this.rule;
    let state = tree.start;
    for (const char of name) {
      state = tree.step(state, char.codePointAt(0)!);
      if (state === DEAD) return -1;
    }
    return tree.end(state);
  }

  private knownKey(name: string, index: number): AfterKey | undefined {
    if (!this.takes(index)) return undefined;
    const { goals } = this.value.matching;
    const seen = this.seen.slice();
    seen[index >> 5]! |= 1 << (index & 31);
    const next = new ObjectFrame(this.value, this.rule, seen, this.extras, this.count + 1);
    return new AfterKey(next, goals.property(this.rule, name, index));
  }

  private otherKey(name: string): AfterKey | undefined {
    const { goals } = this.value.matching;
    if (!this.takesOther || this.extras.includes(name) || !goals.nameHolds(this.rule, name)) return undefined;
    const goal = goals.property(this.rule, name, -1);
    if (!goals.possible(goal)) return undefined;
    return new AfterKey(
      new ObjectFrame(this.value, this.rule, this.seen, [...this.extras, name], this.count + 1),
      goal,
    );
  }

  private has(index: number): boolean {
    return ((this.seen[index >> 5]! >>> (index & 31)) & 1) === 1;
  }

  private decide(index: number): boolean {
    const { rule } = this;
    const { goals, ordered } = this.value.matching;
    if (this.has(index) || this.count >= rule.max) return false;
    const name = rule.names[index]!;
    if (!goals.nameHolds(rule, name) || !goals.possible(goals.property(rule, name, index))) return false;
    if (this.count + 1 + this.missing(index) > rule.max) return false;
    if (!ordered) return true;
    if (this.extras.length > 0) return false;
    for (let later = index + 1; later < rule.names.length; later++) if (this.has(later)) return false;
    for (const earlier of rule.required) if (earlier < index && !this.has(earlier)) return false;
    return rule.dependent.every(
      ({ when, also }) => when !== index || also.every((other) => other > index || this.has(other)),
    );
  }

  private decideOther(): boolean {
    const { rule } = this;
    if (this.count + 1 + this.missing(-1) > rule.max) return false;
    if (this.value.matching.ordered && rule.required.some((index) => !this.has(index))) return false;
    if (rule.nameNodes.some((node) => node.never === true)) return false;
    return rule.patterns.length > 0 || this.plainPossible();
  }

  private plainPossible(): boolean {
    const { goals } = this.value.matching;
    const nodes = this.rule.facets.flatMap((facet) => facet.additionalProperties ?? []);
    return goals.possible(goals.of(nodes));
  }

  /** Required properties still to come, but for one. */
  private missing(except: number): number {
    return this.rule.required.filter((index) => index !== except && !this.has(index)).length;
  }
}

const BETWEEN = byteSet(0x7d, 0x2c, 0x22, ...SPACES);
const COLON = byteSet(0x3a, ...SPACES);

/** After `{`, or after a property's value, or after a comma. */
class Between implements Position {
  readonly id: number;
  readonly bytes = BETWEEN;
  readonly spacious: boolean;
  readonly final = false;
  private readonly frame: ObjectFrame;
  private readonly where: 'open' | 'value' | 'comma';
  private comma: Between | undefined;
  private key: KeyPosition | undefined;

  constructor(frame: ObjectFrame, where: 'open' | 'value' | 'comma') {
    this.id = frame.value.matching.nextId();
    this.spacious = frame.value.matching.flexible;
    this.frame = frame;
    this.where = where;
  }

  step(byte: number, reading: Reading, out: Position[]): void {
    const { frame, where } = this;
    if (byte === 0x7d) {
      if (where !== 'comma' && frame.closable) out.push(...close(frame.value, 'object', reading));
    } else if (byte === 0x2c) {
      if (where === 'value' && frame.takesMore) out.push((this.comma ??= new Between(frame, 'comma')));
    } else if (byte === 0x22) {
      if (where !== 'value' && frame.takesMore) out.push((this.key ??= KeyPosition.begin(frame)));
    } else if (frame.value.matching.flexible && isSpace(byte)) out.push(this);
  }
}

/** Between a name and its value: the colon. */
export class AfterKey implements Position {
  readonly id: number;
  readonly bytes = COLON;
  readonly spacious: boolean;
  readonly final = false;
  private readonly frame: ObjectFrame;
  private readonly goal: Goal;

  constructor(frame: ObjectFrame, goal: Goal) {
    this.id = frame.value.matching.nextId();
    this.spacious = frame.value.matching.flexible;
    this.frame = frame;
    this.goal = goal;
  }

  step(byte: number, _reading: Reading, out: Position[]): void {
    if (byte === 0x3a) out.push(this.frame.alone.value(this.goal));
    else if (this.frame.value.matching.flexible && isSpace(byte)) out.push(this);
  }
}
