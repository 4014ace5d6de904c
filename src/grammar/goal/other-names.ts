import { formatPart } from '../formats/formats.ts';
import { anyOf, escapePattern, type PatternTerm, patternAutomaton } from '../regex/compile.ts';
import { type SchemaNode, TYPE } from '../schema/node.ts';
import { type Automaton, DEAD } from '../text/automaton.ts';
import { Literals } from '../text/literals.ts';
import { allWords, someWords } from '../text/words.ts';
import type { Expander } from './expand.ts';
import type { Goals } from './goals.ts';
import type { Need, ObjectRule } from './shape.ts';

/** Fewer names than this are known one by one. */
const FEW_NAMES = 64;
/** Beyond so many patterns it is not asked which of them exclude each other. */
const FEW_PATTERNS = 4;
const SHORT = 16;
const NONE: PatternTerm = { all: [], negative: true };

/** Names that may come beside those that keywords mention. */
export interface Others {
  readonly key: string;
  readonly automaton: Automaton;
  /** All of them, where they are few; otherwise some. */
  readonly names: readonly string[];
  readonly few: boolean;
  /** None of them is long: a name whose last character is one way on needs to know the others. */
  readonly short: boolean;
  readonly parts: readonly PatternTerm[];
}

/** Undefined where any name may come, null where none may. */
export function othersOf(goals: Goals, expander: Expander, rule: ObjectRule): Others | undefined | null {
  const parts = otherParts(goals, expander, rule);
  if (parts.length === 0) return undefined;
  const large = patternAutomaton(parts);
  const all = allWords(large, FEW_NAMES + rule.names.length);
  if (all === undefined) {
    if (large.start === DEAD) return null;
    const short = large.longest(large.start) <= SHORT;
    const names = someWords(large, 8 + rule.names.length).filter((name) => !rule.names.includes(name));
    return { key: JSON.stringify(parts), automaton: large, names, few: false, short, parts };
  }
  // A small language must know which of its names are spoken for; in a large one there is always another.
  const names = all.filter((name) => !rule.names.includes(name));
  return names.length === 0
    ? null
    : { key: JSON.stringify(names), automaton: new Literals(names), names, few: true, short: true, parts };
}

/** Some other name could meet all of the needs with one value; true where finding out would take long. */
export function someOtherMeets(
  goals: Goals,
  expander: Expander,
  rule: ObjectRule,
  needs: readonly Need[],
): boolean {
  const own = needs.flatMap((need) => nameParts(goals, expander, [need.name]) ?? []);
  const base = [...otherParts(goals, expander, rule), ...own];
  const values = needs.map((need) => need.value);
  if (patternAutomaton(base).start === DEAD) return false;
  if (rule.patterns.length > FEW_PATTERNS) return true;
  return labels(rule).some(
    (label) =>
      goals.possible(goals.of([...goals.matchingNodes(rule, bits(rule, label)), ...values])) &&
      patternAutomaton([...base, ...matching(rule, label)]).start !== DEAD,
  );
}

/** What other names must be, by what their values could be: a name with no possible value cannot come. */
function otherParts(goals: Goals, expander: Expander, rule: ObjectRule): readonly PatternTerm[] {
  const match = (source: string): PatternTerm => ({ source, search: true });
  const parts: PatternTerm[] = [];
  const dead = new Set<string>();
  const wanted: ReadonlySet<string>[] = [];
  for (const facet of rule.facets) {
    const own = facet.patternProperties ?? [];
    for (const { source, node } of own) if (!goals.possible(goals.of([node]))) dead.add(source);
    if (facet.additionalProperties === undefined || goals.possible(goals.of([facet.additionalProperties])))
      continue;
    wanted.push(new Set(own.map(({ source }) => source)));
  }
  for (const source of dead) parts.push({ ...match(source), negative: true } as PatternTerm);
  for (const sources of wanted) {
    const left = [...sources].filter((source) => !dead.has(source));
    parts.push(left.length === 0 ? NONE : anyOf(left.map((source) => [match(source)])));
  }
  if (rule.patterns.length > 0 && rule.patterns.length <= FEW_PATTERNS) {
    for (const label of labels(rule)) {
      const known =
        [...label].some((source) => dead.has(source)) ||
        wanted.some((sources) => ![...sources].some((source) => label.has(source)));
      if (!known && !goals.possible(goals.matching(rule, bits(rule, label))))
        parts.push({ all: matching(rule, label), negative: true });
    }
  }
  const nodes = rule.facets.flatMap((facet) => facet.propertyNames ?? []);
  return nodes.length === 0 ? parts : [...parts, ...(nameParts(goals, expander, nodes) ?? [])];
}

/** Every set of patterns that a name could match. */
function labels(rule: ObjectRule): readonly ReadonlySet<string>[] {
  return Array.from(
    { length: 1 << rule.patterns.length },
    (_, set) => new Set(rule.patterns.filter((_, i) => ((set >> i) & 1) === 1)),
  );
}

function bits(rule: ObjectRule, label: ReadonlySet<string>): string {
  return rule.patterns.map((source) => (label.has(source) ? '1' : '0')).join('');
}

function matching(rule: ObjectRule, label: ReadonlySet<string>): readonly PatternTerm[] {
  return rule.patterns.map((source) => ({ source, search: true, negative: !label.has(source) }));
}

/** What names must satisfy, as patterns; undefined where a pattern cannot say it all. */
export function nameParts(
  goals: Goals,
  expander: Expander,
  nodes: readonly SchemaNode[],
): readonly PatternTerm[] | undefined {
  const groups: (readonly PatternTerm[])[] = [];
  for (const branch of expander.expand(nodes)) {
    if ((branch.types & TYPE.string) === 0) continue;
    if (branch.grammars.length > 0 || branch.checks.length > 0) return undefined;
    if (branch.values !== undefined) {
      const texts = branch.values.filter(
        (value): value is string =>
          typeof value === 'string' && nodes.every((node) => goals.valid(node, value)),
      );
      if (texts.length > 0) groups.push([{ source: texts.map(escapePattern).join('|'), search: false }]);
      continue;
    }
    const group: PatternTerm[] = [...branch.parts];
    group.push(...branch.formats.map((name) => formatPart(name, false)).filter((part) => part !== undefined));
    const excluded = branch.excluded.filter((value) => typeof value === 'string');
    if (excluded.length > 0)
      group.push({ source: excluded.map(escapePattern).join('|'), search: false, negative: true });
    const most = branch.max === Number.POSITIVE_INFINITY ? '' : branch.max;
    if (branch.min > 0 || most !== '') {
      if (branch.min > branch.max) continue;
      group.push({ source: `[^]{${branch.min},${most}}`, search: false });
    }
    if (group.length === 0) return [];
    groups.push(group);
  }
  return groups.length === 0 ? [NONE] : [anyOf(groups)];
}
