import { formatPart } from '../formats/formats.ts';
import type { NumberMachine } from '../number/number-machine.ts';
import { ANY_NUMBER, type NumberRule, numberHolds, stepOf } from '../number/number-rule.ts';
import { escapePattern, type PatternTerm, patternAutomaton } from '../regex/compile.ts';
import { patternHolds } from '../regex/matcher.ts';
import type { Documents } from '../schema/documents.ts';
import { codePoints, type Evaluator, propertyNodes, typeOf } from '../schema/evaluate.ts';
import { type SchemaNode, TYPE } from '../schema/node.ts';
import { type Automaton, DEAD } from '../text/automaton.ts';
import type { Spelling } from '../text/decoding.ts';
import { Literals, SomeLiterals } from '../text/literals.ts';
import type { StringMachine } from '../text/string-machine.ts';
import { allWords } from '../text/words.ts';
import { ArrayPlan } from './array-plan.ts';
import { Branch } from './branch.ts';
import { constantOn } from './constant.ts';
import { Expander } from './expand.ts';
import { keyMachine, numberMachine, stringMachine, stringRule } from './machines.ts';
import { completable, EMPTY_OBJECT } from './object-plan.ts';
import { nameParts, type Others, othersOf, someOtherMeets } from './other-names.ts';
import type { ArrayRule, Goal, Need, ObjectRule, Shape, StringRule } from './shape.ts';

export interface GoalOptions {
  /** Write what JSON.stringify would: see `Spelling`. */
  readonly plain: boolean;
  /** References depend on the way down: nothing but the root is checked, and that always. */
  readonly dynamic: boolean;
  /** Properties are written in the schema's order. */
  readonly ordered: boolean;
  readonly grammar: (name: string, node: SchemaNode) => Automaton;
}

type Json = Readonly<Record<string, unknown>>;

/** So many texts that a string may not be go into its automaton. */
const FEW_TEXTS = 8;
/** So deep are values looked into to count them. */
const DEEPEST = 4;
/** Texts of at most this length are few enough to run out. */
const SHORT = 64;

const NO_CHECKS: Shape['checks'] = { string: [], number: [], object: [], array: [], literal: [] };

interface Listed {
  readonly all: readonly unknown[];
  readonly texts: Literals;
}

/** Goals of a schema, made when the text first needs them. */
export class Goals {
  readonly any: Goal;
  private readonly documents: Documents;
  private readonly evaluator: Evaluator;
  private readonly expander: Expander;
  private readonly options: GoalOptions;
  readonly ordered: boolean;
  private readonly spelling: Spelling;
  private readonly byNodes = new Map<string, Goal>();
  private readonly children = new WeakMap<ObjectRule, Map<string, Goal>>();
  private readonly items = new WeakMap<ArrayRule, Goal[]>();
  private readonly plans = new WeakMap<ArrayRule, ArrayPlan>();
  private readonly otherNames = new WeakMap<ObjectRule, Others | undefined | null>();
  private readonly lists = new Map<string, Listed>();
  private readonly alive = new Map<Goal, boolean>();
  private readonly underway = new Set<Goal>();
  private readonly weighty = new Set<Automaton>();
  private shapes = 0;
  private assumed = false;

  constructor(documents: Documents, evaluator: Evaluator, options: GoalOptions) {
    this.documents = documents;
    this.evaluator = evaluator;
    this.options = options;
    this.ordered = options.ordered;
    this.spelling = options.plain ? 'canonical' : 'json';
    this.expander = new Expander(documents, options.dynamic);
    this.any = this.of([]);
  }

  /** Bytes, roughly, of the patterns that its strings remember. */
  get weight(): number {
    let sum = 0;
    for (const { weight } of this.weighty) sum += weight ?? 0;
    return sum;
  }

  /** What satisfies all of the subschemas. */
  of(nodes: readonly SchemaNode[]): Goal {
    const ids = [...new Set(nodes)].filter((node) => !isEmpty(node)).sort((a, b) => a.id - b.id);
    const key = ids.map((node) => node.id).join();
    const known = this.byNodes.get(key);
    if (known !== undefined) return known;
    const shapes: Shape[] = [];
    const goal: Goal = { id: this.byNodes.size, shapes };
    this.byNodes.set(key, goal);
    for (const branch of this.expander.expand(ids)) shapes.push(...this.finish(branch, ids));
    return goal;
  }

