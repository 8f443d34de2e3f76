/**
 * The training loop: batches in, checkpoints out, validation after every epoch.
 */
import { concatMap, EMPTY, from, fromEvent, lastValueFrom, Observable, reduce, takeUntil } from 'rxjs';
import { DataError, TensorError } from '../errors.js';
import type { Sample } from '../image/sample.js';
import type { EventBus } from '../job/events.js';
import type { NamedTensors, TensorData, TrainingProgram } from '../tensor/index.js';
import { BestTracker } from './best.js';
import { EarlyStopping } from './early-stopping.js';
import type { Schedule } from './schedule.js';
import type { EpochRow, LoopState, StartingPoint, TrainingState } from './state.js';

export interface LoopOptions {
  program: TrainingProgram;
  /** Made once the number of optimizer steps of an epoch is known, from the first batch. */
  schedule: (stepsPerEpoch: number) => Schedule;
  /** Of the discriminator's optimizer, where there is one. */
  discriminatorSchedule?: (stepsPerEpoch: number) => Schedule;
  /** Batches of one pass over the validation images, the same at each subscription. */
  validation?: Observable<Sample>;
  epochs: number;
  /** Batches whose gradients are averaged for one optimizer step. The last step of an epoch takes those left. Default 1. */
  accumulate?: number;
  /** Epochs without improvement before the training stops; -1 never. */
  patience: number;
  /** A checkpoint of its own every so many epochs; -1 never. */
  saveEvery: number;
  /** Fits a given checkpoint into the program; `told` are sentences on what fits, `unmatched` on what does not. */
  fit?: (start: StartingPoint) => { tensors: NamedTensors; told: string[]; unmatched: string[] };
  /** What looks at the validation batches of an epoch, if it wants to. */
  watch?: (epoch: number) => ((batch: Sample) => Promise<void>) | undefined;
  /** The loss does not look at targets, and batches need none. */
  withoutTarget?: boolean;
  state: TrainingState;
  events: EventBus;
  clock: () => number;
  signal: AbortSignal;
}

/**
 * Trains on a stream of batches that carry their epoch and position in `moment`. Completes when the last epoch is done
 * or patience ran out; the stream of batches is then unsubscribed.
 *
 * @throws TensorError when the loss is not finite.
 */
