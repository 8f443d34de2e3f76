import { defer, from, lastValueFrom, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { TensorError } from '../../../core/errors.js';
import { image } from '../../../core/image/image.js';
import type { Sample } from '../../../core/image/sample.js';
import { EventBus, type JobEvent } from '../../../core/job/events.js';
import { MemoryBudget } from '../../../core/job/memory.js';
import type { NamedTensors, TrainingProgram } from '../../../core/tensor/index.js';
import { type LoopOptions, trainLoop } from '../../../core/train/loop.js';
import { createSchedule } from '../../../core/train/schedule.js';
import type { CheckpointName, LoopState, StartingPoint, TrainingState } from '../../../core/train/state.js';

/** A program whose training loss is `losses[n]` at step n and whose validation loss is `validation[n]` at call n. */
class FakeProgram implements TrainingProgram {
  readonly steps: { epoch: number; step: number; learningRate: number }[] = [];
  readonly gathered: string[] = [];
  restored: NamedTensors | undefined;
  private evaluations = 0;

  constructor(
    private readonly losses: (step: number) => number,
    private readonly validation: readonly number[],
  ) {}

  async step(...[, , { learningRate }, key]: Parameters<TrainingProgram['step']>) {
    this.steps.push({ ...key, learningRate });
    return { loss: this.losses(this.steps.length - 1), metrics: { IoU: 0.5 } };
  }
  async gather(...[, , key]: Parameters<TrainingProgram['gather']>) {
    this.gathered.push(`${key.epoch}.${key.step}`);
    return { loss: 1, metrics: { IoU: 0.5 } };
  }
  async evaluate() {
    return { loss: this.validation[this.evaluations++], metrics: { IoU: 0.25 } };
  }
  async predict() {
    return [];
  }
  async state(): Promise<NamedTensors> {
    return new Map([['model.w', { data: Float32Array.of(this.steps.length), shape: [1] }]]);
  }
  async restore(state: NamedTensors) {
    this.restored = state;
    return { missing: [], unexpected: [], mismatched: [] };
  }
  async dispose() {}
}

class FakeState implements TrainingState {
  readonly saved: { name: CheckpointName; loop: LoopState; steps: number }[] = [];

  constructor(
    private readonly from?: LoopState,
    private readonly given?: StartingPoint,
  ) {}

  get startEpoch() {
    return this.from?.epoch ?? 0;
  }
  async resume() {
    return this.from && { tensors: new Map() as NamedTensors, loop: structuredClone(this.from) };
  }
  async save(name: CheckpointName, tensors: NamedTensors, loop: LoopState) {
    this.saved.push({ name, loop: structuredClone(loop), steps: tensors.get('model.w')!.data[0] });
    return `checkpoint-${name}`;
  }
  async initial() {
    return this.given;
  }
  async weights(): Promise<NamedTensors> {
    return new Map();
  }
  keep() {}
  async kept() {
    return undefined;
  }
}

const budget = new MemoryBudget(1e6);

function batches(first: number, epochs: number, total = 2): Observable<Sample> {
  async function* generate(): AsyncGenerator<Sample> {
    for (let epoch = first; epoch < epochs; epoch++)
      for (let position = 0; position < total; position++) yield await batch(epoch, position, total);
  }
  return from(generate());
}

async function batch(epoch: number, position: number, total: number): Promise<Sample> {
  const pixels = image(new Float32Array(4), [1, 2, 2, 1]);
  const lease = await budget.lease(16, 'a batch');
  const moment = { epoch, position, total };
  const nothing = { products: {}, facts: {}, metrics: {} };
  return { id: `${epoch}.${position}`, index: 0, file: '', image: pixels, target: pixels, ...nothing, moment, lease };
}

async function run(
  program: FakeProgram,
  state: FakeState,
  changes: Partial<LoopOptions> & { noValidation?: boolean; perEpoch?: number } = {},
) {
  const events = new EventBus();
  const seen: JobEvent[] = [];
  events.events$.subscribe((event) => seen.push(event));
  const epochs = changes.epochs ?? 3;
  const { noValidation, perEpoch, ...options } = changes;
  const loop = trainLoop(batches(state.startEpoch, epochs, perEpoch), {
    program,
    schedule: (stepsPerEpoch) => createSchedule({ name: '', learningRate: 0.1, epochs, stepsPerEpoch }),
    ...(!noValidation && { validation: defer(() => batch(0, 0, 1)) }),
    epochs,
    patience: -1,
    saveEvery: -1,
    state,
    events,
    clock: () => 0,
    signal: new AbortController().signal,
    ...options,
  });
  await lastValueFrom(loop, { defaultValue: undefined });
  return seen;
}

describe('a training', () => {
  it('takes every batch, validates after each epoch and keeps the best and the last state', async () => {
    const program = new FakeProgram((step) => step, [3, 1, 2]);
    const state = new FakeState();
    const events = await run(program, state);
    expect(program.steps.map(({ epoch, step }) => `${epoch}.${step}`)).toEqual([
      '0.0',
      '0.1',
      '1.0',
      '1.1',
      '2.0',
      '2.1',
    ]);
    expect(state.saved.map(({ name, steps }) => `${name}@${steps}`)).toEqual([
      'best@2',
      'last@2',
      'best@4',
      'last@4',
      'last@6',
    ]);
    const epochs = events.filter((event) => event.type === 'epoch.done');
    expect(epochs.map(({ train }) => train.loss)).toEqual([0.5, 2.5, 4.5]);
    expect(epochs.map(({ improved }) => improved)).toEqual([true, true, false]);
    expect(epochs[2].best).toEqual({ epoch: 1, loss: 1, metrics: { IoU: 0.25 } });
    expect(events.at(-1)).toMatchObject({ type: 'training.stopped', reason: 'finished' });
    expect(budget.inUse).toBe(0);
  });

  it('steps once for several batches, whose schedule counts steps, and leaves none waiting at the end of an epoch', async () => {
    const program = new FakeProgram(() => 1, [1, 1]);
    const asked: number[] = [];
    const schedule = (stepsPerEpoch: number) => {
      asked.push(stepsPerEpoch);
      const at = (epoch: number, step: number) => ({ learningRate: epoch + step / stepsPerEpoch });
      return { at, afterValidation: () => {}, state: () => ({}), restore: () => {} };
    };
    await run(program, new FakeState(), { epochs: 2, accumulate: 3, schedule, perEpoch: 7 });
    expect(asked).toEqual([3]);
    expect(program.gathered).toEqual(['0.0', '0.1', '0.3', '0.4', '1.0', '1.1', '1.3', '1.4']);
    expect(program.steps.map(({ epoch, step }) => `${epoch}.${step}`)).toEqual([
      '0.2',
      '0.5',
      '0.6',
      '1.2',
      '1.5',
      '1.6',
    ]);
    expect(program.steps.slice(0, 4).map(({ learningRate }) => learningRate)).toEqual([0, 1 / 3, 2 / 3, 1]);
  });

  it('shows the validation batches of the epochs that are watched, before their memory is given back', async () => {
    const seen: string[] = [];
    const watch = (epoch: number) =>
      epoch === 1
        ? async ({ id }: Sample) => {
            seen.push(`${epoch} ${id} ${budget.inUse > 0}`);
          }
        : undefined;
    await run(new FakeProgram(() => 1, [1, 1, 1]), new FakeState(), { watch });
    expect(seen).toEqual(['1 0.0 true']);
  });

  it('ends when patience runs out', async () => {
    const program = new FakeProgram(() => 1, [1, 2, 3, 4, 5, 6]);
    const events = await run(program, new FakeState(), { epochs: 6, patience: 2 });
    expect(program.steps).toHaveLength(6);
    expect(events.at(-1)).toMatchObject({ type: 'training.stopped', reason: 'patience', epoch: 2 });
  });

  it('stops at a loss that is not finite and says where', async () => {
    const program = new FakeProgram((step) => (step === 3 ? Number.NaN : 1), [1, 1, 1]);
    await expect(run(program, new FakeState())).rejects.toThrow(TensorError);
    await expect(run(new FakeProgram(() => Number.NaN, []), new FakeState())).rejects.toThrow(
      /Loss is NaN.*epoch 1, step 1/,
    );
  });

  it('saves periodic checkpoints, the last epoch included, and no best one without validation', async () => {
    const state = new FakeState();
    await run(new FakeProgram(() => 1, []), state, { saveEvery: 2, noValidation: true });
    expect(state.saved.map(({ name }) => name)).toEqual(['last', 1, 'last', 2, 'last']);
  });

  it('goes on where a saved state ends, as if it had never stopped', async () => {
    const whole = new FakeState();
    await run(new FakeProgram(() => 1, [3, 1, 2]), whole);
    const after = whole.saved.find(({ name, loop }) => name === 'last' && loop.epoch === 1)!.loop;
    const rest = new FakeState(after);
    const program = new FakeProgram(() => 1, [1, 2]);
    await run(program, rest);
    expect(program.steps[0]).toMatchObject({ epoch: 1, step: 0 });
    expect(rest.saved.at(-1)!.loop).toEqual(whole.saved.at(-1)!.loop);
  });

  it('does nothing when the saved training is finished', async () => {
    const whole = new FakeState();
    await run(new FakeProgram(() => 1, [3, 1, 2]), whole);
    const program = new FakeProgram(() => 1, []);
    const events = await run(program, new FakeState(whole.saved.at(-1)!.loop));
    expect(program.steps).toEqual([]);
    expect(events).toMatchObject([{ type: 'training.stopped', reason: 'finished' }]);
  });

  it('starts from a given checkpoint as it is fitted, and tells what of it fits', async () => {
    const weights: NamedTensors = new Map([['w', { data: Float32Array.of(5), shape: [1] }]]);
    const given = { file: 'a.pth', weights, order: ['w'], transfer: false };
    const program = new FakeProgram(() => 1, [1, 1, 1]);
    const fit = ({ weights: found }: StartingPoint) => ({
      tensors: new Map([['model.w', found!.get('w')!]]),
      told: ['1 of 2'],
      unmatched: ['heads.0'],
    });
    const events = await run(program, new FakeState(undefined, given), { fit });
    expect(program.restored!.get('model.w')!.data[0]).toBe(5);
    expect(events.slice(0, 2)).toEqual([
      { type: 'notice', message: '1 of 2' },
      { type: 'warning', message: 'heads.0' },
    ]);
  });

  it('refuses to go on at an epoch that is beyond its end', async () => {
    class Later extends FakeState {
      override get startEpoch() {
        return 3;
      }
    }
    await expect(run(new FakeProgram(() => 1, [1]), new Later())).rejects.toThrow(/3 epochs behind it.*TRAIN\.EPOCHS/);
  });
});