  /** The goal of a property's value. */
  property(rule: ObjectRule, name: string, index: number): Goal {
    let known = this.children.get(rule);
    if (known === undefined) this.children.set(rule, (known = new Map()));
    const key =
      index >= 0
        ? `#${index}`
        : rule.patterns.map((source) => (patternHolds(source, name) ? '1' : '0')).join('');
    let goal = known.get(key);
    if (goal === undefined) known.set(key, (goal = this.of(this.propertyNodes(rule, name))));
    return goal;
  }

  propertyNodes(rule: ObjectRule, name: string): readonly SchemaNode[] {
    return rule.facets.flatMap((facet) => propertyNodes(facet, name));
  }

  /** The goal of an unnamed property by the patterns that its name matches. */
  matching(rule: ObjectRule, matched: string): Goal {
    return this.of(this.matchingNodes(rule, matched));
  }

  matchingNodes(rule: ObjectRule, matched: string): readonly SchemaNode[] {
    const holds = new Set(rule.patterns.filter((_, i) => matched[i] === '1'));
    return rule.facets.flatMap((facet) => {
      const found =
        facet.patternProperties?.filter(({ source }) => holds.has(source)).map(({ node }) => node) ?? [];
      return found.length > 0 ? found : (facet.additionalProperties ?? []);
    });
  }

  item(rule: ArrayRule, index: number): Goal {
    let known = this.items.get(rule);
    if (known === undefined) this.items.set(rule, (known = []));
    const at = Math.min(index, rule.prefix);
    return (known[at] ??= this.of(this.itemNodes(rule, at)));
  }

  itemNodes(rule: ArrayRule, index: number): readonly SchemaNode[] {
    return rule.facets.flatMap((facet) => facet.prefixItems?.[index] ?? facet.items ?? []);
  }

  /** The plan of an array's items, which remembers what it found out. */
  plan(rule: ArrayRule): ArrayPlan {
    let plan = this.plans.get(rule);
    if (plan === undefined) this.plans.set(rule, (plan = new ArrayPlan(this, rule)));
    return plan;
  }

  /** A value that is none of these. */
  other(values: readonly unknown[]): SchemaNode {
    const { pointer, resource } = this.documents.root;
    return this.documents.synthetic({ pointer, resource, notItems: values });
  }

  valid(node: SchemaNode, value: unknown): boolean {
    return this.evaluator.valid(node, value);
  }

  /** A named property that may be there at all. */
  usable(rule: ObjectRule, index: number): boolean {
    const name = rule.names[index]!;
    return this.nameHolds(rule, name) && this.possible(this.property(rule, name, index));
  }

  /** What was found out holds for good; false while it is still being asked whether a value that holds itself exists. */
  get settled(): boolean {
    return this.underway.size === 0;
  }

  /** The names that may come beside those that keywords mention; undefined where any may, null where none may. */
  others(rule: ObjectRule): Others | undefined | null {
    const known = this.otherNames.get(rule);
    if (known !== undefined || this.otherNames.has(rule)) return known;
    const found = othersOf(this, this.expander, rule);
    if (this.settled) this.otherNames.set(rule, found);
    return found;
  }

  /** How many other names are left, as far as `wanted` and a little more. */
  othersLeft(rule: ObjectRule, extras: readonly string[], wanted: number): number {
    const others = this.others(rule);
    if (others === null) return 0;
    if (others === undefined || !others.few) return Number.POSITIVE_INFINITY;
    return wanted === 0 ? 0 : others.names.filter((name) => !extras.includes(name)).length;
  }

  /** Some other name could meet all of the needs with one value. */
  otherMeets(rule: ObjectRule, needs: readonly Need[]): boolean {
    return this.others(rule) !== null && someOtherMeets(this, this.expander, rule, needs);
  }

  nameHolds(rule: ObjectRule, name: string): boolean {
    return (
      rule.facets.every(
        (facet) => facet.propertyNames === undefined || this.valid(facet.propertyNames, name),
      ) && rule.nameNodes.every((node) => this.valid(node, name))
    );
  }

  holds(checks: readonly SchemaNode[], value: unknown): boolean {
    return checks.every((node) => this.evaluator.valid(node, value));
  }

