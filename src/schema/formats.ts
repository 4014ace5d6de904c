import type { Format } from 'ajv';
import { formatHolds, STRING_FORMATS } from '../grammar/index.ts';

/** `format` as the grammar means it: what one lets through, the other accepts. Other formats are annotations. */
export const formats: Readonly<Record<string, Format>> = {
  ...Object.fromEntries(
    STRING_FORMATS.map((name) => [name, (text: string): boolean => formatHolds(name, text)]),
  ),
  ...Object.fromEntries(
    ['int32', 'int64'].map((name) => [
      name,
      { type: 'number', validate: (value: number): boolean => formatHolds(name, value) } as const,
    ]),
  ),
};
