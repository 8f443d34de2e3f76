import { afterEach, beforeEach, expect, it } from 'vitest';
import { smallJob, Workbench } from './small-job.js';

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
  await bench.crops({ train: 4, test: 2, side: 96 });
  await bench.yaml('job.yaml', smallJob());
});
afterEach(() => bench.close());

it('the number of workers changes no byte of checkpoints and predictions', async () => {
  const results: Record<string, string>[] = [];
  for (const workers of [0, 1, 3]) {
    const set = `SYSTEM.NUM_WORKERS=${workers}`;
    const { code, err } = await bench.run('run', 'job.yaml', '--result-dir', `out${workers}`, '--set', set);
    expect(err).toBe('');
    expect(code).toBe(0);
    results.push({
      ...(await bench.hashes(`out${workers}`, 'job', 'checkpoints')),
      ...(await bench.hashes(`out${workers}`, 'job', 'results', 'job_1', 'per_image')),
      ...(await bench.hashes(`out${workers}`, 'job', 'results', 'job_1', 'per_image_binarized')),
    });
  }
  expect(Object.keys(results[0]).filter((name) => name.endsWith('.tif'))).toHaveLength(2);
  expect(Object.keys(results[0]).filter((name) => name.endsWith('.safetensors'))).toHaveLength(2);
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});

it('another seed gives another result', async () => {
  for (const seed of [0, 1]) {
    const args = ['--result-dir', `seed${seed}`, '--set', `SYSTEM.SEED=${seed}`, '--set', 'TEST.ENABLE=False'];
    expect((await bench.run('run', 'job.yaml', ...args)).code).toBe(0);
  }
  expect(await bench.hashes('seed0', 'job', 'checkpoints')).not.toEqual(
    await bench.hashes('seed1', 'job', 'checkpoints'),
  );
});
