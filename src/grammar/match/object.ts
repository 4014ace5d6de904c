import { completable, EMPTY_OBJECT, meets, type ObjectState, required } from '../goal/object-plan.ts';
import type { Goal, ObjectRule } from '../goal/shape.ts';
import { DEAD } from '../text/automaton.ts';
import { CLOSED } from '../text/decoding.ts';
import { Literals } from '../text/literals.ts';
import { isSpace } from '../text/space.ts';
import type { StringMachine } from '../text/string-machine.ts';
import { byteSet, SPACES } from './byte-set.ts';
import type { Frame } from './frame.ts';
import { KeyPosition } from './key.ts';
import { type Matching, Up } from './matching.ts';
import type { Position, Reading } from './position.ts';
import { close, type OpenValue } from './value.ts';

/** An object so far: which properties it has. Key order free: bit sets; fixed: also how far the order has come. */
export class ObjectFrame implements Frame, ObjectState {
  readonly id: number;
  readonly depth: number;
  readonly alone: Up;
  readonly value: OpenValue;
  readonly rule: ObjectRule;
  /** Decoded names that no keyword mentions. */
  readonly extras: readonly string[];
  readonly count: number;
  readonly last: number;
  readonly pending: readonly number[];
  readonly keys = new Map<string, KeyPosition>();
  private readonly seen: Uint32Array;
  private readonly allowed: (boolean | undefined)[] = [];
  private readonly named = new Map<string, AfterKey | undefined>();
  private readonly matching = new Map<string, AfterKey | undefined>();
  private readonly leading = new Map<number, boolean>();
  private other: boolean | undefined;
  private reader: StringMachine | undefined;
  private after: readonly Position[] | undefined;

  private constructor(
    value: OpenValue,
    rule: ObjectRule,
    state: Omit<ObjectState, 'has'>,
    seen: Uint32Array,
  ) {
    const { matching, up } = value;
    this.id = matching.nextId();
    this.depth = up.depth + 1;
    this.alone = new Up(matching, [this]);
    this.value = value;
    this.rule = rule;
    this.seen = seen;
    this.extras = state.extras;
    this.count = state.count;
    this.last = state.last;
    this.pending = state.pending;
  }

  static begin(value: OpenValue, rule: ObjectRule): Position {
    const seen = new Uint32Array((rule.names.length + 31) >> 5);
    const state = { ...EMPTY_OBJECT, pending: [...rule.needs.keys()] };
    return new Between(new ObjectFrame(value, rule, state, seen), 'open');
  }

  done(): readonly Position[] {
    return (this.after ??= [new Between(this, 'value')]);
  }

  /** All that the object needs is there. */
  get closable(): boolean {
    const { rule } = this;
    return this.count >= rule.min && this.pending.length === 0 && required(rule, this).length === 0;
  }

  /** Another property may come. */
  get takesMore(): boolean {
    if (this.count >= this.rule.max) return false;
    return this.takesOther || this.rule.names.some((_, index) => this.takes(index));
  }

  /** A property with this name may come now, and a way on exists after it. */
  takes(index: number): boolean {
    return (this.allowed[index] ??= this.decide(index));
  }

  /** A property that no keyword names may come now. */
  get takesOther(): boolean {
    return (this.other ??= this.decideOther());
  }

  /** Some name that may come begins so: `state` is the key machine's. */
  leads(state: number): boolean {
    if (this.open) return true;
    let known = this.leading.get(state);
    if (known === undefined) this.leading.set(state, (known = this.findLeads(state)));
    return known;
  }

  private findLeads(state: number): boolean {
    const { machine } = this;
    if (!machine.settled(state)) {
      // In the middle of a character: some way to end it must lead on.
      for (let byte = 0x22; byte < 0xc0; byte++) {
        const next = machine.step(state, byte);
        if (next !== DEAD && next !== CLOSED && this.leads(next)) return true;
        if (next === CLOSED && this.leadsBy(machine.final(state)!)) return true;
      }
      return false;
    }
    return this.leadsBy(machine.at(state));
  }

