import { type PatternPart, patternAutomaton } from '../regex/compile.ts';
import { matches } from '../text/automaton.ts';
import { FORMAT_PATTERNS } from './patterns.ts';

/** Formats of strings that no pattern says; they are checked when the string closes. */
const CHECKED: Readonly<Record<string, (text: string) => boolean>> = {
  regex: (text) => {
    if (/[^\\]\\Z/.test(text)) return false;
    try {
      new RegExp(text, 'u');
      return true;
    } catch {
      return false;
    }
  },
};

export type FormatKind = 'pattern' | 'checked' | 'number' | 'written' | 'annotation';

/**
 * `int32` and `int64` speak of numbers; `written` ones assert nothing, and say what to write; unknown formats are
 * annotations.
 */
export function formatKind(name: string): FormatKind {
  if (Object.hasOwn(FORMAT_PATTERNS, name))
    return FORMAT_PATTERNS[name]!.pattern === undefined ? 'written' : 'pattern';
  if (Object.hasOwn(CHECKED, name)) return 'checked';
  return name === 'int32' || name === 'int64' ? 'number' : 'annotation';
}

/** The formats that assert something of a string. */
export const STRING_FORMATS: readonly string[] = [
  ...Object.keys(FORMAT_PATTERNS),
  ...Object.keys(CHECKED),
].filter((name) => formatKind(name) !== 'written');

/** What the format asserts; `written`: the form to write, never more than that. */
export function formatPart(name: string, written: boolean): PatternPart | undefined {
  const format = FORMAT_PATTERNS[name]!;
  const source = written ? (format.written ?? format.pattern) : format.pattern;
  return source === undefined ? undefined : { source, search: false };
}

export function formatMaxLength(name: string): number {
  return FORMAT_PATTERNS[name]?.maxLength ?? Number.POSITIVE_INFINITY;
}

export function formatHolds(name: string, value: unknown): boolean {
  if (typeof value === 'string') {
    if (Object.hasOwn(CHECKED, name)) return CHECKED[name]!(value);
    if (!Object.hasOwn(FORMAT_PATTERNS, name)) return true;
    const part = formatPart(name, false);
    return (
      part === undefined ||
      (codePoints(value) <= formatMaxLength(name) && matches(patternAutomaton([part]), value))
    );
  }
  if (typeof value !== 'number') return true;
  if (name === 'int32') return Number.isInteger(value) && value >= -2147483648 && value <= 2147483647;
  return name !== 'int64' || Number.isInteger(value);
}

function codePoints(text: string): number {
  return [...text].length;
}
