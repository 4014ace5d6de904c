import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';

function leaves(command: Command, path = ''): readonly (readonly [string, Command])[] {
  const name = `${path} ${command.name()}`.trim();
  const children = command.commands.flatMap((child) => leaves(child, name));
  return command.commands.length > 0 && !command.options.some(({ long }) => long === '--json')
    ? children
    : [[name, command], ...children];
}

describe('every command', () => {
  const commands = leaves(createProgram());

  it('is here', () => {
    const names = commands.map(([name]) => name.replace('tenon ', ''));
    expect(names).toEqual(
      expect.arrayContaining([
        'serve',
        'call',
        'tool add',
        'tool list',
        'review',
        'review approve',
        'adapter list',
        'bench',
      ]),
    );
  });

  it.each(commands)('%s explains itself and speaks JSON', (name, command) => {
    expect(command.description()).not.toBe('');
    const help = command.helpInformation();
    expect(help).toContain(`Usage: ${name}`);
    expect(help).toContain('--json');
    expect(help).toContain('--help');
    for (const option of command.options) expect([option.flags, option.description]).not.toContain('');
  });
});
