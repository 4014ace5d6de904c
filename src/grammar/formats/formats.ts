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

export type FormatKind = 'pattern' | 'checked' | 'number' | 'annotation';

/** `int32`, `int64`, `float` and `double` speak of numbers; unknown formats are annotations. */
export function formatKind(name: string): FormatKind {
  if (Object.hasOwn(FORMAT_PATTERNS, name)) return 'pattern';
  if (Object.hasOwn(CHECKED, name)) return 'checked';
  return name === 'int32' || name === 'int64' ? 'number' : 'annotation';
}

/** `strict`: the form to write, never more than what is accepted when reading. */
export function formatPart(name: string, strict: boolean): PatternPart {
  const format = FORMAT_PATTERNS[name]!;
  return { source: strict ? (format.strict ?? format.pattern) : format.pattern, search: false };
}

export function formatMaxLength(name: string): number {
  return FORMAT_PATTERNS[name]?.maxLength ?? Number.POSITIVE_INFINITY;
}

export function formatHolds(name: string, value: unknown): boolean {
  if (typeof value === 'string') {
    if (Object.hasOwn(CHECKED, name)) return CHECKED[name]!(value);
    return (
      !Object.hasOwn(FORMAT_PATTERNS, name) ||
      (value.length <= formatMaxLength(name) && matches(patternAutomaton([formatPart(name, false)]), value))
    );
  }
  if (typeof value !== 'number') return true;
  if (name === 'int32') return Number.isInteger(value) && value >= -2147483648 && value <= 2147483647;
  return name !== 'int64' || Number.isInteger(value);
}
