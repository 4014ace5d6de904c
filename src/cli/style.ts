import { styleText } from 'node:util';

type Style = (text: string) => string;

// styleText drops the colours itself where the stream is no terminal or NO_COLOR is set.
const style =
  (name: 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan'): Style =>
  (text) =>
    styleText(name, text, { stream: process.stdout });

export const bold = style('bold');
export const dim = style('dim');
export const good = style('green');
export const doubtful = style('yellow');
export const bad = style('red');
export const accent = style('cyan');

/** Columns padded to their widest cell, two spaces between; cells are plain text. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(...rows.map((row) => row[i]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Text from outside may hold terminal escapes: they are shown, not obeyed. */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
