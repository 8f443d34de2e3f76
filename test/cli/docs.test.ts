import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { EXIT_CODES } from '../../cli/exit-code.js';
import { packageFolder } from '../../cli/package-folder.js';
import { createProgram } from '../../cli/program.js';

const page = readFileSync(path.join(packageFolder(), 'docs/cli.md'), 'utf8');

it.each(createProgram().commands.map((command) => [command.name(), command] as const))(
  'docs/cli.md explains %s with all its options',
  (name, command) => {
    expect(page).toContain(`\n## ${name}\n`);
    for (const { long } of command.options) expect(page).toContain(long);
  },
);

it('docs/cli.md lists every exit code', () => {
  expect([...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))).toEqual(Object.values(EXIT_CODES));
});
