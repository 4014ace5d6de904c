import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadGrammars } from '../../src/tools/index.ts';

const SHIPPED = new URL('../../grammars', import.meta.url).pathname;
let root: string;
let folder: string;
beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), 'tenon-grammars-'))));
beforeEach(async () => void (folder = await mkdtemp(join(root, 'f-'))));
afterAll(() => rm(root, { recursive: true }));

describe('loadGrammars', () => {
  it('reads the shipped grammars and the operator\u2019s beside them, by file name', async () => {
    await writeFile(join(folder, 'sku.gbnf'), 'root ::= [A-Z]{3} "-" [0-9]{4}');
    await writeFile(join(folder, 'notes.txt'), 'not a grammar');
    const texts = await loadGrammars([SHIPPED, folder]);
    expect(Object.keys(texts)).toContain('sql-select');
    expect(texts.sku).toBe('root ::= [A-Z]{3} "-" [0-9]{4}');
    expect(texts.notes).toBeUndefined();
  });

  it.each([
    ['a name that is none', 'My Grammar.gbnf', 'root ::= "a"', /small letters/],
    ['a name that is taken', 'uuid.gbnf', 'root ::= "a"', /there is a grammar uuid already/],
    ['a text that is no GBNF', 'x.gbnf', 'root ::= (', /a group is not closed/],
    ['a rule that begins with itself', 'x.gbnf', 'root ::= root "a" | "b"', /begins with itself/],
    ['repeats that multiply', 'x.gbnf', 'root ::= ((("a"?){2000}){2000}){2000}', /more than [0-9]+ ways/],
    ['a token of a vocabulary', 'x.gbnf', 'root ::= <[1000]>', /is no text/],
    ['too much text', 'x.gbnf', `root ::= "a" # ${'x'.repeat(70_000)}`, /larger than 65536 bytes/],
  ])('refuses %s, and says which file it is', async (_, file, text, reason) => {
    await writeFile(join(folder, file), text);
    const refused = loadGrammars([SHIPPED, folder]);
    await expect(refused).rejects.toMatchObject({ code: 'grammar_file_invalid' });
    await expect(refused).rejects.toThrow(reason);
    await expect(refused).rejects.toThrow(join(folder, file));
  });

  it('refuses a folder that is not there', async () => {
    await expect(loadGrammars([join(folder, 'none')])).rejects.toMatchObject({ code: 'file_unreadable' });
  });
});