  private leadsBy(at: readonly number[]): boolean {
    if (this.takesOther && at[this.rule.patterns.length + 1] !== DEAD) return true;
    return at[0]! !== DEAD && this.rule.tree.below(at[0]!).some((index) => this.takes(index));
  }

  /** Reads names: any where any may come, else only those that could be meant. */
  get machine(): StringMachine {
    return (this.reader ??= this.read());
  }

  /** Any name may come. */
  get open(): boolean {
    return this.takesOther && this.value.matching.goals.others(this.rule) === undefined;
  }

  /** Past a name's closing quotation mark; undefined where the name is not allowed. */
  key(name: string): AfterKey | undefined {
    if (this.named.has(name)) return this.named.get(name);
    const index = this.indexOf(name);
    const after = index >= 0 ? this.knownKey(name, index) : this.otherKey(name);
    this.named.set(name, after);
    return after;
  }

  /**
   * After a name that no keyword mentions, by what it matches (`1` or `0` each: the patterns, then whether it may
   * come at all where not any may), whatever it is.
   */
  otherName(matched: string): AfterKey | undefined {
    if (!this.matching.has(matched)) this.matching.set(matched, this.decideName(matched));
    return this.matching.get(matched);
  }

  has(index: number): boolean {
    return ((this.seen[index >> 5]! >>> (index & 31)) & 1) === 1;
  }

  private read(): StringMachine {
    const { goals } = this.value.matching;
    const others = this.takesOther ? goals.others(this.rule) : null;
    if (others === undefined) return this.rule.keys();
    if (others === null) return goals.keysWith(this.rule, NO_OTHERS, []);
    if (!others.few) {
      const names = others.short ? [...this.rule.names, ...this.extras] : [];
      return goals.keysWith(this.rule, others, names);
    }
    // Few names: those that are there already lead nowhere.
    const left = others.names.filter((name) => !this.extras.includes(name));
    return goals.keysWith(this.rule, { key: JSON.stringify(left), automaton: new Literals(left) }, []);
  }

  private decideName(matched: string): AfterKey | undefined {
    if (!this.takesOther || (!this.open && matched[this.rule.patterns.length] !== '1')) return undefined;
    const { goals } = this.value.matching;
    const goal = goals.matching(this.rule, matched);
    if (!goals.possible(goal)) return undefined;
    return new AfterKey([[this.with(-1, undefined, this.pending), goal]], this.value.matching);
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
    return this.meeting(name, index, this.value.matching.goals.property(this.rule, name, index));
  }

  private otherKey(name: string): AfterKey | undefined {
    const { goals } = this.value.matching;
    if (!this.takesOther || this.extras.includes(name) || !goals.nameHolds(this.rule, name)) return undefined;
    return this.meeting(name, -1, goals.property(this.rule, name, -1));
  }

  /** The property as it is, and as one that meets what the object still needs, as far as a way on exists. */
  private meeting(name: string, index: number, goal: Goal): AfterKey | undefined {
    const { goals } = this.value.matching;
    const { rule, pending } = this;
    const met = pending.filter((at) => goals.valid(rule.needs[at]!.name, name)).slice(0, 4);
    const options: (readonly [ObjectFrame, Goal])[] = [];
    for (let set = 0; set < 1 << met.length; set++) {
      const meets = met.filter((_, i) => ((set >> i) & 1) === 1);
      const values = meets.map((at) => rule.needs[at]!.value);
      const own = set === 0 ? goal : goals.of([...goals.propertyNodes(rule, name), ...values]);
      const next = this.with(
        index,
        name,
        pending.filter((at) => !meets.includes(at)),
      );
      if (goals.possible(own) && completable(goals, rule, next)) options.push([next, own]);
    }
    return options.length === 0 ? undefined : new AfterKey(options, this.value.matching);
  }

