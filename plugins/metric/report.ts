/**
 * Tells what was measured on each image, and the averages when all are done.
 */
import { defer, finalize, tap } from 'rxjs';
import { Type } from 'typebox';
import type { JobEvent } from '../../core/job/events.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

type MetricEvent = Extract<JobEvent, { type: 'metric' }>;

export const reportMetrics = defineNode({
  id: 'metric/report',
  role: 'metric',
  summary: 'Reports what was measured on each image, and the averages over all images.',
  inputs: { main: ['channels', 'classes', 'labels', 'points'] },
  output: 'same',
  parameters: Type.Object(
    {
      pooled: Type.Array(Type.String(), {
        default: [],
        description: 'Names of measures whose overall values another node tells: no averages of these.',
      }),
      counts: Type.Boolean({ default: true, description: 'What comes are the images of the test, for the progress.' }),
    },
    { additionalProperties: false },
  ),
  needs: { events: services.events },
  create:
    ({ pooled, counts }, { events }, place) =>
    ({ main }) =>
      defer(() => {
        const sums = new Map<string, { sum: number; count: number }>();
        let images = 0;
        let completed = false;
        return main.pipe(
          tap({
            next: (sample) => {
              for (const [key, value] of Object.entries(sample.metrics)) {
                events.emit({ type: 'metric', level: 'image', sample: sample.id, value, ...parse(key) });
                const entry = sums.get(key) ?? { sum: 0, count: 0 };
                sums.set(key, { sum: entry.sum + value, count: entry.count + 1 });
              }
              if (!counts) return;
              events.emit({
                type: 'progress.step',
                phase: place.phase,
                unit: 'image',
                done: ++images,
                label: sample.id,
              });
            },
            complete: () => {
              completed = true;
            },
          }),
          finalize(() => {
            // Averages of a run that was stopped would pass for those of all images.
            if (!completed) return;
            for (const [key, { sum, count }] of sums) {
              const measure = parse(key);
              if (!pooled.includes(measure.name))
                events.emit({ type: 'metric', level: 'overall', value: sum / count, ...measure });
            }
          }),
        );
      }),
});

/** `IoU (per patch)` as name and variant; a name without a variant was taken on whole images. */
function parse(key: string): Pick<MetricEvent, 'name' | 'variant'> {
  const [, name, variant] = /^(.*?)(?: \(([^)]*)\))?$/.exec(key)!;
  return { name, variant: (variant ?? 'per image') as MetricEvent['variant'] };
}
