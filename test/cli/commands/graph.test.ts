import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { biagraph } from '../command.js';
import { tinyJob } from '../tiny-job.js';

describe('biagraph graph', () => {
  it('draws every graph as text', async () => {
    const cwd = await tinyJob();
    const { code, stdout } = await biagraph(['graph', 'job.yaml'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^train graph: /);
    expect(stdout).toMatch(/\ntest graph: /);
    expect(stdout).toContain('stitcher/join-patches');
  });

  it('draws one graph in each other form', async () => {
    const cwd = await tinyJob();
    const draw = (format: string) => biagraph(['graph', 'job.yaml', '--phase', 'test', '--format', format], { cwd });
    const [mermaid, svg, json] = await Promise.all([draw('mermaid'), draw('svg'), draw('json')]);
    expect(mermaid.stdout).toMatch(/^flowchart /);
    expect(svg.stdout).toMatch(/^<svg .*<\/svg>\s*$/s);
    expect(JSON.parse(json.stdout)).toMatchObject({ phase: 'test' });
  });

  it('writes to a file', async () => {
    const cwd = await tinyJob();
    const words = ['graph', 'job.yaml', '--phase', 'train', '--format', 'svg', '-o', 'train.svg'];
    const { code, stdout, stderr } = await biagraph(words, { cwd });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: 'Wrote train.svg\n' });
    expect(readFileSync(path.join(cwd, 'train.svg'), 'utf8')).toMatch(/^<svg /);
    const nowhere = await biagraph(['graph', 'job.yaml', '-o', 'job.yaml/x.txt'], { cwd });
    expect(nowhere.code).toBe(4);
    expect(nowhere.stderr).toContain('job.yaml/x.txt');
  });

  it('asks which graph is meant, and tells when there is none of that phase', async () => {
    const cwd = await tinyJob();
    const both = await biagraph(['graph', 'job.yaml', '--format', 'svg'], { cwd });
    expect(both.code).toBe(2);
    expect(both.stderr).toContain('Choose it with --phase train or --phase test.');
    const none = await biagraph(['graph', 'job.yaml', '--phase', 'test', '--set', 'TEST.ENABLE=False'], { cwd });
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('TEST.ENABLE');
  });
});
