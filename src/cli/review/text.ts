import type { ReviewSummary } from '../../reviews/index.ts';
import { bold, dim, doubtful, printable, table } from '../style.ts';

/** One line a review. */
export function listText(reviews: readonly ReviewSummary[]): string {
  if (reviews.length === 0) return 'Nothing waits for review.';
  return printable(
    table(
      reviews.map(({ id, status, tool, reason, input }) => [id, status, tool, reason.kind, shorten(input)]),
    ),
  );
}

/** One review for a decision: what was said, what came of it, and what is wrong with that. */
export function reviewText({ tool, input, arguments: args, reason }: ReviewSummary): string {
  const lines = [
    `${dim('said      ')} ${printable(input)}`,
    `${dim('tool      ')} ${bold(printable(tool))}`,
    `${dim('reason    ')} ${doubtful(reason.kind)}: ${printable(reason.message)}`,
    ...reason.issues.map(
      ({ pointer, keyword, message }) =>
        `${' '.repeat(11)}${printable(`${pointer || '/'}  ${keyword}: ${message}`)}`,
    ),
    dim('arguments'),
    args === null || args === undefined ? '  none' : indent(JSON.stringify(args, null, 2)),
  ];
  return lines.join('\n');
}

const indent = (text: string): string => printable(text).replace(/^/gm, '  ');
const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text);
