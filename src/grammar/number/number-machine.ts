import { anyBetween, isFree, mirrored, type NumberRule, numberHolds } from './number-rule.ts';

type Phase = 'start' | 'minus' | 'zero' | 'integer' | 'point' | 'fraction' | 'e' | 'sign' | 'exponent';

/** A number begun. Equal keys have equal futures, whatever digits led there. */
export interface NumberState {
  readonly text: string;
  readonly phase: Phase;
  readonly key: string;
  readonly ends: boolean;
}

const LARGEST_EXPONENT = 400;

/**
 * The decimal texts of the numbers that a rule allows, with exponents or without. `plain` writes numbers as a person would: integers without a fraction; otherwise every text that JSON.parse reads as such a number.
 */
export class NumberMachine {
  readonly rule: NumberRule;
  readonly start: NumberState;
  private readonly plain: boolean;
  private readonly exponents: boolean;
  private readonly negative: NumberRule;
  private readonly free: boolean;
  private readonly texts: readonly string[] | undefined;
  /** No number of the rule but 0 is closer to 0. */
  private readonly least: number;
  private states = new Map<string, NumberState | null>();

  constructor(rule: NumberRule, plain: boolean, exponents: boolean) {
    this.rule = rule;
    this.plain = plain;
    this.exponents = exponents;
    this.negative = mirrored(rule);
    this.free = isFree(rule);
    this.least = Math.max(0, rule.integer ? 1 : 0, ...rule.multiples) * 0.999;
    this.texts =
      plain && rule.values !== undefined ? rule.values.map((value) => JSON.stringify(value)) : undefined;
    this.start = { text: '', phase: 'start', key: '', ends: false };
  }

  /** Bytes, roughly. */
  get weight(): number {
    return 1024 + this.states.size * 256;
  }

  /** Null where no number of the rule begins so. */
  step(state: NumberState, byte: number): NumberState | null {
    const text = state.text + String.fromCharCode(byte);
    const known = this.states.get(text);
    if (known !== undefined) return known;
    const next = this.compute(state, byte, text);
    if (this.states.size > 20_000) this.states = new Map();
    this.states.set(text, next);
    return next;
  }

  /**
   * However many digits follow, up to `most`, the text is let through. Says no where finding out would take more than
   * a comparison of the numbers that lie ahead with the bounds.
   */
  takesDigits(state: NumberState, most: number): boolean {
    const { text, phase } = state;
    if (phase !== 'integer' && phase !== 'point' && phase !== 'fraction') return false;
    if (this.texts !== undefined || text.length + most > 240) return false;
    if (this.free || (!this.plain && numberHolds(this.rule, 0))) return true;
    const rule = text.startsWith('-') ? this.negative : this.rule;
    if (rule.multiples.length > 0 || rule.values !== undefined) return false;
    const value = Math.abs(Number(text));
    if (value < rule.low || (value === rule.low && rule.lowOpen)) return false;
    if (phase === 'integer') return (value + 1) * 10 ** most < Math.min(rule.high, Number.MAX_SAFE_INTEGER);
    return !rule.integer && value + 10 ** -(text.length - text.indexOf('.') - 1) < rule.high;
  }

  get possible(): boolean {
    if (this.rule.values !== undefined) return this.rule.values.length > 0;
    return (
      this.free ||
      anyBetween(this.rule, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY) ||
      numberHolds(this.rule, 0)
    );
  }

  private compute(state: NumberState, byte: number, text: string): NumberState | null {
    const phase = follow(state.phase, byte);
    if (phase === undefined) return null;
    if (this.texts !== undefined) {
      if (!this.texts.some((value) => value.startsWith(text))) return null;
      return { text, phase, key: text, ends: this.texts.includes(text) };
    }
    if (this.plain && this.rule.integer && !(phase === 'minus' || phase === 'zero' || phase === 'integer'))
      return null;
    if (!this.exponents && (phase === 'e' || phase === 'sign' || phase === 'exponent')) return null;
    if (!this.alive(text, phase)) return null;
    const whole = phase === 'zero' || phase === 'integer' || phase === 'fraction' || phase === 'exponent';
    const ends = whole && numberHolds(this.rule, Number(text)) && !(this.plain && text === '-0');
    return {
      text,
      phase,
      key: this.settled(text, phase) ? `${phase}${text.startsWith('-') ? '-' : ''}` : text,
      ends,
    };
  }

  /** Whatever digits follow, the number stays within the rule: which digits there were makes no difference. */
  private settled(text: string, phase: Phase): boolean {
    const { rule } = this;
    if (
      text.length > 250 ||
      rule.multiples.length > 0 ||
      rule.nonMultiples !== undefined ||
      rule.excluded !== undefined ||
      rule.values !== undefined
    )
      return false;
    if (
      phase !== 'zero' &&
      phase !== 'integer' &&
      (rule.integer || (phase !== 'point' && phase !== 'fraction'))
    )
      return false;
    const negative = text.startsWith('-');
    const sided = negative ? this.negative : rule;
    const value = Math.abs(Number(text));
    return (
      sided.high === Number.POSITIVE_INFINITY &&
      (value > sided.low || (value === sided.low && !sided.lowOpen))
    );
  }

