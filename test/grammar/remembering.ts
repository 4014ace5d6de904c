/**
 * A process of its own, so that nothing else stands on the heap: prints the largest heap in MB, garbage collected, while
 * thousands of schemas, patterns and texts went by that were all different.
 */
import { compileSchema, createMatcher, type Grammar } from '../../src/grammar/index.ts';
import { allowed, VOCABULARY } from './follow.ts';

declare const gc: () => void;

function heap(): number {
  gc();
  return Math.round(process.memoryUsage().heapUsed / 1e6);
}

let largest = 0;

function repeat(times: number, one: (i: number) => void): void {
  for (let i = 0; i < times; i++) {
    if (i % 5_000 === 0) largest = Math.max(largest, heap());
    one(i);
  }
}

function write(grammar: Grammar, text: string): void {
  const matcher = createMatcher(grammar, VOCABULARY);
  for (const byte of Buffer.from(text)) if (!matcher.accept(byte)) break;
  allowed(matcher);
}

repeat(10_000, (i) => {
  const schema = {
    type: 'object',
    properties: {
      [`p${i}`]: { enum: [`a${i}`, i] },
      n: { type: 'integer', minimum: i, multipleOf: (i % 97) + 1 },
    },
    required: [`p${i}`],
    additionalProperties: false,
  };
  write(compileSchema(schema), `{"p${i}":"a${i}`);
});
repeat(10_000, (i) => {
  write(
    compileSchema({ type: 'string', pattern: `^x${i}[a-f]{1,9}$`, maxLength: 20 + (i % 50) }),
    `"x${i}ab`,
  );
});
const free = compileSchema({
  type: 'object',
  properties: {
    name: { type: 'string', pattern: '^[a-z]+(-[a-z]+)*$' },
    note: { type: 'string', maxLength: 100 },
  },
  additionalProperties: { type: 'array', items: { type: 'integer' } },
});
repeat(3_000, (i) =>
  write(free, `{"name":"${i.toString(26).replace(/\d/g, 'z')}-x","note":"n${i}é","k${i}":[${i},`),
);
const nested = compileSchema(
  { type: 'string', 'x-grammar': 'tree' },
  { grammars: { tree: 'root ::= "(" (root | [a-z]){0,3} ")" | "[" (root | [0-9]){0,3} "]"' } },
);
repeat(3_000, (i) => {
  write(nested, `"${(i + 16_384).toString(2).replaceAll('0', '(').replaceAll('1', '[')}`);
});
largest = Math.max(largest, heap());
process.stdout.write(String(largest));
