import { DEAD } from './automaton.ts';
import type { Product } from './product.ts';

/** How a text is spelled in bytes: a JSON string's inside, or as it is. */
export type Spelling = 'json' | 'canonical' | 'raw';

/** The state after the closing quotation mark; it has no transitions. */
export const CLOSED = 0;

/** What may be half read of a character. */
export const WHOLE = 0;
/** UTF8_n: n continuation bytes are missing, `value` holds the bits so far. */
const UTF8_1 = 1;
const UTF8_2 = 2;
const UTF8_3 = 3;
const ESCAPE = 4;
/** HEX + digits read, 0 to 3. */
const HEX = 5;
/** A high surrogate was read; `value` is it. */
const HIGH = 9;
const HIGH_ESCAPE = 10;
/** HIGH_HEX + digits read; `value` = high * 65536 + digits. */
const HIGH_HEX = 11;
/** SKIP + missing bytes of a character whichever it is; the automata are already past it. */
const SKIP = 20;

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

/** Numbers the states: the automata's, and what is half read. */
export type Intern = (at: number, partial: number, value: number) => number;

/** From bytes to code points: UTF-8, escapes and surrogate pairs, one byte at a time, dead as soon as nothing can follow. */
export class Decoding {
  /** Code points that the last step completed. */
  made = 0;
  private readonly product: Product;
  private readonly spelling: Spelling;
  private readonly intern: Intern;

  constructor(product: Product, spelling: Spelling, intern: Intern) {
    this.product = product;
    this.spelling = spelling;
    this.intern = intern;
  }

