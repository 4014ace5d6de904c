import { type CharSet, negate, normalize } from '../regex/charset.ts';
import type { Rules } from './rules.ts';
import type { Rule } from './syntax.ts';

/** What a JSON string cannot hold as it is: controls, the quotation mark, the backslash. */
const ESCAPED = normalize([
  [0, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
]);

/**
 * A grammar's rules as they stand inside a JSON string, each name behind `prefix`, the root first. What JSON must
 * escape is written with its shortest escape.
 */
export function spellInJson(rules: Rules, prefix: string): readonly string[] {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of rules.keys()) {
    // llama.cpp's names have no underscore.
    let own = `${prefix}-${name.replaceAll('_', '-')}`;
    while (taken.has(own)) own += '-x';
    taken.add(own);
    names.set(name, own);
  }
  const ordered = [...rules].sort(([a], [b]) => Number(b === 'root') - Number(a === 'root'));
  return ordered.map(([name, rule]) => `${names.get(name)} ::= ${spell(rule, names, false)}`);
}

/** `inner`: among other parts of a sequence or under a repeat, where a choice needs its brackets. */
function spell(rule: Rule, names: ReadonlyMap<string, string>, inner: boolean): string {
  switch (rule.kind) {
    case 'set':
      return spellSet(rule.set, inner);
    case 'call':
      return names.get(rule.name)!;
    case 'choice': {
      const text = rule.parts.map((part) => spell(part, names, false) || '""').join(' | ');
      return inner ? `(${text})` : text;
    }
    case 'sequence':
      return spellSequence(rule.parts, names);
    case 'repeat': {
      const text = spell(rule.body, names, true);
      const whole = /^(\[[^\]]*\]|[\w-]+|\(.*\)|"[^"]*")$/.test(text) && rule.body.kind !== 'sequence';
      return `${whole ? text : `(${text})`}${repeatMark(rule.min, rule.max)}`;
    }
  }
}

function spellSequence(parts: readonly Rule[], names: ReadonlyMap<string, string>): string {
  const out: string[] = [];
  let literal = '';
  const flush = (): void => {
    if (literal !== '') out.push(`"${literal}"`);
    literal = '';
  };
  for (const part of parts) {
    if (part.kind === 'set' && part.set.length === 2 && part.set[0] === part.set[1])
      literal += spellChar(part.set[0]!);
    else {
      flush();
      const text = spell(part, names, true);
      if (text !== '') out.push(text);
    }
  }
  flush();
  return out.length === 0 ? '""' : out.join(' ');
}

function repeatMark(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  if (min === 0 && max === 1) return '?';
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

function spellSet(set: CharSet, inner: boolean): string {
  if (set.length === 2 && set[0] === set[1]) return `"${spellChar(set[0]!)}"`;
  const options: string[] = [];
  const plain = intersect(set, negate(ESCAPED));
  if (plain.length > 0) options.push(`[${ranges(plain)}]`);
  const escaped = intersect(set, ESCAPED);
  for (let i = 0; i < escaped.length; i += 2)
    for (let code = escaped[i]!; code <= escaped[i + 1]!; code++) options.push(`"${spellChar(code)}"`);
  const text = options.join(' | ');
  return inner && options.length > 1 ? `(${text})` : text;
}

function intersect(a: CharSet, b: CharSet): CharSet {
  const out: [number, number][] = [];
  for (let i = 0; i < a.length; i += 2)
    for (let k = 0; k < b.length; k += 2) {
      const low = Math.max(a[i]!, b[k]!);
      const high = Math.min(a[i + 1]!, b[k + 1]!);
      if (low <= high) out.push([low, high]);
    }
  return normalize(out);
}

/** A character of a JSON string, in a GBNF literal. */
function spellChar(code: number): string {
  const json = JSON.stringify(String.fromCodePoint(code)).slice(1, -1);
  return json.length > 1 && json.startsWith('\\') ? json.replace(/[\\"]/g, '\\$&') : gbnfChar(code, '"\\');
}

function ranges(set: CharSet): string {
  let text = '';
  for (let i = 0; i < set.length; i += 2) {
    const low = gbnfChar(set[i]!, '[]\\-');
    const high = gbnfChar(set[i + 1]!, '[]\\-');
    text += set[i] === set[i + 1] ? low : `${low}-${high}`;
  }
  return text;
}

/** A character of GBNF: as it is, behind a backslash, or by its number. */
function gbnfChar(code: number, special: string): string {
  if (code > 0xffff) return `\\U${code.toString(16).padStart(8, '0')}`;
  if (code > 0x7e) return `\\u${code.toString(16).padStart(4, '0')}`;
  const char = String.fromCharCode(code);
  // An escaped `^` is unknown to llama.cpp.
  if (code < 0x20 || char === '^') return `\\x${code.toString(16).padStart(2, '0')}`;
  return special.includes(char) ? `\\${char}` : char;
}
