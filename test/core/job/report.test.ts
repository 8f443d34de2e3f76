import { describe, expect, it } from 'vitest';
import type { JobEvent } from '../../../core/job/events.js';
import { ReportRecorder, reportLink } from '../../../core/job/report.js';
import { jobEvents, START } from './a-run.js';

function record(events: JobEvent[], signal?: AbortSignal) {
  let time = START;
  const recorder = new ReportRecorder({ now: () => time, versions: { biagraph: '0.1.0' }, signal });
  for (const event of events) recorder.take(event);
  time += 65_000;
  return recorder.data();
}

describe('ReportRecorder', () => {
  it('collects a job', () => {
    const data = record([
      ...jobEvents(),
      { type: 'warning', message: 'twice' },
      { type: 'warning', message: 'twice' },
      { type: 'notice', message: 'padding was raised' },
    ])!;
    expect(data).toMatchObject({
      job: 'cells_1',
      status: 'finished',
      started: START,
      seconds: 65,
      device: 'cpu',
      seed: 7,
      warnings: ['twice'],
      notices: ['padding was raised'],
      phases: [
        { name: 'Training', seconds: 16 },
        { name: 'Test', seconds: 3 },
      ],
      stopped: 'All epochs were done.',
    });
    expect(data.history.records).toHaveLength(2);
    expect(data.results.samples).toEqual(['a.tif', 'b.tif']);
  });

  it('knows nothing before the start, and failed from stopped', () => {
    expect(record([])).toBeUndefined();
    const failed: JobEvent[] = [jobEvents()[0], { type: 'job.failed', job: 'cells_1', message: 'no images' }];
    expect(record(failed)).toMatchObject({ status: 'failed', error: 'no images' });
    expect(record(failed, AbortSignal.abort())).toMatchObject({ status: 'aborted' });
  });
});

it('links are relative', () => {
  expect(reportLink('Logs', '/out/a/results/a_1', '/out/a/logs')).toEqual({ label: 'Logs', path: '../../logs' });
});
