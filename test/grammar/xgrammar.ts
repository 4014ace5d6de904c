import { copyFileSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOKENS } from './follow.ts';

type Xgrammar = typeof import('@mlc-ai/web-xgrammar');

/** Masks along a text, by another implementation. */
export interface Peer {
  /** The tokens that it allows before each of `tokens` and after the last; as far as it follows them. */
  masks(schema: unknown, tokens: readonly number[]): Promise<readonly ReadonlySet<number>[]>;
}

/** XGrammar over the vocabulary of follow.ts: compact JSON, properties in the schema's order, as ours by default. */
export async function openXgrammar(): Promise<Peer> {
  const { GrammarCompiler, GrammarMatcher, TokenizerInfo } = load();
  const table = byteTable();
  const texts = TOKENS.map((token) =>
    token === null ? '</s>' : Array.from(token, (byte) => table[byte]!).join(''),
  );
  const info = await TokenizerInfo.createTokenizerInfo(texts, 'byte_level', false, texts.length, [
    texts.length - 1,
  ]);
  const compiler = await GrammarCompiler.createGrammarCompiler(info, false);
  return {
    async masks(schema, tokens) {
      const compiled = await compiler.compileJSONSchema(JSON.stringify(schema), false, -1, [',', ':'], false);
      const matcher = await GrammarMatcher.createGrammarMatcher(compiled);
      const masks: ReadonlySet<number>[] = [];
      for (let i = 0; ; i++) {
        const bits = await matcher.getNextTokenBitmask();
        masks.push(new Set(TOKENS.keys().filter((id) => ((bits[id >> 5]! >>> (id & 31)) & 1) === 1)));
        if (i === tokens.length || !matcher.acceptToken(tokens[i]!)) break;
      }
      matcher.dispose();
      compiled.dispose();
      return masks;
    },
  };
}

/** Its file is a UMD one in a package that says it is a module, so Node takes it only under another name. */
function load(): Xgrammar {
  const require = createRequire(import.meta.url);
  const file = join(mkdtempSync(join(tmpdir(), 'xgrammar-')), 'xgrammar.cjs');
  copyFileSync(require.resolve('@mlc-ai/web-xgrammar'), file);
  const { log, warn } = console;
  // It binds the console when it is loaded, and tells of every keyword that it leaves out.
  Object.assign(console, { log: () => {}, warn: () => {} });
  try {
    return require(file) as Xgrammar;
  } finally {
    Object.assign(console, { log, warn });
  }
}

/** `byte_level`: each byte as the printable character that GPT-2's table has for it. */
function byteTable(): readonly string[] {
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let moved = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : moved++));
}