  /** Some finite value can be written for the goal; true where finding out would take too long. */
  possible(goal: Goal): boolean {
    const known = this.alive.get(goal);
    if (known !== undefined) return known;
    if (this.underway.has(goal)) {
      this.assumed = true;
      return false;
    }
    if (this.underway.size > 100) return true;
    this.underway.add(goal);
    const before = this.assumed;
    this.assumed = false;
    const alive = goal.shapes.some((shape) => this.shapePossible(shape));
    this.underway.delete(goal);
    if (alive || !this.assumed) this.alive.set(goal, alive);
    this.assumed = before || (this.assumed && !alive);
    return alive;
  }

  private shapePossible(shape: Shape): boolean {
    if (shape.null || shape.true || shape.false || shape.number !== undefined || shape.string !== undefined)
      return true;
    return this.objectPossible(shape) || this.arrayPossible(shape);
  }

  /** No more different values than these, up to `most`. */
  different(goal: Goal, most: number, depth = 0): number {
    const found = new Set<string>();
    let nested = 0;
    for (const shape of goal.shapes) {
      if (shape.object !== undefined) nested += this.objectsOf(shape.object, most, depth);
      if (shape.array !== undefined) nested += this.arraysOf(shape.array, most, depth);
      if (shape.null) found.add('null');
      if (shape.true) found.add('true');
      if (shape.false) found.add('false');
      const { number, string } = shape;
      if (number !== undefined) {
        const values = numbersOf(number.rule, most);
        if (values === undefined) return most;
        for (const value of values) found.add(JSON.stringify(value));
      }
      if (string !== undefined) {
        const [only] = string.machine.automata;
        const texts = only === undefined || string.max === 0 ? undefined : allWords(only, most * 4);
        if (texts === undefined && string.max > 0) return most;
        for (const text of texts ?? ['']) {
          const length = codePoints(text);
          if (length >= string.min && length <= string.max) found.add(JSON.stringify(text));
        }
      }
      if (found.size + nested >= most) return most;
    }
    return found.size + nested;
  }

  private objectsOf(rule: ObjectRule, most: number, depth: number): number {
    const closed = rule.facets.some(
      ({ additionalProperties, patternProperties }) =>
        additionalProperties?.never === true && patternProperties === undefined,
    );
    if (!closed || depth > DEEPEST) return most;
    let all = 1;
    for (const [index, name] of rule.names.entries()) {
      const values = this.different(this.property(rule, name, index), most, depth + 1);
      all *= rule.required.includes(index) ? values : values + 1;
      if (all >= most) return most;
    }
    return all;
  }

  private arraysOf(rule: ArrayRule, most: number, depth: number): number {
    if (depth > DEEPEST) return most;
    const { prefix, unique } = rule;
    // Without repeats there are no more items than values for them.
    const alike = unique
      ? this.different(this.item(rule, prefix), most, depth + 1)
      : Number.POSITIVE_INFINITY;
    const max = Math.min(rule.max, prefix + alike);
    if (max >= most + prefix) return most;
    let all = 1;
    for (let index = 0; index < max; index++) {
      const values = this.different(this.item(rule, index), most, depth + 1);
      // No more items can be there than have a value.
      if (values === 0 && index >= rule.min) return all;
      all *= index < rule.min ? values : values + 1;
      if (all === 0 || all >= most) return Math.min(all, most);
    }
    return all;
  }

  objectPossible(shape: Shape): boolean {
    const rule = shape.object;
    return (
      rule !== undefined && completable(this, rule, { ...EMPTY_OBJECT, pending: [...rule.needs.keys()] })
    );
  }

  arrayPossible(shape: Shape): boolean {
    const rule = shape.array;
    if (rule === undefined) return false;
    const plan = this.plan(rule);
    const alike = rule.min - rule.prefix;
    if (rule.unique && alike > 1 && this.different(this.item(rule, rule.prefix), alike) < alike) return false;
    return plan.completable(0, plan.start);
  }

