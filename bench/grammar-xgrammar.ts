import { copyFileSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Case, type Figures, Tally } from './grammar-figures.ts';
import { longestMatch } from './grammar-vocabularies.ts';

type Xgrammar = typeof import('@mlc-ai/web-xgrammar');

/** Its file is a UMD one in a package that says it is a module, so Node takes it only under another name. */
function load(): Xgrammar {
  const require = createRequire(import.meta.url);
  const file = join(mkdtempSync(join(tmpdir(), 'xgrammar-')), 'xgrammar.cjs');
  copyFileSync(require.resolve('@mlc-ai/web-xgrammar'), file);
  // It prints what it leaves out of a schema, thousands of lines, and binds the console when it is loaded.
  console.log = () => {};
  console.warn = () => {};
  return require(file) as Xgrammar;
}

/** The same schemas, texts and tokens; every so many of the schemas, until the time is up: one of them may take a minute. */
export async function measureXgrammar(
  lines: readonly string[],
  bytes: readonly (Uint8Array | null)[],
  most: number,
  seconds: number,
): Promise<Figures> {
  const { GrammarCompiler, GrammarMatcher, TokenizerInfo } = load();
  // `byte_level`: each byte as the printable character that GPT-2's table has for it.
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let moved = 256;
  const table = Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(printable(byte) ? byte : moved++),
  );
  const texts = bytes.map((token) =>
    token === null ? '' : Array.from(token, (byte) => table[byte]!).join(''),
  );
  const end = texts.push('</s>') - 1;
  const info = await TokenizerInfo.createTokenizerInfo(texts, 'byte_level', false, texts.length, [end]);
  const match = longestMatch(bytes);
  const every = Math.max(1, Math.floor(lines.length / most));
  const tally = new Tally();
  const until = performance.now() + seconds * 1000;
  for (let i = 0; i < lines.length && performance.now() < until; i += every) {
    const { schema, tests } = JSON.parse(lines[i]!) as Case;
    tally.schemas++;
    const from = performance.now();
    try {
      const compiler = await GrammarCompiler.createGrammarCompiler(info, false);
      const compiled = await compiler.compileJSONSchema(
        JSON.stringify(schema),
        true,
        undefined,
        undefined,
        false,
      );
      const first = await GrammarMatcher.createGrammarMatcher(compiled);
      await first.getNextTokenBitmask();
      tally.first((performance.now() - from) * 1000);
      let right = true;
      for (const { data, valid } of tests) {
        const matcher = await GrammarMatcher.createGrammarMatcher(compiled);
        let accepted = true;
        for (const token of match(new TextEncoder().encode(JSON.stringify(data)))) {
          const start = performance.now();
          await matcher.getNextTokenBitmask();
          tally.mask((performance.now() - start) * 1000);
          accepted = matcher.acceptToken(token);
          if (!accepted) break;
        }
        accepted &&= matcher.acceptToken(end);
        matcher.dispose();
        if (accepted === valid) continue;
        right = false;
        if (valid) tally.valid_rejected++;
        else tally.invalid_accepted++;
      }
      if (right) tally.right++;
      first.dispose();
      compiled.dispose();
      compiler.dispose();
    } catch {
      tally.refused++;
    }
  }
  return tally.figures;
}
