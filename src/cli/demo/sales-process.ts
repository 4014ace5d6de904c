/**
 * A process for one query: it holds the table and nothing else, reads the statement from standard input, and prints
 * `{rows}` or `{error}`. A statement can take as long as it likes: whoever started the process ends it.
 */
import { text } from 'node:stream/consumers';
import { answerQuery } from './sales-query.ts';

process.stdout.write(JSON.stringify(answerQuery(await text(process.stdin))));