  private finish(branch: Branch, nodes: readonly SchemaNode[]): readonly Shape[] {
    if (branch.values !== undefined) return this.enumerate(branch, nodes);
    const has = (type: number): boolean => (branch.types & type) !== 0;
    const left = this.checksOf(branch, nodes);
    // A check that no value of a type passes takes the type away; one that all pass is none.
    const passes = (type: number): boolean =>
      has(type) && !left.some((node) => constantOn(node, type) === false);
    const checks = (type: number): readonly SchemaNode[] =>
      left.filter((node) => constantOn(node, type) !== true);
    const shape: Shape = {
      id: this.shapes++,
      null: passes(TYPE.null) && !branch.excluded.includes(null),
      true: passes(TYPE.boolean) && !branch.excluded.includes(true),
      false: passes(TYPE.boolean) && !branch.excluded.includes(false),
      number: passes(TYPE.number) ? this.numberRule(branch, checks(TYPE.number).length > 0) : undefined,
      string: passes(TYPE.string) ? this.stringRule(branch) : undefined,
      object: passes(TYPE.object) ? this.objectRule(branch) : undefined,
      array: passes(TYPE.array) ? this.arrayRule(branch) : undefined,
      checks: {
        string: [...checks(TYPE.string), ...this.excludedTexts(branch).later],
        number: checks(TYPE.number),
        object: checks(TYPE.object),
        array: checks(TYPE.array),
        literal: [...new Set([...checks(TYPE.null), ...checks(TYPE.boolean)])],
      },
    };
    const empty =
      !shape.null &&
      !shape.true &&
      !shape.false &&
      shape.number === undefined &&
      shape.string === undefined &&
      shape.object === undefined &&
      shape.array === undefined;
    return empty ? [] : [shape];
  }

  private checksOf(branch: Branch, nodes: readonly SchemaNode[]): readonly SchemaNode[] {
    if (!this.options.dynamic) return branch.checks;
    return nodes.length === 1 && nodes[0] === this.documents.root ? [this.documents.root] : [];
  }

  private stringRule(branch: Branch): StringRule | undefined {
    const { plain } = this.options;
    const written = this.stringsOf(branch, plain);
    // What is written may be narrower than what is read, but not where a pattern asks for something else.
    return written === undefined && plain && branch.formats.length > 0
      ? this.stringsOf(branch, false)
      : written;
  }

  private numberRule(branch: Branch, checked: boolean): NumberMachine | undefined {
    const excluded = branch.excluded.filter((value) => typeof value === 'number');
    if (excluded.length > 0) branch.narrow({ ...ANY_NUMBER, excluded });
    const machine = numberMachine(branch.number, this.options.plain, checked);
    return machine.possible ? machine : undefined;
  }

  /**
   * Texts that a string may not be. Where strings can go on for ever it is enough to look when one closes; where
   * they cannot, the automaton must know, or a text whose end is near would have nowhere to go.
   */
  private excludedTexts(branch: Branch): {
    readonly now: readonly PatternTerm[];
    readonly later: readonly SchemaNode[];
  } {
    const fixed = branch.excluded.filter((value) => typeof value === 'string');
    const { repeated } = branch;
    if (fixed.length === 0 && repeated.length === 0) return { now: [], later: [] };
    const free = branch.parts.length === 0 && branch.formats.length === 0 && branch.grammars.length === 0;
    const short = !free && longest(this.partsOf(branch, false)) <= SHORT;
    const near = (text: string): boolean => (free ? codePoints(text) >= branch.max : short);
    const now = [...(fixed.length <= FEW_TEXTS ? fixed : fixed.filter(near)), ...repeated.filter(near)];
    const later = [...fixed, ...repeated].filter((text) => !now.includes(text));
    return {
      now:
        now.length === 0 ? [] : [{ source: now.map(escapePattern).join('|'), search: false, negative: true }],
      later: later.length === 0 ? [] : [this.other(later)],
    };
  }

  private partsOf(branch: Branch, written: boolean): readonly PatternTerm[] {
    const formats = branch.formats
      .map((name) => formatPart(name, written))
      .filter((part) => part !== undefined);
    return [...branch.parts, ...formats];
  }

  private stringsOf(branch: Branch, written: boolean): StringRule | undefined {
    const grammars = branch.grammars.map((name) => this.options.grammar(name, this.documents.root));
    const { now } = this.excludedTexts(branch);
    const parts = [...this.partsOf(branch, written), ...now];
    if (branch.min > branch.max) return undefined;
    const rule =
      grammars.length > 0
        ? { machine: stringMachine(parts, grammars, this.spelling), min: branch.min, max: branch.max }
        : stringRule(parts, branch.min, branch.max, this.spelling);
    const { machine, min, max } = rule;
    for (const automaton of machine.automata) if (automaton.weight !== undefined) this.weighty.add(automaton);
    if (machine.start === DEAD) return undefined;
    return machine.shortest(machine.start) > max || machine.longest(machine.start) < min ? undefined : rule;
  }

