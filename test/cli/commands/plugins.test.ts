import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { biagraph } from '../command.js';
import { temporaryFolder } from '../tiny-job.js';

const PLUGIN = `
import { defineNode, definePlugin, Type } from 'biagraph';
const blur = defineNode({
  id: 'my-lab/blur',
  role: 'preprocessor',
  summary: 'Blurs.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object({ radius: Type.Number({ default: 2, description: 'In pixels.' }) }),
  create: () => ({ main }) => main,
});
export default definePlugin({ name: 'my-lab', version: '1.2.3', nodes: [blur] });
`;

describe('biagraph plugins', () => {
  it('lists what there is', async () => {
    const { code, stdout } = await biagraph(['plugins']);
    expect(code).toBe(0);
    for (const text of ['SEMANTIC_SEG', 'unet', 'DICE', 'iou', 'tiff', 'stitcher/cut-patches'])
      expect(stdout).toContain(`\n  ${text} `);
  });

  it('shows the parameters of one', async () => {
    const { stdout } = await biagraph(['plugins', 'stitcher/cut-patches']);
    expect(stdout).toMatch(/Takes +image/);
    expect(stdout).toMatch(/patch +list of integer >= 1 +required +Sides of a patch/);
  });

  it('loads plugins of a user', async () => {
    const cwd = temporaryFolder();
    writeFileSync(path.join(cwd, 'blur.mjs'), PLUGIN);
    const { code, stdout, stderr } = await biagraph(['plugins', 'my-lab/blur', '--plugin', './blur.mjs', '--json'], {
      cwd,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject([
      { kind: 'node', role: 'preprocessor', plugin: 'my-lab 1.2.3', parameters: [{ name: 'radius', default: 2 }] },
    ]);
  });

  it('names the nearest id', async () => {
    const { code, stderr } = await biagraph(['plugins', 'untt']);
    expect(code).toBe(2);
    expect(stderr).toContain("Did you mean 'unet'?");
  });
});
