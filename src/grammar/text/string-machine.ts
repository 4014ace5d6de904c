import { GrammarError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { type Automaton, DEAD } from './automaton.ts';

/** How a text is spelled in bytes: a JSON string's inside, or as it is. */
export type Spelling = 'json' | 'canonical' | 'raw';

/** The state after the closing quotation mark; it has no transitions. */
export const CLOSED = 0;

interface State {
  /** One state per automaton; DEAD for those that have dropped out. */
  readonly at: readonly number[];
  /** Bytes or digits read of a character not yet whole; see the constants below. */
  readonly partial: number;
  readonly value: number;
  readonly id: number;
}

// What may be half read. UTF8_n: n continuation bytes are missing, `value` holds the bits so far.
const WHOLE = 0;
const UTF8_1 = 1;
const UTF8_2 = 2;
const UTF8_3 = 3;
const ESCAPE = 4;
const HEX = 5; // 5 + number of digits read, 0 to 3
const HIGH = 9; // a high surrogate was read, `value` is it
const HIGH_ESCAPE = 10;
const HIGH_HEX = 11; // 11 + digits read; value = high * 65536 + digits
const SKIP = 20; // 20 + missing bytes of a character whichever it is; `at` is already after it
const SHORT: Readonly<Record<number, number>> = {
  34: 0x22,
  92: 0x5c,
  47: 0x2f,
  98: 8,
  102: 12,
  110: 10,
  114: 13,
  116: 9,
};

/**
 * Automata over code points, run in step over the bytes of a JSON string (UTF-8 and escapes), as one automaton
 * over bytes whose states and transitions are made when first met. A `joined` machine dies with the first of its
 * automata (a value must satisfy all); an unjoined one tells at its end which of them accepted (a property name).
 */
export class StringMachine {
  readonly start: number;
  readonly automata: readonly Automaton[];
  readonly spelling: Spelling;
  private readonly joined: boolean;
  private readonly open: boolean;
  private readonly states: State[] = [];
  private readonly index = new Map<string, number>();
  private table = new Int32Array(256 * 4).fill(-2);
  private counts = new Uint8Array(256 * 4);
  private made = 0;
  private readonly leasts: number[] = [];
  private readonly wideness = new Map<number, boolean>();
  private plain: readonly number[] | undefined;
  private readonly boundaries: readonly number[];
  /** What the room keeps per state and vocabulary. */
  readonly memo = new WeakMap<object, Map<number, unknown>>();

  constructor(
    automata: readonly Automaton[],
    spelling: Spelling,
    options: { joined: boolean; open: boolean },
  ) {
    this.automata = automata;
    this.spelling = spelling;
    this.joined = options.joined;
    this.open = options.open;
    this.boundaries = [...new Set(automata.flatMap((automaton) => [...automaton.boundaries]))].sort(
      (a, b) => a - b,
    );
    this.intern([], -1, 0);
    const start = automata.map((automaton) => automaton.start);
    this.start = this.lives(start) ? this.intern(start, WHOLE, 0) : DEAD;
  }

  get size(): number {
    return this.states.length;
  }

  /** Next state after a byte, or DEAD. */
  step(state: number, byte: number): number {
    const slot = (state << 8) | byte;
    const known = this.table[slot]!;
    if (known !== -2) return known;
    this.made = 0;
    const next = this.compute(this.states[state]!, byte);
    this.table[slot] = next;
    this.counts[slot] = this.made;
    return next;
  }

  /** Code points that the step from a state by a byte completed: 0, 1 or 2 (a lone high surrogate and one more). */
  completed(state: number, byte: number): number {
    return this.counts[(state << 8) | byte]!;
  }

  /** Fewest code points that the string will have more, one half read included. */
  least(state: number): number {
    return (this.leasts[state] ??= this.findLeast(state));
  }

  private findLeast(state: number): number {
    const { partial } = this.states[state]!;
    const shortest = this.shortest(state);
    if (partial > SKIP) return shortest + 1;
    if (partial > HIGH_HEX && !this.pairs(state)) return Math.max(2, shortest);
    return partial > WHOLE ? Math.max(1, shortest) : shortest;
  }

  /** The low surrogate being read may still be one. */
  private pairs(state: number): boolean {
    const { partial, value } = this.states[state]!;
    const left = 4 * (4 - (partial - HIGH_HEX));
    const low = (value % 65536) << left;
    return low <= 0xdfff && low + (1 << left) > 0xdc00;
  }

  /** Most code points that it can have more. */
  most(state: number): number {
    return this.longest(state) + (this.states[state]!.partial > SKIP ? 1 : 0);
  }

  whole(state: number): boolean {
    return this.states[state]!.partial === WHOLE;
  }

  at(state: number): readonly number[] {
    return this.states[state]!.at;
  }

  /** Whether the text may end here, as far as the automata go (a lone high surrogate is resolved first). */
  ends(state: number): readonly boolean[] | undefined {
    const at = this.resolved(this.states[state]!);
    if (at === undefined) return undefined;
    return at.map((inner, i) => inner !== DEAD && this.automata[i]!.accepts(inner));
  }

  /** The automata's states if the text ended here; undefined in the middle of a character. */
  final(state: number): readonly number[] | undefined {
    return this.resolved(this.states[state]!);
  }

  shortest(state: number): number {
    return Math.max(
      0,
      ...this.at(state).map((inner, i) => (inner === DEAD ? 0 : this.automata[i]!.shortest(inner))),
    );
  }

  longest(state: number): number {
    return Math.min(
      ...this.at(state).map((inner, i) => (inner === DEAD ? 0 : this.automata[i]!.longest(inner))),
      Number.POSITIVE_INFINITY,
    );
  }

  /** No plain text can lead out of acceptance. */
  universal(state: number): boolean {
    const { at, partial } = this.states[state]!;
    return (
      partial === WHOLE &&
      at.every((inner, i) => (inner === DEAD ? !this.joined : this.automata[i]!.universal(inner)))
    );
  }

  /**
   * Plain text can never lead to a dead state from here; `free` also asks that the string may then end at once.
   * False where finding out would take more than a few states.
   */
  wide(state: number, free: boolean): boolean {
    const key = state * 2 + (free ? 1 : 0);
    let known = this.wideness.get(key);
    if (known === undefined) this.wideness.set(key, (known = this.findWide(state, free)));
    return known;
  }

  private findWide(state: number, free: boolean): boolean {
    if (!this.whole(state)) return false;
    if (this.open && !this.joined) return true;
    const seen = new Set<string>([this.at(state).join()]);
    const queue = [this.at(state)];
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      for (const code of this.plainCodes) {
        const next = this.advance(at, code);
        if (next === undefined) return false;
        if (free && next.some((inner, i) => inner !== DEAD && this.automata[i]!.shortest(inner) > 0))
          return false;
        const key = next.join();
        if (seen.has(key)) continue;
        if (seen.size >= 24) return false;
        seen.add(key);
        queue.push(next);
      }
    }
    return true;
  }

  /** One code point of every group of plain text. */
  private get plainCodes(): readonly number[] {
    if (this.plain !== undefined) return this.plain;
    const special = new Set([0x22, 0x5c, 0x2028, 0x2029]);
    const cuts = [...this.boundaries, 0x20, 0x23, 0x5d, 0x202a, 0xe000];
    this.plain = [...new Set(cuts)].filter(
      (code) => code >= 0x20 && !special.has(code) && (code < 0xd800 || code > 0xdfff),
    );
    return this.plain;
  }

  private resolved(state: State): readonly number[] | undefined {
    if (state.partial === WHOLE) return state.at;
    return state.partial === HIGH ? this.advance(state.at, state.value) : undefined;
  }

  private lives(at: readonly number[]): boolean {
    if (this.joined) return at.every((inner) => inner !== DEAD);
    return this.open || at.some((inner) => inner !== DEAD);
  }

  private advance(at: readonly number[], code: number): readonly number[] | undefined {
    const next: number[] = [];
    let lives = this.joined ? true : this.open;
    for (let i = 0; i < at.length; i++) {
      const inner = at[i] === DEAD ? DEAD : this.automata[i]!.step(at[i]!, code);
      if (inner !== DEAD) lives ||= !this.joined;
      else if (this.joined) return undefined;
      next.push(inner);
    }
    return lives ? next : undefined;
  }

  /** Some character from `low` to `high` leads on. */
  private anyIn(at: readonly number[], low: number, high: number): boolean {
    if (this.advance(at, low) !== undefined) return true;
    const cuts = this.boundaries;
    for (let i = this.boundaryAfter(low); i < cuts.length && cuts[i]! <= high; i++)
      if (this.advance(at, cuts[i]!) !== undefined) return true;
    return false;
  }

  /** Index of the first boundary beyond a code point. */
  private boundaryAfter(code: number): number {
    const cuts = this.boundaries;
    let from = 0;
    let to = cuts.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (cuts[middle]! <= code) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  private compute(state: State, byte: number): number {
    const { at, partial, value } = state;
    if (partial === -1) return DEAD;
    if (partial === WHOLE) return this.fromWhole(at, byte);
    if (partial <= UTF8_3) return this.continueUtf8(at, partial, value, byte);
    if (partial > SKIP) return this.skip(at, partial, byte);
    if (partial === ESCAPE) return this.escape(at, byte);
    if (partial === HIGH)
      return byte === 0x5c
        ? this.highEscape(at, value)
        : this.alone(at, value, (next) => this.fromWhole(next, byte));
    if (partial === HIGH_ESCAPE)
      return byte === 0x75
        ? this.lowHex(at, value, 0, 0)
        : this.alone(at, value, (next) => this.escape(next, byte));
    const digit = hexDigit(byte);
    if (digit < 0) return DEAD;
    if (partial < HIGH) return this.hex(at, (value << 4) | digit, partial - HEX + 1);
    return this.lowHex(at, Math.floor(value / 65536), ((value % 65536) << 4) | digit, partial - HIGH_HEX + 1);
  }

  /** A high surrogate that no low one followed is a character by itself, as it is to JSON.parse. */
  private alone(at: readonly number[], high: number, then: (next: readonly number[]) => number): number {
    const next = this.advance(at, high);
    if (next === undefined) return DEAD;
    this.made++;
    return then(next);
  }

  private fromWhole(at: readonly number[], byte: number): number {
    if (this.spelling !== 'raw') {
      if (byte === 0x22) return this.mayEnd(at) ? CLOSED : DEAD;
      if (byte === 0x5c) return this.escapes(at) ? this.intern(at, ESCAPE, 0) : DEAD;
      if (byte < 0x20) return DEAD;
    }
    if (byte < 0x80) return this.whole1(at, byte);
    if (byte >= 0xc2 && byte <= 0xdf) return this.lead(at, UTF8_1, byte & 0x1f);
    if (byte >= 0xe0 && byte <= 0xef) return this.lead(at, UTF8_2, byte & 0x0f);
    if (byte >= 0xf0 && byte <= 0xf4) return this.lead(at, UTF8_3, byte & 0x07);
    return DEAD;
  }

  private mayEnd(at: readonly number[]): boolean {
    const ends = (inner: number, i: number): boolean => inner !== DEAD && this.automata[i]!.accepts(inner);
    return this.joined ? at.every(ends) : this.open || at.some(ends);
  }

  /** Continuation bytes of a character that no automaton tells from its neighbours. */
  private skip(at: readonly number[], partial: number, byte: number): number {
    if (byte < 0x80 || byte > 0xbf) return DEAD;
    if (partial > SKIP + 1) return this.intern(at, partial - 1, 0);
    this.made++;
    return this.intern(at, WHOLE, 0);
  }

  private alike(low: number, high: number): boolean {
    const next = this.boundaries[this.boundaryAfter(low)];
    return next === undefined || next > high;
  }

  private whole1(at: readonly number[], code: number): number {
    const next = this.advance(at, code);
    this.made++;
    return next === undefined ? DEAD : this.intern(next, WHOLE, 0);
  }

  private lead(at: readonly number[], missing: number, bits: number): number {
    const shift = 6 * missing;
    let low = bits << shift;
    let high = low | ((1 << shift) - 1);
    if (missing === 2) low = Math.max(low, 0x800);
    if (missing === 3) low = Math.max(low, 0x10000);
    high = Math.min(high, 0x10ffff);
    if (low > high) return DEAD;
    // Surrogates have no UTF-8 spelling.
    if (low >= 0xd800 && high <= 0xdfff) return DEAD;
    if (
      this.alike(low, high) &&
      bits !== 0 &&
      !(missing === 2 && bits === 0x0d) &&
      !(missing === 3 && bits === 4)
    ) {
      const next = this.advance(at, low);
      return next === undefined ? DEAD : this.intern(next, SKIP + missing, 0);
    }
    const lives =
      low < 0xd800 && high >= 0xd800 && high <= 0xdfff
        ? this.anyIn(at, low, 0xd7ff)
        : this.anyIn(at, low, high);
    return lives ? this.intern(at, missing, bits) : DEAD;
  }

  private continueUtf8(at: readonly number[], missing: number, bits: number, byte: number): number {
    if (byte < 0x80 || byte > 0xbf) return DEAD;
    const value = (bits << 6) | (byte & 0x3f);
    if (missing > 1) {
      // An overlong or too large beginning has no completion; lead() knows by the range.
      const shift = 6 * (missing - 1);
      const low = value << shift;
      const high = low | ((1 << shift) - 1);
      if (missing === 2 && high < 0x800) return DEAD;
      if (missing === 3 && (high < 0x10000 || low > 0x10ffff)) return DEAD;
      if (low >= 0xd800 && high <= 0xdfff) return DEAD;
      if (
        this.alike(low, high) &&
        low >= 0x80 &&
        (missing !== 2 || low >= 0x800) &&
        (missing !== 3 || (low >= 0x10000 && high <= 0x10ffff))
      ) {
        const next = this.advance(at, low);
        return next === undefined ? DEAD : this.intern(next, SKIP + missing - 1, 0);
      }
      return this.anyIn(at, low, Math.min(high, 0x10ffff)) ? this.intern(at, missing - 1, value) : DEAD;
    }
    return this.whole1(at, value);
  }

  private escape(at: readonly number[], byte: number): number {
    if (byte === 0x75) return this.hex(at, 0, 0);
    const code = SHORT[byte];
    return code === undefined || (this.spelling === 'canonical' && byte === 0x2f)
      ? DEAD
      : this.whole1(at, code);
  }

  /** Some escape leads on. */
  private escapes(at: readonly number[]): boolean {
    if (this.hex(at, 0, 0) !== DEAD) return true;
    return Object.entries(SHORT).some(
      ([byte, code]) =>
        (this.spelling !== 'canonical' || byte !== '47') && this.advance(at, code) !== undefined,
    );
  }

  private highEscape(at: readonly number[], high: number): number {
    const alone = this.advance(at, high);
    const lives = (alone !== undefined && this.escapes(alone)) || this.lowHex(at, high, 0, 0) !== DEAD;
    return lives ? this.intern(at, HIGH_ESCAPE, high) : DEAD;
  }

  private hex(at: readonly number[], value: number, read: number): number {
    if (read === 4) {
      if (value >= 0xd800 && value <= 0xdbff)
        return this.anyPair(at, value, value) || this.advance(at, value) !== undefined
          ? this.intern(at, HIGH, value)
          : DEAD;
      return this.spelling === 'canonical' && value >= 0x20 && value < 0x80 ? DEAD : this.whole1(at, value);
    }
    const shift = 4 * (4 - read);
    const low = value << shift;
    const high = low | ((1 << shift) - 1);
    const pairs =
      low <= 0xdbff && high >= 0xd800 && this.anyPair(at, Math.max(low, 0xd800), Math.min(high, 0xdbff));
    return pairs || this.anyEscaped(at, low, high) ? this.intern(at, HEX + read, value) : DEAD;
  }

  private hexPair(at: readonly number[] | undefined, low: number, high: number): boolean {
    return at !== undefined && this.anyPair(at, Math.max(low, 0xd800), Math.min(high, 0xdbff));
  }

  /** Some character that is spelled with one of these high surrogates leads on. */
  private anyPair(at: readonly number[], low: number, high: number): boolean {
    return this.anyIn(at, 0x10000 + ((low - 0xd800) << 10), 0x103ff + ((high - 0xd800) << 10));
  }

  /** Canonical JSON writes what it can as it is, so that a name or an enum value has one spelling. */
  private anyEscaped(at: readonly number[], low: number, high: number): boolean {
    if (this.spelling !== 'canonical' || low >= 0x80 || high < 0x20) return this.anyIn(at, low, high);
    return (low < 0x20 && this.anyIn(at, low, 0x1f)) || (high >= 0x80 && this.anyIn(at, 0x80, high));
  }

  private lowHex(at: readonly number[], high: number, digits: number, read: number): number {
    if (read === 4) {
      if (digits >= 0xdc00 && digits <= 0xdfff)
        return this.whole1(at, 0x10000 + ((high - 0xd800) << 10) + (digits - 0xdc00));
      return this.alone(at, high, (next) => this.hex(next, digits, 4));
    }
    const alone = this.advance(at, high);
    const low = digits << (4 * (4 - read));
    const last = low + (1 << (4 * (4 - read))) - 1;
    const base = 0x10000 + ((high - 0xd800) << 10) - 0xdc00;
    const pairs =
      low <= 0xdfff &&
      last >= 0xdc00 &&
      this.anyIn(at, base + Math.max(low, 0xdc00), base + Math.min(last, 0xdfff));
    const apart = (from: number, to: number): boolean =>
      from <= to && alone !== undefined && this.anyEscaped(alone, from, to);
    const lives =
      pairs ||
      apart(low, Math.min(last, 0xdbff)) ||
      (low <= 0xdbff && last >= 0xd800 && this.hexPair(alone, low, last)) ||
      apart(Math.max(low, 0xe000), last);
    return lives ? this.intern(at, HIGH_HEX + read, high * 65536 + digits) : DEAD;
  }

  private intern(at: readonly number[], partial: number, value: number): number {
    const key = `${partial}:${value}:${at.join()}`;
    const known = this.index.get(key);
    if (known !== undefined) return known;
    const id = this.states.length;
    if (id >= LIMITS.stringStates)
      throw new GrammarError('grammar_too_complex', { what: 'string states', limit: LIMITS.stringStates });
    this.states.push({ at, partial, value, id });
    this.index.set(key, id);
    if (this.table.length < (id + 1) << 8) {
      const grown = new Int32Array(this.table.length * 2).fill(-2);
      grown.set(this.table);
      this.table = grown;
      const counts = new Uint8Array(grown.length);
      counts.set(this.counts);
      this.counts = counts;
    }
    return id;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
