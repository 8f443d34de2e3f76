import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { biagraph } from '../command.js';
import { tinyJob } from '../tiny-job.js';

describe('biagraph check', () => {
  it('is content with a good file', async () => {
    const cwd = await tinyJob();
    const { code, stdout, stderr } = await biagraph(['check', 'job.yaml'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^job\.yaml: no problems\.\n {2}Workflow +SEMANTIC_SEG in 2D/);
    expect(stdout).toContain('`biagraph run job.yaml`');
  });

  it('tells all problems at once, each with its line', async () => {
    const cwd = await tinyJob();
    appendFileSync(path.join(cwd, 'job.yaml'), 'AUGMENTOR:\n  ROT_90: True\n');
    const { code, stdout, stderr } = await biagraph(['check', 'job.yaml', '--set', 'TRAIN.EPOCHS=many'], { cwd });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^job\.yaml:\d+:3: error: AUGMENTOR\.ROT_90: /m);
    expect(stderr).toContain('AUGMENTOR.ROT90');
    expect(stderr).toMatch(/^--set TRAIN\.EPOCHS=many: error: TRAIN\.EPOCHS: /m);
    expect(stderr).toMatch(/\n2 errors\n$/);
  });

  it('finds edits of the graph that do not fit', async () => {
    const cwd = await tinyJob();
    appendFileSync(path.join(cwd, 'job.yaml'), 'GRAPH:\n  test:\n    - remove: binariser\n');
    const { code, stderr } = await biagraph(['check', 'job.yaml'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^job\.yaml:\d+:\d+: error: GRAPH\.test\.0: .*binariser/m);
    expect(stderr).toContain("Did you mean 'binarizer'?");
  });

  it('answers in JSON, also when there is something wrong', async () => {
    const cwd = await tinyJob();
    const good = await biagraph(['check', 'job.yaml', '--json'], { cwd });
    expect(good.code).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({ ok: true, job: { name: 'job', workflow: 'SEMANTIC_SEG' } });
    const bad = await biagraph(['check', 'job.yaml', '--json', '--set', 'TRAIN.EPOCH=1'], { cwd });
    expect(bad.code).toBe(2);
    expect(bad.stderr).toBe('');
    expect(JSON.parse(bad.stdout)).toMatchObject({
      ok: false,
      problems: [{ severity: 'error', key: 'TRAIN.EPOCH', advice: 'Did you mean TRAIN.EPOCHS?' }],
    });
  });

  it('names a file that is not there, one that is no YAML, and a plugin that is not installed', async () => {
    const cwd = await tinyJob();
    writeFileSync(path.join(cwd, 'broken.yaml'), 'TRAIN: [1\nTEST: 2\n');
    const [missing, broken, plugin] = await Promise.all([
      biagraph(['check', 'none.yaml'], { cwd }),
      biagraph(['check', 'broken.yaml'], { cwd }),
      biagraph(['check', 'job.yaml', '--plugin', 'biagraph-plugin-nobody-wrote'], { cwd }),
    ]);
    expect([missing.code, broken.code, plugin.code]).toEqual([2, 2, 2]);
    expect(missing.stderr).toContain('none.yaml: error: There is no such file.');
    expect(broken.stderr).toMatch(/^broken\.yaml:2:1: error: /);
    expect(plugin.stderr).toContain("plugin 'biagraph-plugin-nobody-wrote' is not installed");
  });
});
