import { describe, expect, it } from 'vitest';
import { formatTestResults, type MetricEvent, TestResults } from '../../../core/job/test-results.js';
import { testEvents } from './a-run.js';

const resultsOf = (events: MetricEvent[]) => {
  const results = new TestResults();
  for (const event of events) results.add(event);
  return results;
};
const metrics = testEvents().filter((event): event is MetricEvent => event.type === 'metric');

describe('TestResults', () => {
  it('averages patches to images and images to the whole', () => {
    const results = resultsOf(metrics);
    expect(formatTestResults(results)).toBe(
      'file,IoU (per patch),IoU (merge patches)\r\na.tif,0.9,0.85\r\nb.tif,0.7,0.75\r\n',
    );
    expect(results.summary).toEqual({ 'Foreground IoU (per patch)': 0.8, 'Foreground IoU (merge patches)': 0.8 });
  });

  it('a value over everything prevails over the mean, and metrics of some images leave cells empty', () => {
    const results = resultsOf([
      ...metrics,
      { type: 'metric', name: 'IoU', level: 'overall', variant: 'merge patches', value: 0.6 },
      { type: 'metric', name: 'F1', level: 'image', variant: 'per image', sample: 'a.tif', value: 1 },
      { type: 'metric', name: 'FID', level: 'overall', variant: 'per image', value: 12 },
    ]);
    expect(results.summary).toMatchObject({
      'Foreground IoU (merge patches)': 0.6,
      'F1 (per image)': 1,
      'FID (per image)': 12,
    });
    expect(formatTestResults(results).split('\r\n')[2]).toBe('b.tif,0.7,0.75,,');
  });
});
