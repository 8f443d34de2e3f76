/** Events of a small job: two epochs of 12 batches with validation, then a test of two images. */
import type { JobEvent } from '../../../core/job/events.js';

/** 2026-01-02 03:04:05 local time, in milliseconds since 1970. */
export const START = new Date(2026, 0, 2, 3, 4, 5).getTime();

export function trainingEvents({ epochs = 2, steps = 12, validation = true, from = 0 } = {}): JobEvent[] {
  const events: JobEvent[] = [{ type: 'phase.started', phase: 'train', nodes: ['loader', 'trainer'] }];
  let best: { epoch: number; loss: number; metrics: Record<string, number> } | undefined;
  for (let epoch = from; epoch < epochs; epoch++) {
    events.push({ type: 'epoch.started', epoch, epochs, steps });
    for (let step = 0; step < steps; step++)
      events.push({
        type: 'batch.done',
        epoch,
        step,
        steps,
        loss: 1 / (1 + epoch * steps + step),
        metrics: { IoU: 1 - 1 / (1 + epoch * steps + step) },
        learningRate: 1e-4,
        seconds: 0.5,
      });
    const values = { loss: 0.5 / (epoch + 1), IoU: 1 - 0.5 / (epoch + 1) };
    best = { epoch, loss: values.loss, metrics: { IoU: values.IoU } };
    if (validation) events.push({ type: 'checkpoint.saved', file: 'best.safetensors', epoch, reason: 'best' });
    events.push({ type: 'checkpoint.saved', file: 'last.safetensors', epoch, reason: 'last' });
    events.push({
      type: 'epoch.done',
      epoch,
      epochs,
      steps,
      train: { loss: 0.4 / (epoch + 1), IoU: 1 - 0.4 / (epoch + 1) },
      ...(validation && { validation: values, best }),
      learningRate: 1e-4,
      seconds: 8,
      waiting: 1.5,
      improved: validation,
    });
  }
  events.push({ type: 'training.stopped', epoch: epochs - 1, reason: 'finished' });
  events.push({ type: 'phase.finished', phase: 'train', seconds: 8 * (epochs - from) });
  return events;
}

export function testEvents(): JobEvent[] {
  const metric = (sample: string, level: 'patch' | 'image', value: number): JobEvent => ({
    type: 'metric',
    name: 'IoU',
    level,
    variant: level === 'patch' ? 'per patch' : 'merge patches',
    sample,
    value,
  });
  return [
    { type: 'phase.started', phase: 'test', nodes: ['loader', 'model', 'writer'] },
    { type: 'progress.total', phase: 'test', unit: 'image', total: 2 },
    metric('b.tif', 'patch', 0.8),
    metric('b.tif', 'patch', 0.6),
    metric('b.tif', 'image', 0.75),
    { type: 'progress.step', phase: 'test', unit: 'image', done: 1, label: 'b.tif' },
    metric('a.tif', 'patch', 0.9),
    metric('a.tif', 'image', 0.85),
    { type: 'progress.step', phase: 'test', unit: 'image', done: 2, label: 'a.tif' },
    { type: 'phase.finished', phase: 'test', seconds: 3 },
  ];
}

export function jobEvents(options?: Parameters<typeof trainingEvents>[0]): JobEvent[] {
  return [
    { type: 'job.started', job: 'cells_1', folder: 'out/cells', device: 'cpu', seed: 7, resumed: false },
    ...trainingEvents(options),
    ...testEvents(),
    { type: 'job.finished', job: 'cells_1', seconds: 20, metrics: { 'Foreground IoU (merge patches)': 0.8 } },
  ];
}