  /** The state after a byte, or DEAD. */
  step(at: number, partial: number, value: number, byte: number): number {
    this.made = 0;
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

  /** Fewest code points still to come, one half read included. */
  least(at: number, partial: number, value: number): number {
    const { product } = this;
    if (partial === WHOLE) return product.shortest(at);
    if (partial > SKIP) return product.shortest(at) + 1;
    // A state of a frugal automaton is not made for this.
    if (product.shortest(at) === 0 && product.frugal) return 1;
    if (partial <= UTF8_3) return 1 + product.shortestAfter(at, ...utf8Range(partial, value));
    if (partial === ESCAPE) return this.leastEscape(at);
    if (partial < HIGH) return this.leastHex(at, ...unitRange(partial - HEX, value));
    return this.leastPaired(at, partial, value);
  }

  /** A high surrogate is read: it is half of a character, or one by itself before what follows. */
  private leastPaired(at: number, partial: number, value: number): number {
    const { product } = this;
    const high = partial >= HIGH_HEX ? Math.floor(value / 65536) : value;
    const [low, last] = partial >= HIGH_HEX ? unitRange(partial - HIGH_HEX, value % 65536) : [0, 0xffff];
    const base = 0x10000 + ((high - 0xd800) << 10) - 0xdc00;
    const pair =
      low <= 0xdfff && last >= 0xdc00
        ? 1 + product.shortestAfter(at, base + Math.max(low, 0xdc00), base + Math.min(last, 0xdfff))
        : Number.POSITIVE_INFINITY;
    const alone = product.step(at, high);
    if (alone === DEAD) return pair;
    if (partial === HIGH) return Math.min(pair, 1 + product.shortest(alone));
    return Math.min(
      pair,
      1 + (partial === HIGH_ESCAPE ? this.leastEscape(alone) : this.leastHex(alone, low, last)),
    );
  }

  private leastEscape(at: number): number {
    let least = this.leastHex(at, 0, 0xffff);
    for (const [byte, code] of Object.entries(SHORT)) {
      if (this.spelling === 'canonical' && byte === '47') continue;
      const next = this.product.step(at, code);
      if (next !== DEAD) least = Math.min(least, 1 + this.product.shortest(next));
    }
    return least;
  }

  /** After an escape of one of these code units; canonical JSON writes what it can as it is. */
  private leastHex(at: number, low: number, high: number): number {
    const { product } = this;
    const narrow = this.spelling === 'canonical' && low < 0x80 && high >= 0x20;
    const after = narrow
      ? Math.min(
          product.shortestAfter(at, low, Math.min(high, 0x1f)),
          product.shortestAfter(at, Math.max(low, 0x80), high),
        )
      : product.shortestAfter(at, low, high);
    return 1 + Math.min(after, this.leastPair(at, low, high));
  }

  /** Fewest code points after a character whose high surrogate is one of these code units. */
  private leastPair(at: number, low: number, high: number): number {
    if (low > 0xdbff || high < 0xd800) return Number.POSITIVE_INFINITY;
    const [first, last] = [Math.max(low, 0xd800), Math.min(high, 0xdbff)];
    return this.product.shortestAfter(
      at,
      0x10000 + ((first - 0xd800) << 10),
      0x103ff + ((last - 0xd800) << 10),
    );
  }

  /** The automata's state tells what is read: no character is half read, or it makes no difference which it is. */
  settled(partial: number): boolean {
    return partial === WHOLE || partial > SKIP;
  }

  /** Most code points still to come. */
  most(at: number, partial: number): number {
    return this.product.longest(at) + (partial > SKIP ? 1 : 0);
  }

  /** The automata's state if the text ended here; DEAD in the middle of a character. */
  final(at: number, partial: number, value: number): number {
    if (partial === WHOLE) return at;
    return partial === HIGH ? this.product.step(at, value) : DEAD;
  }

  /** A high surrogate that no low one followed is a character by itself, as it is to JSON.parse. */
  private alone(at: number, high: number, then: (next: number) => number): number {
    const next = this.product.step(at, high);
    if (next === DEAD) return DEAD;
    this.made++;
    return then(next);
  }

  private fromWhole(at: number, byte: number): number {
    if (this.spelling !== 'raw') {
      if (byte === 0x22) return this.product.accepts(at) ? CLOSED : DEAD;
      if (byte === 0x5c) return this.escapes(at) ? this.intern(at, ESCAPE, 0) : DEAD;
      if (byte < 0x20) return DEAD;
    }
    if (byte < 0x80) return this.whole(at, byte);
    if (byte >= 0xc2 && byte <= 0xdf) return this.lead(at, UTF8_1, byte & 0x1f);
    if (byte >= 0xe0 && byte <= 0xef) return this.lead(at, UTF8_2, byte & 0x0f);
    if (byte >= 0xf0 && byte <= 0xf4) return this.lead(at, UTF8_3, byte & 0x07);
    return DEAD;
  }

  /** Continuation bytes of a character that no automaton tells from its neighbours. */
  private skip(at: number, partial: number, byte: number): number {
    if (byte < 0x80 || byte > 0xbf) return DEAD;
    if (partial > SKIP + 1) return this.intern(at, partial - 1, 0);
    this.made++;
    return this.intern(at, WHOLE, 0);
  }

  private whole(at: number, code: number): number {
    const next = this.product.step(at, code);
    this.made++;
    return next === DEAD ? DEAD : this.intern(next, WHOLE, 0);
  }

  private lead(at: number, missing: number, bits: number): number {
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
      this.product.alike(low, high) &&
      bits !== 0 &&
      !(missing === 2 && bits === 0x0d) &&
      !(missing === 3 && bits === 4)
    ) {
      const next = this.product.step(at, low);
      return next === DEAD ? DEAD : this.intern(next, SKIP + missing, 0);
    }
    const lives =
      low < 0xd800 && high >= 0xd800 && high <= 0xdfff
        ? this.product.leadsOn(at, low, 0xd7ff)
        : this.product.leadsOn(at, low, high);
    return lives ? this.intern(at, missing, bits) : DEAD;
  }

  private continueUtf8(at: number, missing: number, bits: number, byte: number): number {
    if (byte < 0x80 || byte > 0xbf) return DEAD;
    const value = (bits << 6) | (byte & 0x3f);
    if (missing === 1) return this.whole(at, value);
    // An overlong or too large beginning has no completion; lead() knows by the range.
    const shift = 6 * (missing - 1);
    const low = value << shift;
    const high = low | ((1 << shift) - 1);
    if (missing === 2 && high < 0x800) return DEAD;
    if (missing === 3 && (high < 0x10000 || low > 0x10ffff)) return DEAD;
    if (low >= 0xd800 && high <= 0xdfff) return DEAD;
    if (
      this.product.alike(low, high) &&
      low >= 0x80 &&
      (missing !== 2 || low >= 0x800) &&
      (missing !== 3 || (low >= 0x10000 && high <= 0x10ffff))
    ) {
      const next = this.product.step(at, low);
      return next === DEAD ? DEAD : this.intern(next, SKIP + missing - 1, 0);
    }
    return this.product.leadsOn(at, low, Math.min(high, 0x10ffff))
      ? this.intern(at, missing - 1, value)
      : DEAD;
  }

