import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBiagraphError } from '../../../core/errors.js';
import {
  createSchedule,
  previewSchedule,
  type ScheduleName,
  type ScheduleOptions,
} from '../../../core/train/schedule.js';
import golden from '../../fixtures/job/schedules.json' with { type: 'json' };

const { epochs, stepsPerEpoch, learningRate, minLearningRate, warmupEpochs, factor, patience } = golden.common;
const common = { epochs, stepsPerEpoch, learningRate, minLearningRate, warmupEpochs, factor, patience };

function expectClose(actual: number[], expected: number[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries())
    expect(Math.abs(actual[i] - value), `value ${i}: ${actual[i]} for ${value}`).toBeLessThanOrEqual(
      1e-5 * Math.abs(value),
    );
}

const everyStep = <T>(visit: (epoch: number, step: number) => T): T[] =>
  Array.from({ length: epochs * stepsPerEpoch }, (_, i) => visit(Math.floor(i / stepsPerEpoch), i % stepsPerEpoch));

describe('learning-rate schedules against PyTorch and BiaPy', () => {
  it('warmupcosine', () => {
    const schedule = createSchedule({ ...common, name: 'warmupcosine' });
    expectClose(
      everyStep((epoch, step) => schedule.at(epoch, step).learningRate),
      golden['warmupcosine/per_iteration'],
    );
    expectClose(previewSchedule({ ...common, name: 'warmupcosine' }), golden['warmupcosine/per_epoch']);
  });

  it('the worked values of warmupcosine', () => {
    const schedule = createSchedule({ ...common, name: 'warmupcosine', epochs: 110, warmupEpochs: 10 });
    expectClose(
      [5, 10, 60, 110].map((epoch) => schedule.at(epoch, 0).learningRate),
      [5e-4, 1e-3, 5.05e-4, 1e-5],
    );
  });

  it('onecycle moves the momentum against the rate', () => {
    const schedule = createSchedule({ ...common, name: 'onecycle' });
    const values = everyStep((epoch, step) => schedule.at(epoch, step));
    expectClose(
      values.map((value) => value.learningRate),
      golden['onecycle/per_iteration'],
    );
    expectClose(
      values.map((value) => value.momentum!),
      golden['onecycle/beta1_per_iteration'],
    );
    expectClose(previewSchedule({ ...common, name: 'onecycle' }), golden['onecycle/per_epoch']);
  });

  it('reduceonplateau', () => {
    const schedule = createSchedule({ ...common, name: 'reduceonplateau' });
    const rates = golden['reduceonplateau/val_loss'].map((loss) => {
      schedule.afterValidation(loss);
      return schedule.at(0, 0).learningRate;
    });
    expectClose(rates, golden['reduceonplateau/lr_after_epoch']);
  });

  it.each([50, 150, 350] as const)('warmupreduceonplateau over %d epochs', (length) => {
    expectClose(
      previewSchedule({ ...common, name: 'warmupreduceonplateau', epochs: length }),
      golden[`warmup_reduceonplateau/epochs_${length}`],
    );
  });
});

describe('createSchedule', () => {
  it('keeps the rate without a name', () => {
    expect(new Set(previewSchedule({ ...common, name: '' }))).toEqual(new Set([learningRate]));
  });

  it('with a decay fraction holds the rate, then decays over the last epochs', () => {
    const rates = previewSchedule({ ...common, name: 'warmupcosine', warmupEpochs: -1, decayFraction: 0.2 });
    expect(new Set(rates.slice(0, 41))).toEqual(new Set([learningRate]));
    expect(rates[45]).toBeCloseTo((learningRate + minLearningRate) / 2, 12);
    expect(rates[49]).toBeLessThan(rates[48]);
  });

  it('names what is missing', () => {
    const make = (options: Partial<ScheduleOptions>) => () => createSchedule({ ...common, name: '', ...options });
    expect(make({ name: 'reduceonplateau', patience: -1 })).toThrow(/REDUCEONPLATEAU_PATIENCE/);
    expect(make({ name: 'warmupcosine', minLearningRate: -1 })).toThrow(/MIN_LR/);
    try {
      make({ name: 'cosine' as ScheduleName })();
      expect.unreachable();
    } catch (error) {
      expect(isBiagraphError(error, 'config')).toBe(true);
    }
  });

  it('resumed at any epoch gives the very same numbers', () => {
    const names: ScheduleName[] = ['', 'warmupcosine', 'reduceonplateau', 'onecycle', 'warmupreduceonplateau'];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(fc.oneof(fc.double({ min: 0, max: 2, noNaN: true }), fc.constant(Number.NaN)), {
          minLength: 1,
          maxLength: 50,
        }),
        fc.nat(49),
        (name, losses, cut) => {
          const run = (from: number, to: number, schedule = createSchedule({ ...common, name })) => {
            const values = [];
            for (let epoch = from; epoch < to; epoch++) {
              for (let step = 0; step < stepsPerEpoch; step++) values.push(schedule.at(epoch, step));
              schedule.afterValidation(losses[epoch]);
            }
            return { values, schedule };
          };
          const at = Math.min(cut, losses.length);
          const first = run(0, at);
          const resumed = createSchedule({ ...common, name });
          resumed.restore(JSON.parse(JSON.stringify(first.schedule.state())));
          expect([...first.values, ...run(at, losses.length, resumed).values]).toEqual(run(0, losses.length).values);
        },
      ),
    );
  });

  it('stays between nothing and the full rate, however short the training', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<ScheduleName>('warmupcosine', 'onecycle', 'warmupreduceonplateau'),
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 5 }),
        (name, length, steps) => {
          const schedule = createSchedule({ ...common, name, epochs: length, stepsPerEpoch: steps });
          for (let epoch = 0; epoch < length; epoch++) {
            const { learningRate: rate } = schedule.at(epoch, steps - 1);
            expect(rate).toBeGreaterThanOrEqual(0);
            expect(rate).toBeLessThanOrEqual(learningRate * (1 + 1e-12));
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
