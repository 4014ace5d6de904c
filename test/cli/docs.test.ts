import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { envOf, flagOf, SETTING_NAMES, SETTINGS } from '../../src/cli/config/settings.ts';
import { createProgram } from '../../src/cli/program.ts';

const page = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');

describe('docs/cli.md', () => {
  it('has a row for every setting and for no other', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| `(--[\w-]+)`, `(TENON_\w+)` \| (.*?) \|/gm)];
    expect(rows.map(([, name, flag, env]) => [name, flag, env])).toEqual(
      SETTING_NAMES.map((name) => [name, flagOf(name), envOf(name)]),
    );
  });

  it('gives the defaults that hold', () => {
    for (const name of [
      'host',
      'port',
      'data',
      'demo',
      'demo_port',
      'max_body_bytes',
      'log_level',
    ] as const) {
      const written = new RegExp(`^\\| \`${name}\` \\| [^|]*\\| \`([^\`]*)\` \\|`, 'm').exec(page)?.[1];
      expect([name, written]).toEqual([name, String(SETTINGS[name].fallback)]);
    }
  });

  it('has every command', () => {
    for (const command of createProgram().commands) {
      expect(page).toContain(`tenon ${command.name()}`);
      for (const child of command.commands) expect(page).toContain(`tenon ${command.name()} ${child.name()}`);
    }
  });
});