  private escape(at: number, byte: number): number {
    if (byte === 0x75) return this.hex(at, 0, 0);
    const code = SHORT[byte];
    return code === undefined || (this.spelling === 'canonical' && byte === 0x2f)
      ? DEAD
      : this.whole(at, code);
  }

  /** Some escape leads on. */
  private escapes(at: number): boolean {
    if (this.hex(at, 0, 0) !== DEAD) return true;
    return Object.entries(SHORT).some(
      ([byte, code]) =>
        (this.spelling !== 'canonical' || byte !== '47') && this.product.step(at, code) !== DEAD,
    );
  }

  private highEscape(at: number, high: number): number {
    const alone = this.product.step(at, high);
    const lives = (alone !== DEAD && this.escapes(alone)) || this.lowHex(at, high, 0, 0) !== DEAD;
    return lives ? this.intern(at, HIGH_ESCAPE, high) : DEAD;
  }

  private hex(at: number, value: number, read: number): number {
    if (read === 4) {
      if (value >= 0xd800 && value <= 0xdbff)
        return this.anyPair(at, value, value) || this.product.step(at, value) !== DEAD
          ? this.intern(at, HIGH, value)
          : DEAD;
      return this.spelling === 'canonical' && value >= 0x20 && value < 0x80 ? DEAD : this.whole(at, value);
    }
    const shift = 4 * (4 - read);
    const low = value << shift;
    const high = low | ((1 << shift) - 1);
    const pairs =
      low <= 0xdbff && high >= 0xd800 && this.anyPair(at, Math.max(low, 0xd800), Math.min(high, 0xdbff));
    return pairs || this.anyEscaped(at, low, high) ? this.intern(at, HEX + read, value) : DEAD;
  }

  /** Some character that is spelled with one of these high surrogates leads on. */
  private anyPair(at: number, low: number, high: number): boolean {
    return this.product.leadsOn(at, 0x10000 + ((low - 0xd800) << 10), 0x103ff + ((high - 0xd800) << 10));
  }

  /** Canonical JSON writes what it can as it is, so that a name or an enum value has one spelling. */
  private anyEscaped(at: number, low: number, high: number): boolean {
    if (this.spelling !== 'canonical' || low >= 0x80 || high < 0x20)
      return this.product.leadsOn(at, low, high);
    return (
      (low < 0x20 && this.product.leadsOn(at, low, 0x1f)) ||
      (high >= 0x80 && this.product.leadsOn(at, 0x80, high))
    );
  }

  private lowHex(at: number, high: number, digits: number, read: number): number {
    if (read === 4) {
      if (digits >= 0xdc00 && digits <= 0xdfff)
        return this.whole(at, 0x10000 + ((high - 0xd800) << 10) + (digits - 0xdc00));
      return this.alone(at, high, (next) => this.hex(next, digits, 4));
    }
    const alone = this.product.step(at, high);
    const low = digits << (4 * (4 - read));
    const last = low + (1 << (4 * (4 - read))) - 1;
    const base = 0x10000 + ((high - 0xd800) << 10) - 0xdc00;
    const pairs =
      low <= 0xdfff &&
      last >= 0xdc00 &&
      this.product.leadsOn(at, base + Math.max(low, 0xdc00), base + Math.min(last, 0xdfff));
    const apart = (from: number, to: number): boolean =>
      from <= to && alone !== DEAD && this.anyEscaped(alone, from, to);
    const lives =
      pairs ||
      apart(low, Math.min(last, 0xdbff)) ||
      (low <= 0xdbff &&
        last >= 0xd800 &&
        alone !== DEAD &&
        this.anyPair(alone, Math.max(low, 0xd800), Math.min(last, 0xdbff))) ||
      apart(Math.max(low, 0xe000), last);
    return lives ? this.intern(at, HIGH_HEX + read, high * 65536 + digits) : DEAD;
  }
}

/** The code points that a character half read in UTF-8 may still be: no overlong spellings, none past the last. */
function utf8Range(missing: number, bits: number): readonly [number, number] {
  const shift = 6 * missing;
  const least = missing === UTF8_3 ? 0x10000 : missing === UTF8_2 ? 0x800 : 0x80;
  return [Math.max(bits << shift, least), Math.min(((bits + 1) << shift) - 1, 0x10ffff)];
}

/** The code units that hexadecimal digits begin. */
function unitRange(read: number, value: number): readonly [number, number] {
  const left = 4 * (4 - read);
  return [value << left, ((value + 1) << left) - 1];
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
