import { describe, expect, it } from 'vitest';
import type { JobEvent } from '../../../core/job/events.js';
import { type EpochDone, TrainingHistory } from '../../../core/job/history.js';
import { banner, JobLines, type LinesOptions, significant } from '../../../core/job/lines.js';
import { jobEvents, START, trainingEvents } from './a-run.js';

function print(events: JobEvent[], options: Partial<LinesOptions> = {}): string[] {
  const lines = new JobLines({ now: () => START, ...options });
  return events.flatMap((event) => lines.take(event)).map((line) => line.text);
}

describe('JobLines', () => {
  it('prints a job as BiaPy does', () => {
    const options = { versions: { Biagraph: '0.1.0' }, command: 'biagraph run cells.yaml', patience: 5 };
    expect(print(jobEvents(), options).join('\n')).toMatchInlineSnapshot(`
      "Date: 2026-01-02 03:04:05
      Arguments: biagraph run cells.yaml
      Job: cells_1
      Folder: out/cells
      Biagraph: 0.1.0
      Device: cpu
      Seed: 7

      ###########
      #  TRAIN  #
      ###########

      ~~~ Epoch 1/2 ~~~
      Epoch: [1]  [ 0/12]  eta: 0:00:05  loss: 1.0000 (1.0000)  IoU: 0.0000 (0.0000)  lr: 0.000100  iter-time: 0.5000
      Epoch: [1]  [10/12]  eta: 0:00:00  loss: 0.1667 (0.2745)  IoU: 0.8333 (0.7255)  lr: 0.000100  iter-time: 0.5000
      Epoch: [1]  [11/12]  eta: 0:00:00  loss: 0.1429 (0.2586)  IoU: 0.8333 (0.7414)  lr: 0.000100  iter-time: 0.5000
      Epoch: [1] Total time: 0:00:06 (0.5000 s / it)
      Epoch: [1] Waited for data 18.8 % of the time
      [Train] averaged stats: loss: 0.1429 (0.2586)  IoU: 0.8333 (0.7414)  lr: 0.000100
      [Val] averaged stats: loss: 0.5000  IoU: 0.5000
      Val loss improved from inf to 0.5, saving model to best.safetensors
      [Val] best loss: 0.5000 best  IoU: 0.5000
      [Time] 8.0s 8.0s/16.0s
      ~~~ Epoch 2/2 ~~~
      Epoch: [2]  [ 0/12]  eta: 0:00:05  loss: 0.0769 (0.0769)  IoU: 0.9231 (0.9231)  lr: 0.000100  iter-time: 0.5000
      Epoch: [2]  [10/12]  eta: 0:00:00  loss: 0.0556 (0.0574)  IoU: 0.9444 (0.9426)  lr: 0.000100  iter-time: 0.5000
      Epoch: [2]  [11/12]  eta: 0:00:00  loss: 0.0526 (0.0561)  IoU: 0.9444 (0.9439)  lr: 0.000100  iter-time: 0.5000
      Epoch: [2] Total time: 0:00:06 (0.5000 s / it)
      Epoch: [2] Waited for data 18.8 % of the time
      [Train] averaged stats: loss: 0.0526 (0.0561)  IoU: 0.9444 (0.9439)  lr: 0.000100
      [Val] averaged stats: loss: 0.2500  IoU: 0.7500
      Val loss improved from 0.5 to 0.25, saving model to best.safetensors
      [Val] best loss: 0.2500 best  IoU: 0.7500
      [Time] 8.0s 16.0s/16.0s
      Training time: 0:00:16
      Train loss: 0.2
      Train IoU: 0.8
      Validation loss: 0.25
      Validation IoU: 0.75
      Finished Training

      ###############
      #  INFERENCE  #
      ###############


      #############
      #  RESULTS  #
      #############

      The values below represent the averages across all test samples
      Epoch number: 2
      Train time: 0:00:16
      Train loss: 0.2
      Train IoU: 0.8
      Validation loss: 0.25
      Validation IoU: 0.75
      Test Foreground IoU (per patch): 0.8
      Test Foreground IoU (merge patches): 0.8
      FINISHED JOB cells_1 !!"
    `);
  });

  it('prints every tenth batch and the last, with the median of the last 20 and the mean of all', () => {
    const batches = print(trainingEvents({ epochs: 1, steps: 32 })).filter((text) => text.includes('eta:'));
    expect(batches.map((text) => /\[ ?(\d+)\/32\]/.exec(text)![1])).toEqual(['0', '10', '20', '30', '31']);
    const losses = Array.from({ length: 32 }, (_, i) => 1 / (1 + i));
    const median = losses.slice(12).sort((a, b) => a - b)[9];
    const mean = losses.reduce((sum, loss) => sum + loss) / 32;
    expect(batches.at(-1)).toContain(`  loss: ${median.toFixed(4)} (${mean.toFixed(4)})  `);
  });

  it('counts down to the early stop', () => {
    const events = trainingEvents({ epochs: 4 }).map((event): JobEvent => {
      if (event.type !== 'epoch.done' || event.epoch === 0) return event;
      const best = { epoch: 0, loss: 0.1, metrics: {} };
      return { ...event, validation: { loss: 1 }, improved: false, best };
    });
    const texts = print(events, { patience: 3 });
    expect(texts.filter((text) => text.startsWith('EarlyStopping'))).toEqual([
      'EarlyStopping counter: 1 out of 3',
      'EarlyStopping counter: 2 out of 3',
      'EarlyStopping counter: 3 out of 3',
    ]);
    expect(texts.filter((text) => text.startsWith('Val loss improved'))).toHaveLength(1);
    expect(print(events).filter((text) => text.startsWith('EarlyStopping'))).toEqual([]);
  });

  it('a resumed training goes on from what was measured', () => {
    const all = trainingEvents({ epochs: 4 });
    const history = new TrainingHistory();
    for (const event of all) if (event.type === 'epoch.done' && event.epoch < 2) history.add(event as EpochDone);
    const resumed = print(trainingEvents({ epochs: 4, from: 2 }), { history, patience: 9 });
    const whole = print(all, { patience: 9 });
    expect(resumed.slice(1)).toEqual(whole.slice(whole.indexOf('~~~ Epoch 3/4 ~~~')));
  });

  it('does without validation', () => {
    const texts = print(jobEvents({ validation: false }));
    expect(texts.filter((text) => /Val|EarlyStopping|undefined|NaN/.test(text))).toEqual([]);
    expect(texts).toContain('Train IoU: 0.8');
  });

  it('prints trouble', () => {
    const texts = print([
      { type: 'warning', message: 'no target for a.tif' },
      { type: 'notice', message: 'patches are cut with overlap' },
      { type: 'memory.high', used: 2 ** 30, budget: 2 ** 31 },
      { type: 'node.failed', phase: 'test', node: 'loader', message: 'a.tif is no TIFF' },
      { type: 'training.stopped', epoch: 0, reason: 'not-finite' },
      { type: 'job.failed', job: 'cells_1', message: 'a.tif is no TIFF' },
    ]);
    expect(texts).toEqual([
      'WARNING: no target for a.tif',
      'patches are cut with overlap',
      'WARNING: Memory: 1 GB of the budget of 2 GB were in use at once.',
      'ERROR in loader: a.tif is no TIFF',
      'The loss is not finite, stopping training',
      'ERROR: job cells_1 failed: a.tif is no TIFF',
    ]);
  });
});

it('banner draws a frame around the title', () => {
  expect(banner('TRAIN')).toBe('\n###########\n#  TRAIN  #\n###########\n');
});

it('significant keeps six digits', () => {
  expect([0.1 + 0.2, 1234567, Number.NaN, 'inf', 5e-7].map(significant)).toEqual([
    '0.3',
    '1234570',
    'NaN',
    'inf',
    '5e-7',
  ]);
});
