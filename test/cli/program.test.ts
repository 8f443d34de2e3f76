import { describe, expect, it } from 'vitest';
import { packageVersion } from '../../cli/package-folder.js';
import { createProgram } from '../../cli/program.js';
import { biagraph } from './command.js';

describe('biagraph', () => {
  it('lists its commands and exit codes', async () => {
    const { code, stdout, stderr } = await biagraph(['--help']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    for (const command of createProgram().commands) expect(stdout).toContain(`\n  ${command.name()} `);
    expect(stdout).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 .*\n {2}4 .*\n {2}130 /);
  });

  it('tells its version', async () => {
    expect(await biagraph(['--version'])).toMatchObject({ code: 0, stdout: `${packageVersion()}\n`, stderr: '' });
  });

  it('without a command shows the help as an error', async () => {
    const { code, stdout, stderr } = await biagraph([]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage: biagraph');
  });

  it('suggests the nearest command and option', async () => {
    const wrong = await biagraph(['chek', 'job.yaml']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("unknown command 'chek'\n(Did you mean check?)");
    const option = await biagraph(['run', 'job.yaml', '--frsh']);
    expect(option.code).toBe(2);
    expect(option.stderr).toContain('(Did you mean --fresh?)');
    expect(option.stderr).toContain('See `biagraph run --help`');
  });

  it('refuses a run id that is no number', async () => {
    const { code, stderr } = await biagraph(['run', 'job.yaml', '--run-id', 'two']);
    expect(code).toBe(2);
    expect(stderr).toContain("'two' is invalid. Expected a whole number from 0 on.");
  });
});

describe('createProgram', () => {
  const commands = createProgram().commands;

  it.each(commands.map((command) => [command.name(), command] as const))('%s explains itself', (name, command) => {
    let help = '';
    command.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    command.outputHelp();
    expect(command.summary()).not.toBe('');
    expect(command.description()).toMatch(/\.$/);
    expect(help).toContain(`Examples:\n  biagraph ${name}`);
    for (const option of command.options) expect(option.description, option.flags).not.toBe('');
  });
});
