import { GrammarError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Rule } from './syntax.ts';

export type Rules = ReadonlyMap<string, Rule>;

/** Rules that may read nothing at all. */
export function nullableRules(rules: Rules): ReadonlySet<string> {
  return closure(rules, (rule, found) => mayBeEmpty(rule, found));
}

/** Every rule that is called must be there, and every rule must be able to come to an end. */
export function checkEnds(rules: Rules): void {
  const found = closure(rules, ends);
  for (const [name, rule] of rules) {
    for (const call of callsIn(rule))
      if (!rules.has(call.name)) fail(call.line, `there is no rule ${call.name}`);
    if (!found.has(name)) fail(1, `the rule ${name} never comes to an end`);
  }
}

function mayBeEmpty(rule: Rule, found: ReadonlySet<string>): boolean {
  switch (rule.kind) {
    case 'set':
      return false;
    case 'call':
      return found.has(rule.name);
    case 'repeat':
      return rule.min === 0 || mayBeEmpty(rule.body, found);
    case 'choice':
      return rule.parts.some((part) => mayBeEmpty(part, found));
    case 'sequence':
      return rule.parts.every((part) => mayBeEmpty(part, found));
  }
}

function ends(rule: Rule, found: ReadonlySet<string>): boolean {
  switch (rule.kind) {
    case 'set':
      return rule.set.length > 0;
    case 'call':
      return found.has(rule.name);
    case 'repeat':
      return rule.min === 0 || ends(rule.body, found);
    case 'choice':
      return rule.parts.some((part) => ends(part, found));
    case 'sequence':
      return rule.parts.every((part) => ends(part, found));
  }
}

/** The least set of rules that holds `test` of each. A rule is looked at again when one that it calls comes in. */
function closure(
  rules: Rules,
  test: (rule: Rule, found: ReadonlySet<string>) => boolean,
): ReadonlySet<string> {
  const callers = new Map<string, string[]>();
  const sizes = new Map<string, number>();
  for (const [name, rule] of rules) {
    const calls = callsIn(rule);
    sizes.set(name, calls.length + 1);
    for (const call of new Set(calls.map((one) => one.name))) add(callers, call, name);
  }
  const found = new Set<string>();
  const pending = [...rules.keys()];
  let work = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    work += sizes.get(name)!;
    if (work > LIMITS.gbnfWork)
      throw new GrammarError('grammar_too_complex', { what: 'steps over its rules', limit: LIMITS.gbnfWork });
    if (found.has(name) || !test(rules.get(name)!, found)) continue;
    found.add(name);
    for (const caller of callers.get(name) ?? []) pending.push(caller);
  }
  return found;
}

interface Call {
  readonly name: string;
  readonly line: number;
}

function callsIn(rule: Rule, out: Call[] = []): readonly Call[] {
  if (rule.kind === 'call') out.push(rule);
  else if (rule.kind === 'repeat') callsIn(rule.body, out);
  else if (rule.kind !== 'set') for (const part of rule.parts) callsIn(part, out);
  return out;
}

/** `begins`: for each rule, those it may begin with before anything is read. None may lead back to itself. */
export function checkLeftRecursion(begins: ReadonlyMap<string, ReadonlySet<string>>): void {
  const callers = new Map<string, string[]>();
  const open = new Map<string, number>();
  for (const [name, firsts] of begins) {
    open.set(name, firsts.size);
    for (const first of firsts) add(callers, first, name);
  }
  const done = [...open].filter(([, count]) => count === 0).map(([name]) => name);
  for (const name of done) {
    open.delete(name);
    for (const caller of callers.get(name) ?? []) {
      const left = open.get(caller)! - 1;
      open.set(caller, left);
      if (left === 0) done.push(caller);
    }
  }
  // What is left leads into a circle: following it long enough ends up inside.
  let name = open.keys().next().value;
  if (name === undefined) return;
  for (let i = open.size; i > 0; i--) name = [...begins.get(name!)!].find((first) => open.has(first));
  throw new GrammarError('grammar_left_recursion', { rule: name! });
}

function add(lists: Map<string, string[]>, key: string, name: string): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [name]);
  else known.push(name);
}

function fail(line: number, reason: string): never {
  throw new GrammarError('grammar_syntax', { line, reason });
}
