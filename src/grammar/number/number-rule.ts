/** What a number must satisfy. Bounds are doubles, as JSON.parse and Ajv read them. */
export interface NumberRule {
  readonly integer: boolean;
  readonly low: number;
  readonly lowOpen: boolean;
  readonly high: number;
  readonly highOpen: boolean;
  readonly multiples: readonly number[];
  /** It is a multiple of none of these. */
  readonly nonMultiples?: readonly number[];
  /** It is none of these. */
  readonly excluded?: readonly number[];
  /** Only these, where the schema enumerates. */
  readonly values?: readonly number[];
}

export const ANY_NUMBER: NumberRule = {
  integer: false,
  low: Number.NEGATIVE_INFINITY,
  lowOpen: false,
  high: Number.POSITIVE_INFINITY,
  highOpen: false,
  multiples: [],
};

export function both(a: NumberRule, b: NumberRule): NumberRule {
  const low = a.low > b.low || (a.low === b.low && a.lowOpen) ? a : b;
  const high = a.high < b.high || (a.high === b.high && a.highOpen) ? a : b;
  return {
    integer: a.integer || b.integer,
    low: low.low,
    lowOpen: low.lowOpen,
    high: high.high,
    highOpen: high.highOpen,
    multiples: [...new Set([...a.multiples, ...b.multiples])],
    ...joined('nonMultiples', a, b),
    ...joined('excluded', a, b),
  };
}

function joined(
  key: 'nonMultiples' | 'excluded',
  a: NumberRule,
  b: NumberRule,
): { readonly [Key in typeof key]?: readonly number[] } {
  const all = [...(a[key] ?? []), ...(b[key] ?? [])];
  return all.length === 0 ? {} : { [key]: [...new Set(all)] };
}

/** The rule seen in a mirror: what `-x` must satisfy. */
export function mirrored(rule: NumberRule): NumberRule {
  const turned = {
    ...rule,
    ...(rule.excluded === undefined ? {} : { excluded: rule.excluded.map((value) => -value) }),
    low: -rule.high,
    lowOpen: rule.highOpen,
    high: -rule.low,
    highOpen: rule.lowOpen,
  };
  return rule.values === undefined ? turned : { ...turned, values: rule.values.map((value) => -value) };
}

export function isFree(rule: NumberRule): boolean {
  return (
    rule.low === Number.NEGATIVE_INFINITY &&
    rule.high === Number.POSITIVE_INFINITY &&
    rule.multiples.length === 0 &&
    rule.nonMultiples === undefined &&
    rule.excluded === undefined &&
    rule.values === undefined
  );
}

export function numberHolds(rule: NumberRule, value: number): boolean {
  if (rule.values !== undefined) return rule.values.includes(value);
  if (!Number.isFinite(value) || (rule.integer && !Number.isInteger(value))) return false;
  if (value < rule.low || (rule.lowOpen && value === rule.low)) return false;
  if (value > rule.high || (rule.highOpen && value === rule.high)) return false;
  if (rule.excluded?.includes(value) === true) return false;
  if (rule.nonMultiples?.some((step) => isMultiple(value, step)) === true) return false;
  return rule.multiples.every((step) => isMultiple(value, step));
}

/**
 * Exact on decimals: 19.99 is a multiple of 0.01, whatever their doubles' quotient. A quotient that overflows is
 * no integer.
 */
export function isMultiple(value: number, step: number): boolean {
  if (value === 0) return true;
  if (!Number.isFinite(value)) return false;
  const quotient = value / step;
  if (Number.isInteger(quotient) && Number.isInteger(step))
    return Number.isInteger(value) || value % step === 0;
  // The common cases without long arithmetic: whole numbers of hundredths, and what is plainly between two multiples.
  if (
    Number.isInteger(value) &&
    Number.isInteger(1 / step) &&
    1 / step < 1e6 &&
    Number.isInteger(Math.log10(1 / step))
  )
    return true;
  if (Math.abs(quotient) < 2 ** 40 && Math.abs(quotient - Math.round(quotient)) > 1e-3) return false;
  const [a, shiftA] = decimal(value);
  const [b, shiftB] = decimal(step);
  const shift = Math.max(shiftA, shiftB);
  if (shift - shiftA > 700 || shift - shiftB > 700) return Number.isInteger(quotient);
  return (a * 10n ** BigInt(shift - shiftA)) % (b * 10n ** BigInt(shift - shiftB)) === 0n;
}

/** The shortest decimal that reads back as the double: `digits / 10^shift`. */
function decimal(value: number): readonly [bigint, number] {
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return [BigInt(whole + fraction), fraction.length - Number(exponent)];
}

/** Some number that satisfies the rule lies in [from, to). */
export function anyBetween(rule: NumberRule, from: number, to: number): boolean {
  if (rule.values !== undefined) return rule.values.some((value) => value >= from && value < to);
  let low = from;
  let lowOpen = false;
  if (rule.low > low || (rule.low === low && rule.lowOpen)) {
    low = rule.low;
    lowOpen = rule.lowOpen;
  }
  let high = to;
  let highOpen = true;
  if (rule.high < high) {
    high = rule.high;
    highOpen = rule.highOpen;
  }
  if (low > high || (low === high && (lowOpen || highOpen))) return false;
  const step = stepOf(rule);
  if (step === 0) return low < high || numberHolds(rule, low);
  if (rule.nonMultiples?.some((other) => isMultiple(step, other)) === true) return false;
  // Of neighbouring multiples only some can be excluded.
  const tries = 4 + (rule.excluded?.length ?? 0) + 16 * (rule.nonMultiples?.length ?? 0);
  if (high - low > step * tries) return true;
  const first = Math.ceil(low / step) - 1;
  // Doubles this far out have no neighbours one step away: leave it to the last digit.
  if (Math.abs(first) > 2 ** 50) return true;
  for (let k = first; k <= first + tries + 2; k++) {
    const value = Number((k * step).toPrecision(15));
    if (value < low || (lowOpen && value === low) || value > high || (highOpen && value === high)) continue;
    if (numberHolds(rule, value)) return true;
  }
  return false;
}

const stepsOf = new WeakMap<NumberRule, number>();

/** The least number that all values of the rule are multiples of; 0 where there is none. */
export function stepOf(rule: NumberRule): number {
  let step = stepsOf.get(rule);
  if (step === undefined) {
    const all = rule.integer ? [1, ...rule.multiples] : rule.multiples;
    step = all.reduce((least, other) => (least === 0 ? other : leastCommon(least, other)), 0);
    stepsOf.set(rule, step);
  }
  return step;
}

function leastCommon(a: number, b: number): number {
  if (isMultiple(a, b)) return a;
  if (isMultiple(b, a)) return b;
  const [one, shiftOne] = decimal(a);
  const [two, shiftTwo] = decimal(b);
  const shift = Math.max(shiftOne, shiftTwo);
  if (shift - shiftOne > 300 || shift - shiftTwo > 300) return Math.max(a, b);
  const x = one * 10n ** BigInt(shift - shiftOne);
  const y = two * 10n ** BigInt(shift - shiftTwo);
  let [big, small] = [x, y];
  while (small !== 0n) [big, small] = [small, big % small];
  return Number(`${(x / big) * y}e${-shift}`);
}