  private objectRule(branch: Branch): ObjectRule | undefined {
    const names: string[] = [];
    const index = new Map<string, number>();
    const mention = (name: string): number => {
      let at = index.get(name);
      if (at === undefined) index.set(name, (at = names.push(name) - 1));
      return at;
    };
    const patterns = new Set<string>();
    const required = new Set<number>();
    const dependent: { when: number; also: readonly number[] }[] = [];
    let min = 0;
    let max = Number.POSITIVE_INFINITY;
    for (const facet of branch.objects) {
      for (const name of facet.properties?.keys() ?? []) mention(name);
      for (const { source } of facet.patternProperties ?? []) patterns.add(source);
      min = Math.max(min, facet.minProperties ?? 0);
      max = Math.min(max, facet.maxProperties ?? Number.POSITIVE_INFINITY);
    }
    for (const facet of branch.objects) {
      for (const name of facet.required ?? []) required.add(mention(name));
      for (const [name, others] of facet.dependentRequired ?? [])
        dependent.push({ when: mention(name), also: others.map(mention) });
    }
    for (const node of branch.nameNodes)
      for (const name of node.values ?? []) if (typeof name === 'string') mention(name);
    if (required.size > max || min > max) return undefined;
    const tree = new Literals(names);
    let machine: StringMachine | undefined;
    const needs = branch.objects.map((facet) => facet.someProperty).filter((need) => need !== undefined);
    return {
      facets: branch.objects,
      names,
      tree,
      patterns: [...patterns],
      keys: () => (machine ??= keyMachine(tree, [...patterns], this.spelling, undefined)),
      required: [...required],
      dependent,
      nameNodes: this.inexactNames(branch.nameNodes, needs.length > 0),
      needs,
      min,
      max,
    };
  }

  /** What must be asked of each name that is written: what no automaton says of it, and whether it meets a need. */
  private inexactNames(nodes: readonly SchemaNode[], needed: boolean): readonly SchemaNode[] {
    if (nodes.length > 0 && nameParts(this, this.expander, nodes) === undefined) return nodes;
    return needed ? [this.constantless()] : [];
  }

  private constantless(): SchemaNode {
    const { pointer, resource } = this.documents.root;
    return this.documents.synthetic({ pointer, resource });
  }

  /** The key machine for some other names, without those that are spoken for. */
  keysWith(
    rule: ObjectRule,
    others: { readonly key: string; readonly automaton: Automaton; readonly parts?: readonly PatternTerm[] },
    spoken: readonly string[],
  ): StringMachine {
    if (spoken.length === 0 || others.parts === undefined)
      return keyMachine(rule.tree, rule.patterns, this.spelling, others);
    const taken = { source: spoken.map(escapePattern).join('|'), search: false, negative: true };
    const parts = [...others.parts, taken];
    const left = { key: JSON.stringify(parts), automaton: patternAutomaton(parts) };
    return keyMachine(rule.tree, rule.patterns, this.spelling, left);
  }

  private arrayRule(branch: Branch): ArrayRule | undefined {
    const facets = branch.arrays;
    const min = Math.max(0, ...facets.map((facet) => facet.minItems ?? 0));
    const max = Math.min(
      ...facets.map((facet) => facet.maxItems ?? Number.POSITIVE_INFINITY),
      Number.POSITIVE_INFINITY,
    );
    if (min > max) return undefined;
    const prefix = Math.max(0, ...facets.map((facet) => facet.prefixItems?.length ?? 0));
    const contains = facets.flatMap((facet) =>
      facet.contains === undefined
        ? []
        : {
            node: facet.contains,
            denied: this.expander.denials.opposite(facet.contains),
            from: facet.containsFrom ?? 0,
            min: facet.minContains ?? 1,
            max: facet.maxContains ?? Number.POSITIVE_INFINITY,
          },
    );
    if (contains.some((each) => each.min > Math.min(each.max, max))) return undefined;
    const from = Math.max(0, ...contains.map((each) => each.from));
    const unique = facets.some((facet) => facet.uniqueItems === true);
    return { facets, min, max, prefix: Math.max(prefix, from), unique, contains };
  }

