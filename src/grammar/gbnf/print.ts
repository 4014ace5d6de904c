import type { Goals } from '../goal/goals.ts';
import type { ArrayRule, Goal, ObjectRule, Shape, StringRule } from '../goal/shape.ts';
import type { NumberMachine } from '../number/number-machine.ts';
import { isFree } from '../number/number-rule.ts';
import type { SchemaNode } from '../schema/node.ts';
import { Literals, SomeLiterals } from '../text/literals.ts';
import { GbnfAutomaton } from './automaton.ts';
import type { NamedAutomata } from './named.ts';
import { spellInJson } from './spell.ts';

const MOST_RULES = 2000;
const MOST_REPEATS = 1999;

const TERMINALS = `string ::= "\\"" char* "\\""
char ::= [^"\\\\\\x00-\\x1f] | "\\\\" (["\\\\/bfnrt] | "u" [0-9a-fA-F]{4})
integer ::= "-"? ("0" | [1-9] [0-9]*)
number ::= integer ("." [0-9]+)? ([eE] [-+]? [0-9]+)?
value ::= "null" | "true" | "false" | number | string | object | array
object ::= "{" (string ":" value ("," string ":" value)*)? "}"
array ::= "[" (value ("," value)*)? "]"`;

/**
 * A schema's goals as a GBNF grammar of compact JSON, properties in the schema's order: for people, and for engines
 * that speak GBNF. It never excludes a valid value for a reason but order; what it leaves open is said in comments.
 */
export function printGbnf(
  goals: Goals,
  root: Goal,
  nodes: readonly SchemaNode[],
  grammars: NamedAutomata,
): string {
  return new Printer(goals, nodes, grammars).print(root);
}

class Printer {
  private readonly goals: Goals;
  private readonly names = new Map<Goal, string>();
  private readonly queue: Goal[] = [];
  private readonly lines: string[] = [];
  private readonly open = new Set<string>();
  private readonly grammars: NamedAutomata;
  /** The rules of each grammar that a string names. */
  private readonly spelled = new Map<
    string,
    { readonly prefix: string; readonly rules: readonly string[] }
  >();

  constructor(goals: Goals, nodes: readonly SchemaNode[], grammars: NamedAutomata) {
    this.goals = goals;
    this.grammars = grammars;
    for (const node of nodes) {
      for (const keyword of [
        'pattern',
        'format',
        'not',
        'oneOf',
        'uniqueItems',
        'contains',
        'propertyNames',
        'unevaluatedProperties',
        'unevaluatedItems',
      ] as const) {
        if (node[keyword] !== undefined) this.open.add(`${keyword} at ${node.pointer || 'the root'}`);
      }
    }
  }

  print(root: Goal): string {
    this.lines.push(`root ::= ${this.reference(root)}`);
    for (const goal of this.queue) this.goal(goal);
    const comments = [...this.open].map((what) => `# not said here: ${what}`);
    const spelled = [...this.spelled.values()].flatMap(({ rules }) => rules);
    return `${[...comments, ...this.lines, ...spelled, TERMINALS].join('\n')}\n`;
  }

  private reference(goal: Goal): string {
    if (goal === this.goals.any || this.names.size >= MOST_RULES) return 'value';
    let name = this.names.get(goal);
    if (name === undefined) {
      name = `v${this.names.size}`;
      this.names.set(goal, name);
      this.queue.push(goal);
    }
    return name;
  }

  private goal(goal: Goal): void {
    const name = this.names.get(goal)!;
    const options = goal.shapes.flatMap((shape, i) => this.shape(shape, `${name}-${i}`));
    this.lines.push(`${name} ::= ${[...new Set(options)].join(' | ') || '[^\\x00-\\U0010ffff]'}`);
  }

  private shape(shape: Shape, name: string): readonly string[] {
    const out: string[] = [];
    if (shape.null) out.push('"null"');
    if (shape.true) out.push('"true"');
    if (shape.false) out.push('"false"');
    if (shape.number !== undefined) out.push(this.number(shape.number));
    if (shape.string !== undefined) out.push(this.string(shape.string));
    if (shape.object !== undefined) out.push(this.object(shape.object, name));
    if (shape.array !== undefined) out.push(this.array(shape.array, name));
    return out;
  }

  private number({ rule }: NumberMachine): string {
    if (rule.values !== undefined)
      return rule.values.map((value) => literal(JSON.stringify(value))).join(' | ');
    if (!isFree(rule))
      this.open.add(
        `bounds ${rule.low} to ${rule.high}${rule.multiples.length > 0 ? `, multiples of ${rule.multiples.join(' and ')}` : ''}`,
      );
    return rule.integer ? 'integer' : 'number';
  }

