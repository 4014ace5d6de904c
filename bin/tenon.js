#!/usr/bin/env node
// Tenon needs Node 24. Where the node that started this is older, the one in node_modules takes over, so this
// file stays plain JavaScript that old versions can read.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const major = Number(process.versions.node.split('.')[0]);
const node = major >= 24 ? process.execPath : findNode24();

if (node === undefined) {
  process.stderr.write(
    `tenon needs Node 24 or newer; this is ${process.version}. Run npm ci, which brings it.\n`,
  );
  process.exit(1);
}

const main = join(root, 'src', 'cli', 'main.ts');
const flags = ['--disable-warning=ExperimentalWarning'];
const child = spawn(node, [...flags, main, ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  // A terminal sends Ctrl-C to both; the child decides when to end, and this process ends with it.
  process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
}
child.on('error', (error) => {
  process.stderr.write(`tenon could not start ${node}: ${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));

/** npm puts the `node` package's binary beside this package, or above it where Tenon is a dependency. */
function findNode24() {
  for (let folder = root; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', 'node', 'bin', 'node');
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}
