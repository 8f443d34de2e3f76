import { of, take, throwError } from 'rxjs';
import { concatWith } from 'rxjs/operators';
import { expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import type { JobEvent } from '../../../core/job/events.js';
import { bench, ramp, sampleOf } from '../nodes.js';

const report = node('report', 'metric/report');
const samples = [0.5, 0.7, 0.9].map((value, index) =>
  sampleOf(ramp([2, 2, 1]), {
    index,
    metrics: { 'IoU (per patch)': value, ...(index === 1 && { 'Dice (two) (post-processing)': 0.2, Speed: 3 }) },
  }),
);

function metrics(heard: JobEvent[], level: string) {
  return heard.flatMap((event) => (event.type === 'metric' && event.level === level ? [event] : []));
}

test('tells every value of every image, then the averages', async () => {
  const { run, heard } = bench();
  await run(report, samples);
  expect(metrics(heard, 'image')).toHaveLength(5);
  expect(metrics(heard, 'image')[0]).toEqual({
    type: 'metric',
    level: 'image',
    sample: 's0',
    name: 'IoU',
    variant: 'per patch',
    value: 0.5,
  });
  const overall = metrics(heard, 'overall').map(({ name, variant, value }) => [name, variant, value]);
  expect(overall).toEqual([
    ['IoU', 'per patch', expect.closeTo(0.7, 12)],
    ['Dice (two)', 'post-processing', 0.2],
    ['Speed', 'per image', 3],
  ]);
});

test('counts images', async () => {
  const { run, heard } = bench();
  await run(report, samples);
  const steps = heard.flatMap((event) => (event.type === 'progress.step' ? [event] : []));
  expect(steps.map(({ unit, done, label }) => [unit, done, label])).toEqual([
    ['image', 1, 's0'],
    ['image', 2, 's1'],
    ['image', 3, 's2'],
  ]);
});

test('says no averages of a run that failed or was stopped', async () => {
  const failed = bench();
  const failing = of(...samples).pipe(concatWith(throwError(() => new Error('disk'))));
  await expect(failed.run(report, failing)).rejects.toThrow('disk');
  const stopped = bench();
  await stopped
    .stream(report, samples)
    .pipe(take(2))
    .forEach(() => {});
  for (const { heard } of [failed, stopped]) {
    expect(metrics(heard, 'image').length).toBeGreaterThan(0);
    expect(metrics(heard, 'overall')).toEqual([]);
  }
});
