import { writeFile } from 'node:fs/promises';
import { ERRORS, type ErrorSpec } from '../src/errors.ts';

const INTRO = `# Errors

<!-- Written by \`npm run docs:errors\` from src/errors.ts. -->

Every error that leaves Tenon, over HTTP or from the command line, has one of these codes:

    {"error": {"message": "There is no tool \\"x\\". …", "type": "not_found_error", "code": "tool_not_found", "param": "tool"}}

\`param\` names the request field at fault, or is null. \`details\`, where there are several things to say, is a list of
\`{pointer, keyword, message}\`, each pointer a JSON Pointer into the value that was sent. The header \`x-request-id\`
of every answer names the request in the log. Programs should switch on \`code\`; messages may be reworded.

A \`{word}\` in a message is filled in when it is sent.
`;

const HEADINGS: Readonly<Record<ErrorSpec['type'], string>> = {
  invalid_request_error: 'The request is at fault',
  authentication_error: 'The key is missing or not valid',
  permission_error: 'The key may not do this',
  rate_limit_error: 'The key has used up what it may, for now',
  not_found_error: 'What was asked for is not there',
  conflict_error: 'The request and what is there contradict each other',
  upstream_error: "The tool's own API is at fault",
  server_error: 'Tenon, its model or its machine is at fault',
};

/** docs/errors.md: the error table as people read it, grouped by type, sorted by code. */
export function renderErrorsPage(): string {
  const codes = Object.entries<ErrorSpec>(ERRORS).sort(([a], [b]) => (a < b ? -1 : 1));
  const sections = Object.entries(HEADINGS).map(([type, heading]) => {
    const rows = codes.filter(([, spec]) => spec.type === type).map(row);
    return `## ${heading}: \`${type}\`\n\n| code | status | message |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return [INTRO, ...sections].join('\n');
}

function row([code, { status, message }]: [string, ErrorSpec]): string {
  return `| \`${code}\` | ${status} | ${message.replaceAll('|', '\\|')} |`;
}

if (import.meta.main) await writeFile(new URL('../docs/errors.md', import.meta.url), renderErrorsPage());
