import { expect, it } from 'vitest';
import { Progress } from '../../../core/job/progress.js';
import { jobEvents } from './a-run.js';

it('follows epochs, batches and images, and leaves nothing behind', () => {
  const progress = new Progress();
  const seen: string[] = [];
  for (const event of jobEvents({ epochs: 2, steps: 2 }))
    if (progress.take(event))
      seen.push(progress.bars.map((bar) => `${bar.label} ${bar.done}/${bar.total} ${bar.detail}`.trim()).join(' | '));
  expect(seen).toEqual([
    'Epochs 0/2 | Epoch 1 0/2',
    'Epochs 0/2 | Epoch 1 1/2 loss 1.0000  IoU 0.0000  lr 0.000100',
    'Epochs 0/2 | Epoch 1 2/2 loss 0.5000  IoU 0.5000  lr 0.000100',
    'Epochs 1/2 loss 0.4000  val 0.5000  best 0.5000 (epoch 1) | Epoch 1 2/2 loss 0.5000  IoU 0.5000  lr 0.000100',
    'Epochs 1/2 loss 0.4000  val 0.5000  best 0.5000 (epoch 1) | Epoch 2 0/2',
    'Epochs 1/2 loss 0.4000  val 0.5000  best 0.5000 (epoch 1) | Epoch 2 1/2 loss 0.3333  IoU 0.6667  lr 0.000100',
    'Epochs 1/2 loss 0.4000  val 0.5000  best 0.5000 (epoch 1) | Epoch 2 2/2 loss 0.2500  IoU 0.7500  lr 0.000100',
    'Epochs 2/2 loss 0.2000  val 0.2500  best 0.2500 (epoch 2) | Epoch 2 2/2 loss 0.2500  IoU 0.7500  lr 0.000100',
    '',
    'Images 0/2',
    'Images 1/2 b.tif',
    'Images 2/2 a.tif',
    '',
  ]);
  expect(progress.bars).toEqual([]);
});

it('shows work whose amount is not known', () => {
  const progress = new Progress();
  progress.take({ type: 'progress.step', phase: 'test', unit: 'patch', done: 3 });
  expect(progress.bars).toEqual([{ id: 'test:patch', label: 'Patches', done: 3, total: undefined, detail: '' }]);
  progress.take({ type: 'job.failed', job: 'a', message: 'b' });
  expect(progress.bars).toEqual([]);
});