  /** A finite set of values: those that satisfy the whole goal, each written out. */
  private enumerate(branch: Branch, nodes: readonly SchemaNode[]): readonly Shape[] {
    const { texts, all } = this.listed(branch, nodes);
    const items = nodes.filter((node) => node.notItems !== undefined);
    const values =
      items.length === 0 ? all : all.filter((value) => items.every((node) => this.valid(node, value)));
    const strings = values.filter((value) => typeof value === 'string');
    const numbers = values.filter((value) => typeof value === 'number');
    const shapes: Shape[] = [];
    if (values.some((value) => typeof value !== 'object' || value === null)) {
      const plain = new Branch();
      plain.number = { ...plain.number, values: numbers };
      shapes.push({
        id: this.shapes++,
        null: values.includes(null),
        true: values.includes(true),
        false: values.includes(false),
        number: numbers.length > 0 ? numberMachine(plain.number, this.options.plain, false) : undefined,
        string:
          strings.length > 0
            ? {
                machine: stringMachine([], [new SomeLiterals(texts, new Set(strings))], this.spelling),
                min: 0,
                max: Number.POSITIVE_INFINITY,
              }
            : undefined,
        object: undefined,
        array: undefined,
        checks: NO_CHECKS,
      });
    }
    for (const value of values)
      if (typeof value === 'object' && value !== null) shapes.push(...this.of([this.constant(value)]).shapes);
    return shapes;
  }

  /** The listed values that satisfy the rest of the goal, whatever items an array has had before. */
  private listed(branch: Branch, nodes: readonly SchemaNode[]): Listed {
    const lasting = nodes.filter((node) => node.notItems === undefined);
    const key = `${branch.types};${lasting.map((node) => node.id).join()};${idOf(branch.values!)}`;
    let found = this.lists.get(key);
    if (found === undefined) {
      const all = branch.values!.filter(
        (value) =>
          (branch.types & typeOf(value)) !== 0 &&
          (this.options.dynamic || lasting.every((node) => this.valid(node, value))),
      );
      found = { all, texts: treeOf(branch.values!) };
      this.lists.set(key, found);
    }
    return found;
  }

  /** A value as the schema that only it satisfies. */
  private constant(value: unknown): SchemaNode {
    const { root } = this.documents;
    const make = (fields: Partial<SchemaNode>): SchemaNode =>
      this.documents.synthetic({ pointer: root.pointer, resource: root.resource, ...fields });
    if (typeof value !== 'object' || value === null) return make({ values: [value] });
    const never = make({ never: true });
    if (Array.isArray(value)) {
      return make({
        types: TYPE.array,
        prefixItems: value.map((item) => this.constant(item)),
        items: never,
        minItems: value.length,
        maxItems: value.length,
      });
    }
    const names = Object.keys(value);
    return make({
      types: TYPE.object,
      properties: new Map(names.map((name) => [name, this.constant((value as Json)[name])])),
      required: names,
      additionalProperties: never,
    });
  }
}

function longest(parts: readonly PatternTerm[]): number {
  const automaton = patternAutomaton(parts);
  return automaton.start === DEAD ? 0 : automaton.longest(automaton.start);
}

/** The numbers of a rule where they are few. */
function numbersOf(rule: NumberRule, most: number): readonly number[] | undefined {
  if (rule.values !== undefined) return rule.values;
  const step = stepOf(rule);
  if (rule.low === rule.high) return [rule.low];
  if (step === 0 || rule.high - rule.low > step * (most + (rule.excluded?.length ?? 0)) * 4) return undefined;
  const found: number[] = [];
  for (let k = Math.ceil(rule.low / step) - 1; k * step <= rule.high + step; k++) {
    const value = Number((k * step).toPrecision(15));
    if (numberHolds(rule, value)) found.push(value);
  }
  return found;
}

const trees = new WeakMap<readonly unknown[], Literals>();

/** The strings of a list as a tree, which all goals share that choose among them. */
function treeOf(values: readonly unknown[]): Literals {
  let tree = trees.get(values);
  if (tree === undefined)
    trees.set(values, (tree = new Literals(values.filter((value) => typeof value === 'string'))));
  return tree;
}

const ids = new WeakMap<readonly unknown[], number>();
let lists = 0;

function idOf(values: readonly unknown[]): number {
  let id = ids.get(values);
  if (id === undefined) ids.set(values, (id = lists++));
  return id;
}

function isEmpty(node: SchemaNode): boolean {
  return Object.keys(node).length === 3;
}
