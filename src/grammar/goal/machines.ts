import { LIMITS } from '../limits.ts';
import { NumberMachine } from '../number/number-machine.ts';
import type { NumberRule } from '../number/number-rule.ts';
import { Recent } from '../recent.ts';
import { type PatternTerm, patternAutomaton } from '../regex/compile.ts';
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
  parts: readonly PatternTerm[],
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

/**
 * Names of an object's properties: the known ones, its patterns, and `others`, which are the names that may come
 * beside the known ones; any, where it is undefined.
 */
export function keyMachine(
  names: Literals,
  patterns: readonly string[],
  spelling: Spelling,
  others: { readonly key: string; readonly automaton: Automaton } | undefined,
): StringMachine {
  const make = (): StringMachine =>
    new StringMachine(
      [
        names,
        ...patterns.map((source) => patternAutomaton([{ source, search: true }])),
        ...(others === undefined ? [] : [others.automaton]),
      ],
      spelling,
      { joined: false, open: others === undefined, marks: patterns.map((_, i) => i + 1) },
    );
  // Without patterns a machine is quickly made; with them, what it has learnt of the vocabulary is worth keeping.
  if (patterns.length === 0 && others === undefined) return make();
  return keys.take(
    `${spelling}${JSON.stringify([names.texts, patterns, others?.key])}`,
    make,
    (machine) => machine.size > LIMITS.stringStates / 2,
  );
}

export function numberMachine(rule: NumberRule, plain: boolean): NumberMachine {
  const make = (): NumberMachine => new NumberMachine(rule, plain);
  const key = `${plain}${rule.integer}${rule.low}${rule.lowOpen}${rule.high}${rule.highOpen}|${rule.multiples.join()}|${rule.nonMultiples?.join()}|${rule.excluded?.join()}|${rule.values?.join()}`;
  return numbers.take(key, make, () => false);
}
