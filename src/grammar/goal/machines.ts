import { LIMITS } from '../limits.ts';
import { NumberMachine } from '../number/number-machine.ts';
import { isFree, type NumberRule } from '../number/number-rule.ts';
import { Recent } from '../recent.ts';
import { type PatternTerm, patternAutomaton } from '../regex/compile.ts';
import type { Automaton } from '../text/automaton.ts';
import { bounded } from '../text/bounded.ts';
import type { Spelling } from '../text/decoding.ts';
import type { Literals } from '../text/literals.ts';
import { StringMachine } from '../text/string-machine.ts';
import type { StringRule } from './shape.ts';

const strings = new Recent<string, StringMachine>(LIMITS.sharedBytes, ({ weight }) => weight);
const rules = new Recent<string, StringRule>(LIMITS.sharedBytes, ({ machine }) => machine.weight);
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

/** How many code points the texts of patterns may have, with the automaton that knows it where counting does not do. */
export function stringRule(
  parts: readonly PatternTerm[],
  min: number,
  max: number,
  spelling: Spelling,
): StringRule {
  const counted = (): StringRule => ({ machine: stringMachine(parts, [], spelling), min, max });
  const [only] = parts;
  if (only === undefined) return counted();
  // One pattern without assertions leads to acceptance from each of its states.
  const plain =
    parts.length === 1 && 'source' in only && only.negative !== true && !only.source.includes('(?');
  if (plain && min === 0 && max === Number.POSITIVE_INFINITY) return counted();
  const make = (): StringRule => {
    const found = bounded(patternAutomaton(parts), min, max);
    if (found === undefined) return counted();
    const machine = stringMachine([], [found.automaton], spelling);
    return found.counts ? { machine, min: 0, max: Number.POSITIVE_INFINITY } : { machine, min, max };
  };
  return rules.take(
    `${spelling}${min};${max}${JSON.stringify(parts)}`,
    make,
    ({ machine }) => machine.size > LIMITS.stringStates / 2,
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

/** `checked`: the number is judged once more when it ends, which no exponent may have made too late for. */
export function numberMachine(rule: NumberRule, plain: boolean, checked: boolean): NumberMachine {
  const exponents = !plain || (isFree(rule) && !checked);
  const make = (): NumberMachine => new NumberMachine(rule, plain, exponents);
  const key = `${plain}${exponents}${rule.integer}${rule.low}${rule.lowOpen}${rule.high}${rule.highOpen}|${rule.multiples.join()}|${rule.nonMultiples?.join()}|${rule.excluded?.join()}|${rule.values?.join()}`;
  return numbers.take(key, make, () => false);
}
