import { afterAll, describe, expect, it } from 'vitest';
import { createGrammarCompiler } from '../../src/tools/index.ts';
import { closeThreads, manifest, openRegistry } from './setup.ts';

afterAll(closeThreads);

describe('a schema that the grammar refuses', () => {
  it('is refused at registration by the same code, with its place in the manifest', async () => {
    const registry = await openRegistry();
    const impossible = {
      type: 'object',
      properties: { a: { type: 'string', minLength: 3, maxLength: 2 } },
      required: ['a'],
    };
    await expect(registry.register(manifest({ parameters: impossible }))).rejects.toMatchObject({
      code: 'schema_unsatisfiable',
      param: expect.stringMatching(/^\/parameters/),
      details: [{ pointer: expect.stringMatching(/^\/parameters/) }],
    });
    expect(await registry.list()).toEqual([]);
  });

  it('is stopped where it takes too long, and the next one is served', async () => {
    const hasty = createGrammarCompiler({ limitMs: 2 });
    const small = { type: 'object', additionalProperties: false };
    await hasty.compile(small);
    const names = Array.from({ length: 900 }, (_, i) => `p${i}`);
    const text = { type: 'string', pattern: '^[a-z]{1,90}$' };
    const large = { type: 'object', properties: Object.fromEntries(names.map((name) => [name, text])) };
    await expect(hasty.compile(large)).rejects.toMatchObject({ code: 'schema_too_complex' });
    expect((await hasty.compile(small)).report.unenforced).toEqual([]);
    await hasty.close();
  });
});