  /** With one property more: a named one, another by its name, or another whose name makes no difference. */
  private with(index: number, name: string | undefined, pending: readonly number[]): ObjectFrame {
    let { seen } = this;
    if (index >= 0) {
      seen = seen.slice();
      seen[index >> 5]! |= 1 << (index & 31);
    }
    const extras = index < 0 && name !== undefined ? [...this.extras, name] : this.extras;
    const last = Math.max(this.last, index);
    return new ObjectFrame(this.value, this.rule, { count: this.count + 1, extras, last, pending }, seen);
  }

  private decide(index: number): boolean {
    const { rule, count } = this;
    const { goals } = this.value.matching;
    if (this.has(index) || count >= rule.max || !goals.usable(rule, index)) return false;
    if (goals.ordered && (this.extras.length > 0 || index < this.last)) return false;
    return this.leadsOn(index, rule.names[index]!);
  }

  /** A way on exists after a property; which needs it meets, its value decides. */
  private leadsOn(index: number, name: string): boolean {
    const { goals } = this.value.matching;
    const { rule, pending } = this;
    const extras = index < 0 ? [...this.extras, name] : this.extras;
    const state: ObjectState = {
      has: (at) => at === index || this.has(at),
      count: this.count + 1,
      extras,
      last: Math.max(this.last, index),
      pending,
    };
    if (completable(goals, rule, state)) return true;
    const left = pending.filter((at) => index < 0 || !meets(goals, rule, index, [rule.needs[at]!]));
    return left.length < pending.length && completable(goals, rule, { ...state, pending: left });
  }

  private decideOther(): boolean {
    const { rule } = this;
    const { goals } = this.value.matching;
    if (this.count >= rule.max) return false;
    const others = goals.others(rule);
    if (others === null || goals.othersLeft(rule, this.extras, 1) === 0) return false;
    const name = others?.names.find((other) => !this.extras.includes(other)) ?? '';
    if (this.leadsOn(-1, name)) return true;
    const meets = this.pending.some((at) => goals.otherMeets(rule, [rule.needs[at]!]));
    const extras = [...this.extras, name];
    const state = {
      has: (at: number): boolean => this.has(at),
      count: this.count + 1,
      extras,
      last: this.last,
    };
    return meets && completable(goals, rule, { ...state, pending: [] });
  }
}

const NO_OTHERS = { key: 'none', automaton: new Literals([]) };

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
  private comma: readonly Position[] | undefined;
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
      if (where === 'value' && frame.takesMore) out.push(...this.afterComma);
    } else if (byte === 0x22) {
      if (where !== 'value' && frame.takesMore) out.push((this.key ??= KeyPosition.begin(frame)));
    } else if (frame.value.matching.flexible && isSpace(byte)) out.push(this);
  }

  private get afterComma(): readonly Position[] {
    return (this.comma ??= this.frame.value.matching.separated([new Between(this.frame, 'comma')]));
  }
}

/** Between a name and its value: the colon. */
export class AfterKey implements Position {
  readonly id: number;
  readonly bytes = COLON;
  readonly spacious: boolean;
  readonly final = false;
  private readonly flexible: boolean;
  private readonly matching: Matching;
  private readonly options: readonly (readonly [ObjectFrame, Goal])[];
  private next: readonly Position[] | undefined;

  constructor(options: readonly (readonly [ObjectFrame, Goal])[], matching: Matching) {
    this.id = matching.nextId();
    this.spacious = matching.flexible;
    this.flexible = matching.flexible;
    this.matching = matching;
    this.options = options;
  }

  step(byte: number, _reading: Reading, out: Position[]): void {
    if (byte === 0x3a) out.push(...this.value);
    else if (this.flexible && isSpace(byte)) out.push(this);
  }

  private get value(): readonly Position[] {
    return (this.next ??= this.matching.separated(
      this.options.map(([frame, goal]) => frame.alone.value(goal)),
    ));
  }
}
