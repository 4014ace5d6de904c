import { formatPart } from '../formats/formats.ts';
import type { Documents } from '../schema/documents.ts';
import { type Evaluator, patternHolds, propertyNodes, typeOf } from '../schema/evaluate.ts';
import { type SchemaNode, TYPE } from '../schema/node.ts';
import { type Automaton, DEAD } from '../text/automaton.ts';
import type { Spelling } from '../text/decoding.ts';
import { Literals } from '../text/literals.ts';
import type { StringMachine } from '../text/string-machine.ts';
import { Branch } from './branch.ts';
import { constantOn } from './constant.ts';
import { Expander } from './expand.ts';
import { keyMachine, numberMachine, stringMachine } from './machines.ts';
import type { ArrayRule, Goal, ObjectRule, Shape, StringRule } from './shape.ts';

export interface GoalOptions {
  /** Write what JSON.stringify would: see `Spelling`. */
  readonly plain: boolean;
  /** References depend on the way down: nothing but the root is checked, and that always. */
  readonly dynamic: boolean;
  readonly grammar: (name: string, node: SchemaNode) => Automaton;
}

type Json = Readonly<Record<string, unknown>>;

const NO_CHECKS: Shape['checks'] = { string: [], number: [], object: [], array: [], literal: [] };

/** Goals of a schema, made when the text first needs them. */
export class Goals {
  readonly any: Goal;
  private readonly documents: Documents;
  private readonly evaluator: Evaluator;
  private readonly expander: Expander;
  private readonly options: GoalOptions;
  private readonly spelling: Spelling;
  private readonly byNodes = new Map<string, Goal>();
  private readonly children = new WeakMap<ObjectRule, Map<string, Goal>>();
  private readonly items = new WeakMap<ArrayRule, Goal[]>();
  private readonly alive = new Map<Goal, boolean>();
  private readonly underway = new Set<Goal>();
  private shapes = 0;
  private assumed = false;

  constructor(documents: Documents, evaluator: Evaluator, options: GoalOptions) {
    this.documents = documents;
    this.evaluator = evaluator;
    this.options = options;
    this.spelling = options.plain ? 'canonical' : 'json';
    this.expander = new Expander(documents);
    this.any = this.of([]);
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
    if (goal === undefined)
      known.set(key, (goal = this.of(rule.facets.flatMap((facet) => propertyNodes(facet, name)))));
    return goal;
  }

  /** The goal of an unnamed property by the patterns that its name matches. */
  matching(rule: ObjectRule, matched: string): Goal {
    const holds = new Set(rule.patterns.filter((_, i) => matched[i] === '1'));
    const nodes = rule.facets.flatMap((facet) => {
      const found =
        facet.patternProperties?.filter(({ source }) => holds.has(source)).map(({ node }) => node) ?? [];
      return found.length > 0 ? found : (facet.additionalProperties ?? []);
    });
    return this.of(nodes);
  }

  item(rule: ArrayRule, index: number): Goal {
    let known = this.items.get(rule);
    if (known === undefined) this.items.set(rule, (known = []));
    const at = Math.min(index, rule.prefix);
    return (known[at] ??= this.of(
      rule.facets.flatMap((facet) => facet.prefixItems?.[at] ?? facet.items ?? []),
    ));
  }

  nameHolds(rule: ObjectRule, name: string): boolean {
    return rule.nameNodes.every((node) => this.evaluator.valid(node, name));
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

  objectPossible(shape: Shape): boolean {
    const rule = shape.object;
    return (
      rule?.required.every((index) => this.possible(this.property(rule, rule.names[index]!, index))) ?? false
    );
  }

  arrayPossible(shape: Shape): boolean {
    const rule = shape.array;
    if (rule === undefined) return false;
    for (let i = 0; i < Math.min(rule.min, rule.prefix + 1); i++)
      if (!this.possible(this.item(rule, i))) return false;
    return true;
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
      null: passes(TYPE.null),
      true: passes(TYPE.boolean),
      false: passes(TYPE.boolean),
      number: passes(TYPE.number) ? numberMachine(branch.number, this.options.plain) : undefined,
      string: passes(TYPE.string) ? this.stringRule(branch) : undefined,
      object: passes(TYPE.object) ? this.objectRule(branch) : undefined,
      array: passes(TYPE.array) ? this.arrayRule(branch) : undefined,
      checks: {
        string: checks(TYPE.string),
        number: checks(TYPE.number),
        object: checks(TYPE.object),
        array: checks(TYPE.array),
        literal: [...new Set([...checks(TYPE.null), ...checks(TYPE.boolean)])],
      },
    };
    const empty =
      !shape.null &&
      !shape.true &&
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

  private stringsOf(branch: Branch, written: boolean): StringRule | undefined {
    const grammars = branch.grammars.map((name) => this.options.grammar(name, this.documents.root));
    const formats = branch.formats
      .map((name) => formatPart(name, written))
      .filter((part) => part !== undefined);
    const machine = stringMachine([...branch.parts, ...formats], grammars, this.spelling);
    if (machine.start === DEAD || branch.min > branch.max) return undefined;
    if (machine.shortest(machine.start) > branch.max || machine.longest(machine.start) < branch.min)
      return undefined;
    return { machine, min: branch.min, max: branch.max };
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
    const lazy = (open: boolean): (() => StringMachine) => {
      let machine: StringMachine | undefined;
      return () => (machine ??= keyMachine(tree, [...patterns], this.spelling, open));
    };
    return {
      facets: branch.objects,
      names,
      tree,
      patterns: [...patterns],
      keys: lazy(true),
      closedKeys: lazy(false),
      required: [...required],
      dependent,
      nameNodes: branch.nameNodes,
      min,
      max,
    };
  }

  private arrayRule(branch: Branch): ArrayRule | undefined {
    const facets = branch.arrays;
    const min = Math.max(
      0,
      ...facets.map((facet) =>
        Math.max(facet.minItems ?? 0, facet.contains === undefined ? 0 : (facet.minContains ?? 1)),
      ),
    );
    const max = Math.min(
      ...facets.map((facet) => facet.maxItems ?? Number.POSITIVE_INFINITY),
      Number.POSITIVE_INFINITY,
    );
    if (min > max) return undefined;
    const prefix = Math.max(0, ...facets.map((facet) => facet.prefixItems?.length ?? 0));
    return { facets, min, max, prefix, unique: facets.some((facet) => facet.uniqueItems === true) };
  }

  /** A finite set of values: those that satisfy the whole goal, each written out. */
  private enumerate(branch: Branch, nodes: readonly SchemaNode[]): readonly Shape[] {
    const values = branch.values!.filter(
      (value) =>
        (branch.types & typeOf(value)) !== 0 &&
        (this.options.dynamic || nodes.every((node) => this.evaluator.valid(node, value))),
    );
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
        number: numbers.length > 0 ? numberMachine(plain.number, this.options.plain) : undefined,
        string:
          strings.length > 0
            ? {
                machine: stringMachine([], [new Literals(strings)], this.spelling),
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

function isEmpty(node: SchemaNode): boolean {
  return Object.keys(node).length === 3;
}
