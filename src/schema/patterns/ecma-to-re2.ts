import { classEscape, isHighSurrogate, literal, unicodeProperty, WHITE_SPACE } from './character-classes.ts';

/** Why a pattern cannot be run in linear time, in words for its author. */
export class UnsupportedPattern extends Error {
  override readonly name = 'UnsupportedPattern';
}

/**
 * An ECMA-262 regular expression in RE2's syntax, with the same meaning: `.` and `\s` cover what JavaScript's
 * do, escapes and classes are spelled out, literals are escaped. Throws UnsupportedPattern for what no
 * linear-time engine has: lookaround and backreferences. The syntax itself must already have been checked.
 */
export function ecmaToRe2(pattern: string): string {
  let at = 0;
  let out = '';
  while (at < pattern.length) out += next();
  return out;

  function next(): string {
    const char = pattern[at]!;
    if (char === '\\') return escaped();
    if (char === '[') return characterClass();
    if (char === '(') return group();
    if (char === '.') return take(1, '[^\\n\\r\\x{2028}\\x{2029}]');
    if (char === '{') return quantifier();
    if ('^$|)*+?'.includes(char)) return take(1, char);
    return literal(takeCodePoint());
  }

  function group(): string {
    if (pattern[at + 1] !== '?') return take(1, '(');
    if (pattern[at + 2] === ':') return take(3, '(?:');
    const named = /^\(\?<([^=!>]+)>/.exec(pattern.slice(at));
    if (named) return take(named[0].length, '(?:');
    const look = /^\(\?<?[=!]/.exec(pattern.slice(at));
    throw new UnsupportedPattern(
      look ? `${look[0].startsWith('(?<') ? 'lookbehind' : 'lookahead'} ${look[0]}…)` : 'inline flags (?…)',
    );
  }

  function quantifier(): string {
    const count = /^\{\d+(,\d*)?\}/.exec(pattern.slice(at));
    return count ? take(count[0].length, count[0]) : take(1, '\\{');
  }

  function escaped(): string {
    const kind = pattern[at + 1] ?? '';
    if (/[1-9]/.test(kind)) throw new UnsupportedPattern(`backreference \\${kind}`);
    if (kind === 'k') throw new UnsupportedPattern('named backreference \\k');
    if (kind === 'b' || kind === 'B' || 'dDwW'.includes(kind)) return take(2, `\\${kind}`);
    if (kind === 's') return take(2, `[${WHITE_SPACE}]`);
    if (kind === 'S') return take(2, `[^${WHITE_SPACE}]`);
    return property() ?? literal(escapedCodePoint());
  }

  function property(): string | null {
    const match = /^\\([pP])\{([^}]*)\}/.exec(pattern.slice(at));
    if (!match) return null;
    const name = unicodeProperty(match[2]!);
    if (name === null) throw new UnsupportedPattern(`Unicode property ${match[0]}`);
    return take(match[0].length, `\\${match[1]}{${name}}`);
  }

  function characterClass(): string {
    at++;
    const negated = pattern[at] === '^';
    if (negated) at++;
    let items = '';
    while (at < pattern.length && pattern[at] !== ']') items += classItem();
    at++;
    if (items === '') return negated ? '[\\x00-\\x{10FFFF}]' : '[^\\x00-\\x{10FFFF}]';
    return `[${negated ? '^' : ''}${items}]`;
  }

  function classItem(): string {
    const set = classSet();
    if (set !== null) return set;
    const first = classCodePoint();
    const rangeTo = pattern[at] === '-' && pattern[at + 1] !== ']' && at + 1 < pattern.length;
    if (!rangeTo || /^-\\[dDwWsSpP]/.test(pattern.slice(at, at + 3))) return literal(first);
    at++;
    return `${literal(first)}-${literal(classCodePoint())}`;
  }

  function classSet(): string | null {
    if (pattern[at] !== '\\') return null;
    const set = classEscape(pattern[at + 1] ?? '');
    return set === null ? property() : take(2, set);
  }

  function classCodePoint(): number {
    if (pattern[at] !== '\\') return takeCodePoint();
    if (pattern[at + 1] === 'b') return take(2, 8);
    return escapedCodePoint();
  }

  /** The code point that an escape of one character means; `at` moves past it. */
  function escapedCodePoint(): number {
    const rest = pattern.slice(at);
    const control = { t: 9, n: 10, v: 11, f: 12, r: 13, '0': 0 }[rest[1] ?? ''];
    if (control !== undefined) return take(2, control);
    const hex = /^\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4}))/.exec(rest);
    if (hex) {
      at += hex[0].length;
      return joinSurrogates(Number.parseInt(hex[1] ?? hex[2] ?? hex[3]!, 16));
    }
    const letter = /^\\c([A-Za-z])/.exec(rest);
    if (letter) return take(3, letter[1]!.charCodeAt(0) % 32);
    at++;
    return at < pattern.length ? takeCodePoint() : 0x5c;
  }

  function joinSurrogates(unit: number): number {
    const low = isHighSurrogate(unit) ? /^\\u([dD][c-fC-F][0-9a-fA-F]{2})/.exec(pattern.slice(at)) : null;
    if (!low) return unit;
    at += low[0].length;
    return (unit - 0xd800) * 0x400 + (Number.parseInt(low[1]!, 16) - 0xdc00) + 0x10000;
  }

  function takeCodePoint(): number {
    const point = pattern.codePointAt(at)!;
    at += point > 0xffff ? 2 : 1;
    return point;
  }

  function take<T>(length: number, result: T): T {
    at += length;
    return result;
  }
}
