import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RandomStream } from '../../core/image/random.js';
import { smallJob, Workbench } from './small-job.js';

let bench: Workbench;
/** Milliseconds that a training takes that nothing stops; its results are in `whole`. */
let undisturbed: number;
beforeAll(async () => {
  bench = await Workbench.open();
  await bench.crops({ train: 4, test: 1, side: 96 });
  const schedule = 'TRAIN.LR_SCHEDULER: { NAME: onecycle }\n';
  await bench.yaml('job.yaml', smallJob({ epochs: 6, test: false, more: schedule }));
  const started = Date.now();
  expect((await bench.run('run', 'job.yaml', '--result-dir', 'whole')).code).toBe(0);
  undisturbed = Date.now() - started;
});
afterAll(() => bench.close());

const CHECKPOINTS = ['job', 'checkpoints'];

it('a training killed at five random points ends with the checkpoints of one that was not', async () => {
  const random = new RandomStream({ seed: Date.now(), node: 'kill' });
  let kills = 0;
  for (let attempt = 0; kills < 5; attempt++) {
    // Killed again and again in the same folder, until it is through or has been killed often enough.
    const folder = `killed${attempt}`;
    const before = kills;
    while (kills < 5) {
      const child = bench.start('run', 'job.yaml', '--result-dir', folder);
      child.stdout!.resume();
      const timer = setTimeout(() => child.kill('SIGKILL'), random.uniform(0.1, 0.9) * undisturbed);
      const [code, signal] = await once(child, 'close');
      clearTimeout(timer);
      if (signal === 'SIGKILL') kills++;
      else {
        expect(code).toBe(0);
        break;
      }
    }
    if (kills === before) continue;
    const last = await bench.run('run', 'job.yaml', '--result-dir', folder);
    expect(last.err).toBe('');
    expect(last.code).toBe(0);
    expect(await bench.hashes(folder, ...CHECKPOINTS)).toEqual(await bench.hashes('whole', ...CHECKPOINTS));
  }
}, 240_000);

it('Ctrl-C leaves a job that goes on', async () => {
  const child = bench.start('run', 'job.yaml', '--result-dir', 'stopped');
  let [out, err] = ['', ''];
  child.stderr!.on('data', (text) => {
    err += text;
  });
  child.stdout!.on('data', (text) => {
    out += text;
    // A second signal would end it at once.
    if (out.includes('Epoch: [2]') && !child.killed) child.kill('SIGINT');
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(130);
  expect(err + out).toMatch(/biagraph run/);
  const again = await bench.run('run', 'job.yaml', '--result-dir', 'stopped');
  expect(again.code).toBe(0);
  expect(again.out).toContain('Going on with epoch');
  expect(await bench.hashes('stopped', ...CHECKPOINTS)).toEqual(await bench.hashes('whole', ...CHECKPOINTS));
}, 120_000);
