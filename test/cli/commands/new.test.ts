import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageFolder } from '../../../cli/package-folder.js';
import { biagraph } from '../command.js';
import { temporaryFolder } from '../tiny-job.js';

const templates = readdirSync(path.join(packageFolder(), 'templates')).map((file) => path.parse(file).name);

describe('biagraph new', () => {
  it.each(templates)('%s is a file that passes the check once its folders exist', async (name) => {
    const cwd = temporaryFolder();
    const [, workflow, ndim] = /^(.*)-(2d|3d)$/.exec(name)!;
    const { code, stdout } = await biagraph(['new', workflow, '--ndim', ndim.toUpperCase()], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain(`biagraph check ${name}.yaml`);
    const text = readFileSync(path.join(cwd, `${name}.yaml`), 'utf8');
    for (const [, folder] of text.matchAll(/PATH: (\S+)/g)) {
      // A classification has a folder for each class.
      const classes = workflow === 'classification' ? Number(/N_CLASSES: (\d+)/.exec(text)![1]) : 0;
      for (const name of classes > 0 ? Array.from({ length: classes }, (_, id) => `class-${id}`) : ['.']) {
        mkdirSync(path.join(cwd, folder, name), { recursive: true });
        writeFileSync(path.join(cwd, folder, name, 'a.tif'), '');
      }
    }
    expect(await biagraph(['check', `${name}.yaml`], { cwd })).toMatchObject({ code: 0, stderr: '' });
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(112);
  });

  it('leaves a file that is there as it is', async () => {
    const cwd = temporaryFolder();
    writeFileSync(path.join(cwd, 'mine.yaml'), 'precious');
    const { code, stderr } = await biagraph(['new', 'semantic-segmentation', '-o', 'mine.yaml'], { cwd });
    expect(code).toBe(4);
    expect(stderr).toContain('mine.yaml exists already');
    expect(readFileSync(path.join(cwd, 'mine.yaml'), 'utf8')).toBe('precious');
  });

  it("takes BiaPy's names and writes to the terminal", async () => {
    const cwd = temporaryFolder();
    const { code, stdout } = await biagraph(['new', 'SEMANTIC_SEG', '-o', '-'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('\n  TYPE: SEMANTIC_SEG\n');
    expect(existsSync(path.join(cwd, '-'))).toBe(false);
  });

  it('names the nearest workflow', async () => {
    const { code, stderr } = await biagraph(['new', 'semantic-segmentatoin'], { cwd: temporaryFolder() });
    expect(code).toBe(2);
    expect(stderr).toContain("Did you mean 'semantic-segmentation'?");
  });
});