  private alive(text: string, phase: Phase): boolean {
    const negative = text.startsWith('-');
    const rule = negative ? this.negative : this.rule;
    // A person writes no -0: something smaller must follow.
    if (this.plain && negative && (phase === 'minus' || phase === 'zero')) {
      const low = Math.max(0, rule.low);
      const below = { ...rule, low, lowOpen: low === 0 || rule.lowOpen };
      return anyBetween(below, 0, phase === 'minus' ? Number.POSITIVE_INFINITY : 1);
    }
    if (phase === 'minus')
      return (
        this.free || anyBetween(rule, 0, Number.POSITIVE_INFINITY) || (!this.plain && numberHolds(rule, 0))
      );
    if (phase === 'e' || phase === 'sign' || phase === 'exponent') return this.exponentAlive(text, phase);
    const digits = negative ? text.slice(1) : text;
    if (this.free && digits.length < 250) return true;
    if (anyWithin(rule, digits, 0)) return true;
    if (this.plain) return phase === 'integer' && Number(digits) > 0 && this.shifted(rule, digits, 1, 308);
    if (Number(digits) === 0) return anyBetween(rule, 0, Number.POSITIVE_INFINITY) || numberHolds(rule, 0);
    return numberHolds(rule, 0) || this.shifted(rule, digits, 1, 308) || this.shifted(rule, digits, -1, -330);
  }

  /** A number that begins with these digits, its point moved. */
  private shifted(rule: NumberRule, digits: string, from: number, to: number): boolean {
    const step = from < to ? 1 : -1;
    for (let k = from; k !== to + step; k += step) {
      const [low, high] = within(digits, k);
      if (
        step > 0
          ? low > rule.high || !Number.isFinite(low)
          : high < rule.low || high <= this.least || low === 0
      )
        return false;
      if (anyBetween(rule, low, high)) return true;
    }
    return false;
  }

  private exponentAlive(text: string, phase: Phase): boolean {
    const at = text.search(/e/i);
    const mantissa = text.slice(0, at);
    const written = text.slice(at + 1);
    if (this.free && phase !== 'exponent') return true;
    const digits = written.replace(/^[+-]/, '').replace(/^0+(?=.)/, '');
    const signs = written.startsWith('-') ? ['-'] : written === '' ? ['', '-'] : [''];
    for (const sign of signs) {
      if (digits !== '' && numberHolds(this.rule, Number(`${mantissa}e${sign}${digits}`))) return true;
      for (let k = 0; k <= LARGEST_EXPONENT; k++) {
        if (digits !== '' && digits !== '0' && !String(k).startsWith(digits)) continue;
        if (numberHolds(this.rule, Number(`${mantissa}e${sign}${k}`))) return true;
      }
    }
    return false;
  }
}

/**
 * The doubles from `low` to below `high` are those that decimals with these first digits stand for, times 10^`shift`.
 * Both ends are rounded once, from the exact decimal: 0.3 tenfold is 3 here, and not a little more.
 */
function within(digits: string, shift: number): readonly [number, number] {
  const point = digits.indexOf('.');
  const places = point < 0 ? 0 : digits.length - point - 1;
  const mantissa = BigInt(digits.replace('.', ''));
  const low = Number(`${mantissa}e${shift - places}`);
  const high = Number(`${mantissa + 1n}e${shift - places}`);
  // Past 2^53 the next number is further away than one.
  return [low, Math.max(high, low * (1 + 2 ** -52))];
}

function anyWithin(rule: NumberRule, digits: string, shift: number): boolean {
  const [low, high] = within(digits, shift);
  return anyBetween(rule, low, high);
}

function follow(phase: Phase, byte: number): Phase | undefined {
  const digit = byte >= 0x30 && byte <= 0x39;
  const e = byte === 0x65 || byte === 0x45;
  switch (phase) {
    case 'start':
      return byte === 0x2d ? 'minus' : byte === 0x30 ? 'zero' : digit ? 'integer' : undefined;
    case 'minus':
      return byte === 0x30 ? 'zero' : digit ? 'integer' : undefined;
    case 'zero':
      return byte === 0x2e ? 'point' : e ? 'e' : undefined;
    case 'integer':
      return digit ? 'integer' : byte === 0x2e ? 'point' : e ? 'e' : undefined;
    case 'point':
      return digit ? 'fraction' : undefined;
    case 'fraction':
      return digit ? 'fraction' : e ? 'e' : undefined;
    case 'e':
      return byte === 0x2b || byte === 0x2d ? 'sign' : digit ? 'exponent' : undefined;
    default:
      return digit ? 'exponent' : undefined;
  }
}