  private string({ machine, min, max }: StringRule): string {
    const grammar = machine.automata.find((automaton) => automaton instanceof GbnfAutomaton);
    if (grammar !== undefined) return this.ofGrammar(grammar, { machine, min, max });
    const [only] = machine.automata;
    if (only instanceof Literals || only instanceof SomeLiterals)
      return only.texts.map((text) => literal(JSON.stringify(text))).join(' | ');
    if (min === 0 && max === Number.POSITIVE_INFINITY) return 'string';
    return `"\\"" ${this.repeat('char', min, max)} "\\""`;
  }

  /** A text that must be of several grammars at once, or of one and so long, is printed as one of the first. */
  private ofGrammar(automaton: GbnfAutomaton, { machine, min, max }: StringRule): string {
    const name = this.grammars.nameOf(automaton);
    const known = this.spelled.get(name);
    const prefix = known?.prefix ?? `x${this.spelled.size}-${name}`;
    if (known === undefined) this.spelled.set(name, { prefix, rules: spellInJson(automaton.rules, prefix) });
    if (machine.automata.length > 1) this.open.add(`what a text of ${name} must be beside`);
    if (min > 0 || max < Number.POSITIVE_INFINITY)
      this.open.add(`from ${min} to ${max} characters of a text of ${name}`);
    return `"\\"" ${prefix}-root "\\""`;
  }

  /** llama.cpp writes repeats out and refuses those of 2,000 and more. */
  private repeat(what: string, min: number, max: number): string {
    const least = Math.min(min, MOST_REPEATS);
    const most = max > MOST_REPEATS ? '' : String(max);
    if (least < min || (most === '' && max < Number.POSITIVE_INFINITY))
      this.open.add(`repeats from ${min} to ${max}`);
    return `${what}{${least},${most}}`;
  }

  /** Two rules a property: as the first one written, and as a later one. */
  private object(rule: ObjectRule, name: string): string {
    const required = new Set(rule.required);
    const extras = this.goals.matching(rule, '');
    const more = this.goals.possible(extras) ? this.reference(extras) : undefined;
    if (rule.patterns.length > 0) this.open.add(`properties by pattern: ${rule.patterns.join(' ')}`);
    if (rule.min > 0 || rule.max < Number.POSITIVE_INFINITY)
      this.open.add(`from ${rule.min} to ${rule.max} properties`);
    const pair = more === undefined ? undefined : `string ":" ${more}`;
    this.lines.push(`${name}-p${rule.names.length} ::= ${pair === undefined ? '""' : `("," ${pair})*`}`);
    this.lines.push(
      `${name}-f${rule.names.length} ::= ${pair === undefined ? '""' : `(${pair} ("," ${pair})*)?`}`,
    );
    for (let i = rule.names.length - 1; i >= 0; i--) {
      const goal = this.goals.property(rule, rule.names[i]!, i);
      const member = this.goals.possible(goal)
        ? `${literal(`${JSON.stringify(rule.names[i])}:`)} ${this.reference(goal)} ${name}-p${i + 1}`
        : undefined;
      const skip = (kind: string): readonly string[] => (required.has(i) ? [] : [`${name}-${kind}${i + 1}`]);
      this.lines.push(
        `${name}-p${i} ::= ${[...(member === undefined ? [] : [`"," ${member}`]), ...skip('p')].join(' | ') || '""'}`,
      );
      this.lines.push(
        `${name}-f${i} ::= ${[...(member === undefined ? [] : [member]), ...skip('f')].join(' | ') || '""'}`,
      );
    }
    return `"{" ${name}-f0 "}"`;
  }

  private array(rule: ArrayRule, name: string): string {
    if (rule.prefix === 0) {
      const item = this.goals.item(rule, 0);
      if (rule.max === 0 || !this.goals.possible(item)) return '"[]"';
      const first = this.reference(item);
      this.lines.push(`${name}-m ::= "," ${first}`);
      const rest = this.repeat(`${name}-m`, Math.max(0, rule.min - 1), rule.max - 1);
      return rule.min === 0 ? `"[" (${first} ${rest})? "]"` : `"[" ${first} ${rest} "]"`;
    }
    let text = '';
    for (let i = rule.prefix; i >= 0; i--) {
      const item = this.goals.item(rule, i);
      if (i >= rule.max || !this.goals.possible(item)) continue;
      const comma = i === 0 ? '' : '"," ';
      const one = `${comma}${this.reference(item)} ${text}`.trimEnd();
      text = i === rule.prefix ? `(${one})*` : i < rule.min ? one : `(${one})?`;
    }
    return `"[" ${text} "]"`;
  }
}

function literal(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}
