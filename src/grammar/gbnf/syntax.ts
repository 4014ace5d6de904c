import { GrammarError } from '../errors.ts';
import { ANY, type CharSet, negate, normalize } from '../regex/charset.ts';

/** What a rule of a GBNF grammar says. */
export type Rule =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'call'; readonly name: string; readonly line: number }
  | { readonly kind: 'sequence'; readonly parts: readonly Rule[] }
  | { readonly kind: 'choice'; readonly parts: readonly Rule[] }
  | { readonly kind: 'repeat'; readonly body: Rule; readonly min: number; readonly max: number };

const ESCAPES: Readonly<Record<string, number>> = {
  n: 10,
  r: 13,
  t: 9,
  '\\': 92,
  '"': 34,
  '[': 91,
  ']': 93,
  '-': 45,
  '^': 94,
};
const MOST_REPEATS = 2000;
const MOST_STACKED = 16;
const MOST_RULES = 20_000;

/** Parses llama.cpp's grammar language: `name ::= "text" [a-z]+ (other | .){2,5} # comment`. */
export function parseGbnf(text: string): ReadonlyMap<string, Rule> {
  return new Parser(text).rules();
}

class Parser {
  private readonly chars: readonly string[];
  private at = 0;
  /** The line of `counted`, which only ever moves on. */
  private lines = 1;
  private counted = 0;

  constructor(text: string) {
    if (text.length > 1_000_000)
      throw new GrammarError('schema_too_large', { what: 'characters in a grammar', limit: 1_000_000 });
    this.chars = [...text];
  }

  rules(): ReadonlyMap<string, Rule> {
    const rules = new Map<string, Rule>();
    for (this.space(true); this.at < this.chars.length; this.space(true)) {
      const name = this.name() ?? this.fail('a rule begins with its name');
      this.space(true);
      for (const char of '::=') if (!this.take(char)) this.fail(`::= is missing after ${name}`);
      this.space(true);
      if (rules.has(name)) this.fail(`the rule ${name} stands twice`);
      if (rules.size === MOST_RULES)
        throw new GrammarError('grammar_too_complex', { what: 'rules', limit: MOST_RULES });
      rules.set(name, this.choice(0));
    }
    return rules;
  }

  private choice(depth: number): Rule {
    if (depth > 100) this.fail('groups nested too deep');
    const parts = [this.sequence(depth)];
    for (this.space(depth > 0); this.take('|'); this.space(depth > 0)) {
      this.space(true);
      parts.push(this.sequence(depth));
    }
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts };
  }

  private sequence(depth: number): Rule {
    const parts: Rule[] = [];
    for (;;) {
      this.space(depth > 0);
      const item = this.item(depth);
      if (item === undefined) break;
      parts.push(this.repeated(item, depth > 0));
    }
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  }

  private item(depth: number): Rule | undefined {
    const char = this.chars[this.at];
    if (char === '"') return this.literal();
    if (char === '<' || char === '!')
      return this.fail('a token of a vocabulary (<…> or !<…>) is no text; write the text that it stands for');
    if (char === '[') return { kind: 'set', set: this.characters() };
    if (char === '.') {
      this.at++;
      return { kind: 'set', set: ANY };
    }
    if (char === '(') {
      this.at++;
      this.space(true);
      const inner = this.choice(depth + 1);
      this.space(true);
      if (!this.take(')')) this.fail('a group is not closed');
      return inner;
    }
    const line = this.line();
    const from = this.at;
    const name = this.name();
    if (name === undefined) return undefined;
    // A name at the top level that `::=` follows begins the next rule.
    const after = this.at;
    this.space(true);
    const next = this.chars.slice(this.at, this.at + 3).join('');
    this.at = next === '::=' ? from : after;
    return next === '::=' ? undefined : { kind: 'call', name, line };
  }

  /** `item` with the repeats that follow it: `*`, `+`, `?`, `{2}`, `{2,}`, `{2,5}`. */
  private repeated(item: Rule, lines: boolean): Rule {
    let body = item;
    for (let count = 0; ; count++) {
      const repeat = this.repeat(lines);
      if (repeat === undefined) return body;
      if (count === MOST_STACKED) this.fail(`more than ${MOST_STACKED} repeats of one thing`);
      body = { kind: 'repeat', body, ...repeat };
    }
  }

  private repeat(lines: boolean): { min: number; max: number } | undefined {
    this.space(lines);
    if (this.take('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.take('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.take('?')) return { min: 0, max: 1 };
    if (this.chars[this.at] !== '{') return undefined;
    const found = /^\{\s*(\d+)\s*(,\s*(\d*)\s*)?\}/.exec(this.chars.slice(this.at, this.at + 40).join(''));
    if (found === null) return this.fail('a repeat is {n}, {n,} or {n,m}');
    this.at += [...found[0]].length;
    const [, least, open, most] = found;
    const min = Number(least);
    const max = open === undefined ? min : most ? Number(most) : Number.POSITIVE_INFINITY;
    if (min > MOST_REPEATS || (max !== Number.POSITIVE_INFINITY && (max > MOST_REPEATS || max < min)))
      this.fail(`a repeat goes up to ${MOST_REPEATS}, from the smaller number to the larger`);
    return { min, max };
  }

  private literal(): Rule {
    this.at++;
    const parts: Rule[] = [];
    while (!this.take('"')) parts.push({ kind: 'set', set: this.single() });
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  }

  private single(): CharSet {
    const code = this.character();
    return [code, code];
  }

  private characters(): CharSet {
    this.at++;
    const negative = this.take('^');
    const ranges: [number, number][] = [];
    while (!this.take(']')) {
      const low = this.character();
      const ranged = this.chars[this.at] === '-' && this.chars[this.at + 1] !== ']';
      if (ranged) this.at++;
      const high = ranged ? this.character() : low;
      if (high < low) this.fail('a character range is out of order');
      ranges.push([low, high]);
    }
    const set = normalize(ranges);
    return negative ? negate(set) : set;
  }

  private character(): number {
    const char = this.chars[this.at++];
    if (char === undefined) return this.fail('a text or class is not closed');
    if (char !== '\\') return char.codePointAt(0)!;
    const kind = this.chars[this.at++] ?? '';
    const digits = { x: 2, u: 4, U: 8 }[kind];
    if (digits === undefined) return ESCAPES[kind] ?? this.fail(`\\${kind} is no escape`);
    const hex = this.chars.slice(this.at, this.at + digits).join('');
    const code = Number.parseInt(hex, 16);
    if (hex.length < digits || !/^[0-9A-Fa-f]+$/.test(hex) || code > 0x10ffff)
      this.fail(`\\${kind} needs ${digits} hexadecimal digits`);
    this.at += digits;
    return code;
  }

  private name(): string | undefined {
    const from = this.at;
    while (/^[A-Za-z0-9_-]$/.test(this.chars[this.at] ?? '')) this.at++;
    return this.at === from ? undefined : this.chars.slice(from, this.at).join('');
  }

  private space(lines: boolean): void {
    for (;;) {
      const char = this.chars[this.at];
      if (char === '#') while (this.at < this.chars.length && this.chars[this.at] !== '\n') this.at++;
      else if (char === ' ' || char === '\t' || (lines && (char === '\n' || char === '\r'))) this.at++;
      else return;
    }
  }

  private take(char: string): boolean {
    if (this.chars[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private line(): number {
    for (; this.counted < this.at; this.counted++) if (this.chars[this.counted] === '\n') this.lines++;
    return this.lines;
  }

  private fail(reason: string): never {
    throw new GrammarError('grammar_syntax', { line: this.line(), reason });
  }
}
