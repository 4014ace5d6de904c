import { LIMITS } from '../limits.ts';
import { NumberMachine } from '../number/number-machine.ts';
import type { NumberRule } from '../number/number-rule.ts';
import { Recent } from '../recent.ts';
import { type PatternPart, patternAutomaton } from '../regex/compile.ts';
import type { Automaton } from '../text/automaton.ts';
import type { Spelling } from '../text/decoding.ts';
import type { Literals } from '../text/literals.ts';
import { StringMachine } from '../text/string-machine.ts';

const strings = new Recent<string, StringMachine>(LIMITS.sharedBytes, ({ weight }) => weight);
const keys = new Recent<string, StringMachine>(LIMITS.sharedBytes, ({ weight }) => weight);
const numbers = new Recent<string, NumberMachine>(LIMITS.sharedBytes, ({ weight }) => weight);

const ANY_TEXT: Readonly<Record<Spelling, StringMachine>> = {
  json: new StringMachine([], 'json', { joined: true, open: false }),
  canonical: new StringMachine([], 'canonical', { joined: true, open: false }),
  raw: new StringMachine([], 'raw', { joined: true, open: false }),
};

export function stringMachine(
  parts: readonly PatternPart[],
  others: readonly Automaton[],
  spelling: Spelling,
): StringMachine {
  const options = { joined: true, open: false };
  if (parts.length === 0 && others.length === 0) return ANY_TEXT[spelling];
  if (others.length > 0)
    return new StringMachine(
      parts.length > 0 ? [patternAutomaton(parts), ...others] : others,
      spelling,
      options,
    );
  const make = (): StringMachine =>
    new StringMachine(parts.length > 0 ? [patternAutomaton(parts)] : [], spelling, options);
  return strings.take(
    `${spelling}${JSON.stringify(parts)}`,
    make,
    (machine) => machine.size > LIMITS.stringStates / 2,
  );
}

/** Names of an object's properties: the known ones, then its patterns; `open`: any other name stays possible. */
export function keyMachine(
  names: Literals,
  patterns: readonly string[],
  spelling: Spelling,
  open: boolean,
): StringMachine {
  const make = (): StringMachine =>
    new StringMachine(
      [names, ...patterns.map((source) => patternAutomaton([{ source, search: true }]))],
      spelling,
      { joined: false, open },
    );
  // Without patterns a machine is quickly made; with them, what it has learnt of the vocabulary is worth keeping.
  if (patterns.length === 0) return make();
  return keys.take(
    `${spelling}${open}${JSON.stringify([names.texts, patterns])}`,
    make,
    (machine) => machine.size > LIMITS.stringStates / 2,
  );
}

export function numberMachine(rule: NumberRule, plain: boolean): NumberMachine {
  const make = (): NumberMachine => new NumberMachine(rule, plain);
  const key = `${plain}${rule.integer}${rule.low}${rule.lowOpen}${rule.high}${rule.highOpen}|${rule.multiples.join()}|${rule.values?.join()}`;
  return numbers.take(key, make, () => false);
}
