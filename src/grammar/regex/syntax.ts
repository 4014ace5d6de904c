import { GrammarError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import {
  type CharSet,
  DIGIT,
  DOT,
  negate,
  normalize,
  SPACE,
  single,
  unicodeProperty,
  union,
  WORD,
} from './charset.ts';

/** A pattern as ECMA-262 writes it. */
export type Syntax =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'sequence'; readonly parts: readonly Syntax[] }
  | { readonly kind: 'choice'; readonly parts: readonly Syntax[] }
  | { readonly kind: 'repeat'; readonly body: Syntax; readonly min: number; readonly max: number }
  | {
      readonly kind: 'look';
      readonly body: Syntax;
      readonly negative: boolean;
      readonly behind?: boolean;
    }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'boundary'; readonly negative: boolean }
  // Only where captures are asked for.
  | { readonly kind: 'group'; readonly index: number; readonly body: Syntax }
  | { readonly kind: 'back'; readonly group: number | string };

/** Parses what `new RegExp(source, 'u')` takes, and the older escapes that many schemas still carry. */
export function parsePattern(source: string): Syntax {
  if (source.length > LIMITS.patternLength)
    throw new GrammarError('schema_too_large', { what: 'a pattern', limit: LIMITS.patternLength });
  const parser = new Parser(source);
  const syntax = parser.choice(0);
  if (!parser.done) parser.fail('an unmatched )');
  return syntax;
}

/** The same with what only backtracking can match: groups that are remembered, backreferences, lookbehind. */
export function parseWithCaptures(source: string): {
  readonly syntax: Syntax;
  readonly names: ReadonlyMap<string, number>;
} {
  const parser = new Parser(source, true);
  const syntax = parser.choice(0);
  if (!parser.done) parser.fail('an unmatched )');
  return { syntax, names: parser.names };
}

const CONTROL: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

class Parser {
  private readonly chars: readonly string[];
  private readonly source: string;
  private readonly captures: boolean;
  readonly names = new Map<string, number>();
  private groups = 0;
  private at = 0;

  constructor(source: string, captures = false) {
    this.source = source;
    this.captures = captures;
    this.chars = [...source];
  }

  get done(): boolean {
    return this.at >= this.chars.length;
  }

  fail(reason: string): never {
    throw new GrammarError('schema_pattern_unsupported', { pattern: this.source.slice(0, 100), reason });
  }

