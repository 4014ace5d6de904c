import { html } from 'hono/html';
import type { DemoRecord } from './records.ts';

const STYLE = `
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #8884; }
  code { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
`;

/** What the demo service holds, for eyes. `html` escapes every value. */
export function page(records: readonly DemoRecord[]): ReturnType<typeof html> {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta http-equiv="refresh" content="3" />
        <title>Tenon's demo service</title>
        <style>${STYLE}</style>
      </head>
      <body>
        <h1>The demo service</h1>
        <p>
          A stand-in for your own API. It keeps every request it is sent in its own database; this page shows the
          newest first. The same as JSON: <a href="/records">/records</a>.
        </p>
        ${records.length === 0 ? html`<p>Nothing has arrived yet.</p>` : table(records)}
      </body>
    </html>`;
}

function table(records: readonly DemoRecord[]): ReturnType<typeof html> {
  return html`<table>
    <thead>
      <tr><th>Received</th><th>Request</th><th>Sent</th><th>Answered</th></tr>
    </thead>
    <tbody>${records.map(row)}</tbody>
  </table>`;
}

function row(record: DemoRecord): ReturnType<typeof html> {
  return html`<tr>
    <td>${record.received_at.slice(0, 19).replace('T', ' ')}</td>
    <td><code>${record.method} ${record.path}</code></td>
    <td><code>${JSON.stringify(record.request)}</code></td>
    <td><code>${record.status} ${JSON.stringify(record.answer)}</code></td>
  </tr>`;
}
