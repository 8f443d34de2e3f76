import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { duration } from '../../../cli/plan-text.js';
import type { JobPlan } from '../../../core/job/plan.js';
import { biagraph } from '../command.js';
import { tinyJob, writeGrey } from '../tiny-job.js';

describe('biagraph plan', () => {
  it('tells images, patches, batches and steps, each with its reason, and writes nothing', async () => {
    const cwd = await tinyJob();
    const { code, stdout, stderr } = await biagraph(['plan', 'job.yaml', '--no-measure'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Job job_1 will write to out\/job\.\n/);
    expect(stdout).toMatch(/train-loader +2 images of 64×64×1 \(uint8\) from train\/raw\n/);
    expect(stdout).toMatch(
      /train-patches +8 patches of 32×32 in each epoch\n +64 with patches of 32, no overlap: 2 × 2/,
    );
    expect(stdout).toMatch(/trainer +2 steps in 1 epoch\n/);
    expect(stdout).not.toContain('  time ');
    expect(existsSync(path.join(cwd, 'out'))).toBe(false);
  });

  it('measures, and gives JSON', async () => {
    const cwd = await tinyJob();
    const { stdout } = await biagraph(['plan', 'job.yaml', '--json'], { cwd });
    const plan: JobPlan = JSON.parse(stdout);
    expect(plan.phases.map(({ phase }) => phase)).toEqual(['train', 'test']);
    expect(plan.time?.seconds).toBeGreaterThan(0);
    for (const { network } of plan.phases) expect(network?.time?.shape).toEqual([4, 32, 32, 1]);
  });

  it('tells what is wrong with all folders together', async () => {
    const cwd = await tinyJob();
    rmSync(path.join(cwd, 'train/label/1.png'));
    await writeGrey(path.join(cwd, 'test/label/0.png'), () => 0, 48);
    const { code, stdout, stderr } = await biagraph(['plan', 'job.yaml', '--no-measure'], { cwd });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('train/raw holds 3 images, but train/label holds 2 targets.');
    expect(stderr).toContain('test/label/0.png: is 48×48, but its image test/raw/0.png is 64×64.');
  });
});

it('durations are rounded to what matters', () => {
  expect([0.0001, 0.085, 4.23, 59, 179, 9000, 90_000].map(duration)).toEqual([
    '1 ms',
    '85 ms',
    '4.2 s',
    '59 s',
    '3 min',
    '2.5 h',
    '25 h',
  ]);
});