export function trainLoop(batches: Observable<Sample>, options: LoopOptions): Observable<never> {
  return new Observable<never>((subscriber) => {
    const loop = new Loop(options);
    const running = from(loop.begin())
      .pipe(
        concatMap((done) => (done ? EMPTY : batches)),
        concatMap(async (batch) => {
          const finished = await loop.step(batch);
          if (finished) subscriber.complete();
        }),
      )
      .subscribe({
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    return running;
  });
}

class Loop {
  private schedule: Schedule | undefined;
  private discriminatorSchedule: Schedule | undefined;
  private readonly stopping: EarlyStopping;
  private readonly best = new BestTracker();
  private history: EpochRow[] = [];
  private restored: LoopState | undefined;
  private sums: Record<string, number> = {};
  private epochStart = 0;
  private lastStep = 0;
  private waiting = 0;
  private stopped = false;

  constructor(private readonly options: LoopOptions) {
    this.stopping = new EarlyStopping(options.patience);
  }

  /** Restores what was saved; true when there is nothing left to train. */
  async begin(): Promise<boolean> {
    const { program, state, clock, events } = this.options;
    const resumed = await state.resume();
    if (resumed) {
      const { loop, tensors } = resumed;
      const fit = await program.restore(tensors);
      const wrong = [...fit.missing, ...fit.mismatched];
      if (wrong.length > 0)
        throw new DataError(
          `the saved training does not fit the network: ${wrong.slice(0, 5).join(', ')} differ. Start anew with --fresh.`,
        );
      this.restored = loop;
      this.history = loop.history;
      this.stopping.restore(loop.stopping);
      this.best.restore(loop.best);
      if (loop.finished) {
        events.emit({ type: 'training.stopped', epoch: loop.epoch, reason: 'finished' });
        return true;
      }
    } else {
      const initial = await state.initial();
      if (initial) await this.startFrom(initial);
    }
    const { epochs } = this.options;
    if (!resumed && state.startEpoch >= epochs)
      throw new DataError(
        `the checkpoint has ${state.startEpoch} epochs behind it, and the training ends after ${epochs}. Raise TRAIN.EPOCHS, or leave ` +
          'epoch out of MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT.',
        { where: { key: 'TRAIN.EPOCHS' } },
      );
    this.epochStart = this.lastStep = clock();
    return epochs <= state.startEpoch;
  }

  private async startFrom(start: StartingPoint): Promise<void> {
    const { program, events, fit } = this.options;
    const { tensors, told, unmatched } = fit!(start);
    await program.restore(tensors);
    for (const message of told) events.emit({ type: 'notice', message });
    for (const message of unmatched) events.emit({ type: 'warning', message });
  }

  /** One batch; true when the training is over. */
  async step(batch: Sample): Promise<boolean> {
    if (this.stopped) {
      batch.lease.release();
      return true;
    }
    const { program, events, epochs, clock, accumulate = 1 } = this.options;
    const { epoch, position, total } = batch.moment!;
    this.makeSchedules(Math.ceil(total / accumulate));
    const started = clock();
    this.waiting += started - this.lastStep;
    if (position === 0) {
      this.sums = {};
      this.waiting = 0;
      this.epochStart = started;
      events.emit({ type: 'epoch.started', epoch, epochs, steps: total });
    }
    const at = (schedule: Schedule) => hyperOf(schedule.at(epoch, Math.floor(position / accumulate)));
    const { discriminatorSchedule } = this;
    const hyper = { ...at(this.schedule!), ...(discriminatorSchedule && { discriminator: at(discriminatorSchedule) }) };
    const { learningRate } = hyper;
    const key = { epoch, step: position };
    // No gradient waits beyond its epoch, so a checkpoint needs none of them.
    const steps = (position + 1) % accumulate === 0 || position === total - 1;
    const { loss, metrics } = steps
      ? await program.step(tensorOf(batch), this.targetOf(batch), hyper, key)
      : await program.gather(tensorOf(batch), this.targetOf(batch), key);
    batch.lease.release();
    if (!Number.isFinite(loss)) {
      events.emit({ type: 'training.stopped', epoch, reason: 'not-finite' });
      throw new TensorError(
        `Loss is ${loss}, stopping training (epoch ${epoch + 1}, step ${position + 1}). Lower TRAIN.LR, set TRAIN.GRADIENT_CLIP_NORM, or look for wrong values in the images.`,
        { where: { key: 'TRAIN.LR' } },
      );
    }
    addTo(this.sums, { loss, ...metrics });
    this.lastStep = clock();
    events.emit({
      type: 'batch.done',
      epoch,
      step: position,
      steps: total,
      loss,
      metrics,
      learningRate,
      seconds: this.lastStep - started,
    });
    if (position < total - 1) return false;
    return this.endEpoch(epoch, total, learningRate);
  }

  private async endEpoch(epoch: number, steps: number, learningRate: number): Promise<boolean> {
    const { program, state, events, epochs, clock, saveEvery } = this.options;
    const train = divide(this.sums, steps);
    const validation = await this.validate(epoch);
    let improved = false;
    let stop = false;
    if (validation) {
      improved = this.best.update(epoch, validation);
      this.schedule!.afterValidation(validation.loss);
      this.discriminatorSchedule?.afterValidation(validation.loss);
      stop = this.stopping.update(validation.loss);
    }
    this.history.push({ epoch, train, ...(validation && { validation }), learningRate });
    const last = epoch + 1 >= epochs;
    this.stopped = stop || last;
    const loop: LoopState = {
      epoch: epoch + 1,
      finished: this.stopped,
      history: this.history,
      schedule: this.schedule!.state(),
      ...(this.discriminatorSchedule && { discriminatorSchedule: this.discriminatorSchedule.state() }),
      stopping: this.stopping.state(),
      best: this.best.state(),
    };
    const tensors = await program.state();
    const saved = async (name: 'best' | 'last' | number, reason: 'best' | 'last' | 'periodic') =>
      events.emit({ type: 'checkpoint.saved', file: await state.save(name, tensors, loop), epoch, reason });
    if (improved) await saved('best', 'best');
    if (saveEvery > 0 && ((epoch + 1) % saveEvery === 0 || last)) await saved(epoch, 'periodic');
    // Written last: a crash before it repeats the epoch and writes the same files again.
    await saved('last', 'last');
    const best = this.best.best;
    events.emit({
      type: 'epoch.done',
      epoch,
      epochs,
      steps,
      train,
      ...(validation && { validation }),
      learningRate,
      seconds: clock() - this.epochStart,
      waiting: this.waiting,
      improved,
      ...(best && { best }),
    });
    this.lastStep = clock();
    if (this.stopped) events.emit({ type: 'training.stopped', epoch, reason: stop ? 'patience' : 'finished' });
    return this.stopped;
  }

  private async validate(epoch: number): Promise<Record<string, number> | undefined> {
    const { validation, program, signal, watch } = this.options;
    if (!validation) return undefined;
    const look = watch?.(epoch);
    const sums: Record<string, number> = {};
    const count = await lastValueFrom(
      validation.pipe(
        takeUntil(fromEvent(signal, 'abort')),
        concatMap(async (batch) => {
          const { loss, metrics } = await program.evaluate(tensorOf(batch), this.targetOf(batch));
          await look?.(batch);
          batch.lease.release();
          addTo(sums, { loss, ...metrics });
        }),
        reduce((done) => done + 1, 0),
      ),
    );
    return count > 0 ? divide(sums, count) : undefined;
  }

  private targetOf(batch: Sample): TensorData {
    if (this.options.withoutTarget) return { data: new Float32Array(1), shape: [1] };
    if (!batch.target)
      throw new DataError(`${batch.file}: training needs a target for every image, this one has none.`);
    return { data: batch.target.data as Float32Array, shape: [...batch.target.shape] };
  }

  private makeSchedules(stepsPerEpoch: number): void {
    if (this.schedule) return;
    const { schedule, discriminatorSchedule } = this.options;
    this.schedule = schedule(stepsPerEpoch);
    this.discriminatorSchedule = discriminatorSchedule?.(stepsPerEpoch);
    if (!this.restored) return;
    this.schedule.restore(this.restored.schedule);
    if (this.restored.discriminatorSchedule) this.discriminatorSchedule?.restore(this.restored.discriminatorSchedule);
  }
}

/** Where a schedule moves the momentum, Adam takes it as its first beta (PyTorch's one-cycle policy). */
function hyperOf({ learningRate, momentum }: ReturnType<Schedule['at']>): { learningRate: number; beta1?: number } {
  return { learningRate, ...(momentum !== undefined && { beta1: momentum }) };
}

function tensorOf(batch: Sample): TensorData {
  return { data: batch.image.data as Float32Array, shape: [...batch.image.shape] };
}

function addTo(sums: Record<string, number>, values: Record<string, number>): void {
  for (const [name, value] of Object.entries(values)) sums[name] = (sums[name] ?? 0) + value;
}

function divide(sums: Record<string, number>, count: number): Record<string, number> {
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / count]));
}