  choice(depth: number): Syntax {
    if (depth > 200) this.fail('groups nested too deep');
    const parts = [this.sequence(depth)];
    while (this.take('|')) parts.push(this.sequence(depth));
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts };
  }

  private sequence(depth: number): Syntax {
    const parts: Syntax[] = [];
    while (!this.done && this.peek() !== '|' && this.peek() !== ')')
      parts.push(this.quantified(this.atom(depth)));
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  }

  private quantified(atom: Syntax): Syntax {
    const bounds = this.bounds();
    if (bounds === undefined) return atom;
    this.take('?'); // a lazy quantifier matches the same texts
    const [min, max] = bounds;
    if (max < min) this.fail('a repeat whose numbers are out of order');
    const next: Syntax = { kind: 'repeat', body: atom, min, max };
    return next;
  }

  private bounds(): readonly [number, number] | undefined {
    if (this.take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.take('?')) return [0, 1];
    if (this.peek() !== '{') return undefined;
    const found = /^\{(\d+)(,(\d*))?\}/.exec(this.chars.slice(this.at, this.at + 24).join(''));
    if (found === null) return undefined;
    this.at += found[0].length;
    const min = Number(found[1]);
    if (found[2] === undefined) return [min, min];
    return [min, found[3] === '' ? Number.POSITIVE_INFINITY : Number(found[3])];
  }

  private atom(depth: number): Syntax {
    const char = this.next();
    switch (char) {
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '.':
        return { kind: 'set', set: DOT };
      case '(':
        return this.group(depth);
      case '[':
        return { kind: 'set', set: this.characterClass() };
      case '\\':
        return this.escape();
      case '*':
      case '+':
      case '?':
        return this.fail(`nothing to repeat before ${char}`);
      default:
        return { kind: 'set', set: single(char.codePointAt(0)!) };
    }
  }

  private group(depth: number): Syntax {
    let look: { negative: boolean; behind?: boolean } | undefined;
    let index: number | undefined;
    if (this.take('?')) {
      const kind = this.next();
      if (kind === '=' || kind === '!') look = { negative: kind === '!' };
      else if (kind === '<') {
        const first = this.next();
        if (first === '=' || first === '!') {
          if (!this.captures) this.fail('lookbehind');
          look = { negative: first === '!', behind: true };
        } else {
          let name = first;
          for (let char = this.next(); char !== '>'; char = this.next()) name += char;
          index = ++this.groups;
          this.names.set(name, index);
        }
      } else if (kind !== ':') this.fail(`a group that begins with (?${kind}`);
    } else index = ++this.groups;
    const body = this.choice(depth + 1);
    if (!this.take(')')) this.fail('a group that is not closed');
    if (look !== undefined) return { kind: 'look', body, ...look };
    return this.captures && index !== undefined ? { kind: 'group', index, body } : body;
  }

  private backreference(): Syntax {
    let digits = '';
    if (this.take('k')) {
      if (!this.take('<')) this.fail('\\k without a name');
      let name = '';
      for (let char = this.next(); char !== '>'; char = this.next()) name += char;
      return { kind: 'back', group: name };
    }
    while (/[0-9]/.test(this.peek() ?? '')) digits += this.next();
    return { kind: 'back', group: Number(digits) };
  }

  private escape(): Syntax {
    const char = this.peek();
    if (char === 'b' || char === 'B') {
      this.at++;
      return { kind: 'boundary', negative: char === 'B' };
    }
    if (char === 'k' || (char !== undefined && char >= '1' && char <= '9'))
      return this.captures ? this.backreference() : this.fail('a backreference');
    return { kind: 'set', set: this.escapedSet(false) };
  }

  private escapedSet(inClass: boolean): CharSet {
    const char = this.next();
    switch (char) {
      case 'd':
        return DIGIT;
      case 'D':
        return negate(DIGIT);
      case 'w':
        return WORD;
      case 'W':
        return negate(WORD);
      case 's':
        return SPACE;
      case 'S':
        return negate(SPACE);
      case 'p':
      case 'P':
        return this.property(char === 'P');
      case 'b':
        return single(8);
      case '0':
        return single(0);
      case 'c': {
        const letter = this.next();
        if (!/[A-Za-z]/.test(letter)) this.fail('\\c without a letter');
        return single(letter.charCodeAt(0) % 32);
      }
      case 'x':
        return single(this.hex(2) ?? 0x78);
      case 'u':
        return single(this.unicodeEscape());
      default:
        if (CONTROL[char] !== undefined) return single(CONTROL[char]);
        if (inClass || !/[A-Za-z0-9]/.test(char)) return single(char.codePointAt(0)!);
        // Outside the u flag an unknown escape is the letter itself; \Z and \A are other languages' anchors.
        if (/[AZzGQE]/.test(char)) this.fail(`\\${char}, which is not in ECMA-262`);
        return single(char.codePointAt(0)!);
    }
  }

  private property(negative: boolean): CharSet {
    if (!this.take('{')) return this.fail('\\p without a name');
    let name = '';
    for (let char = this.next(); char !== '}'; char = this.next()) name += char;
    if (!/^[A-Za-z0-9_=]+$/.test(name)) return this.fail('\\p with a name that is no property');
    const set = unicodeProperty(name);
    if (set === undefined) return this.fail(`\\p{${name}}, which is no Unicode property`);
    return negative ? negate(set) : set;
  }

  private unicodeEscape(): number {
    if (this.take('{')) {
      let digits = '';
      for (let char = this.next(); char !== '}'; char = this.next()) digits += char;
      const code = Number.parseInt(digits, 16);
      if (!/^[0-9A-Fa-f]+$/.test(digits) || code > 0x10ffff) this.fail('\\u{…} that is no code point');
      return code;
    }
    const high = this.hex(4);
    if (high === undefined) return 0x75;
    if (high < 0xd800 || high > 0xdbff || this.peek() !== '\\' || this.chars[this.at + 1] !== 'u')
      return high;
    const from = this.at;
    this.at += 2;
    const low = this.hex(4);
    if (low !== undefined && low >= 0xdc00 && low <= 0xdfff)
      return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    this.at = from;
    return high;
  }

  private hex(count: number): number | undefined {
    const digits = this.chars.slice(this.at, this.at + count).join('');
    if (digits.length < count || !/^[0-9A-Fa-f]+$/.test(digits)) return undefined;
    this.at += count;
    return Number.parseInt(digits, 16);
  }

  private characterClass(): CharSet {
    const negative = this.take('^');
    const sets: CharSet[] = [];
    while (!this.take(']')) {
      const from = this.classAtom();
      if (this.peek() === '-' && this.chars[this.at + 1] !== ']' && this.chars[this.at + 1] !== undefined) {
        this.at++;
        const to = this.classAtom();
        const [lo, hi] = [from[0], to[0]];
        if (from.length !== 2 || to.length !== 2 || from[0] !== from[1] || to[0] !== to[1])
          sets.push(from, to, single(0x2d));
        else if (lo! > hi!) this.fail('a character range that is out of order');
        else sets.push(normalize([[lo!, hi!]]));
      } else sets.push(from);
    }
    const set = union(...sets);
    return negative ? negate(set) : set;
  }

  private classAtom(): CharSet {
    const char = this.next();
    return char === '\\' ? this.escapedSet(true) : single(char.codePointAt(0)!);
  }

  private peek(): string | undefined {
    return this.chars[this.at];
  }

  private next(): string {
    const char = this.chars[this.at++];
    if (char === undefined) this.fail('it ends too early');
    return char;
  }

  private take(char: string): boolean {
    if (this.chars[this.at] !== char) return false;
    this.at++;
    return true;
  }
}
