import { readdir } from 'node:fs/promises';

/** `npm run -s bench -- NAME [options]`: a bench is a file here that exports `run(args)`. */
interface Bench {
  run(args: readonly string[]): Promise<void>;
}

const [name, ...args] = process.argv.slice(2);
const names = await findBenches();
if (name === undefined || !names.includes(name)) {
  process.stderr.write(`usage: npm run -s bench -- ${names.join('|')} [--quick] [options]\n`);
  process.exitCode = name === '--help' ? 0 : 2;
} else {
  const bench = (await import(`./${name}.ts`)) as Bench;
  await bench.run(args);
}

/** Files without a dash: those with one belong to a bench of the same first word. */
async function findBenches(): Promise<readonly string[]> {
  const files = await readdir(new URL('.', import.meta.url));
  return files.flatMap((file) => /^([a-z]+)\.ts$/.exec(file)?.[1] ?? []).filter((found) => found !== 'main');
}
