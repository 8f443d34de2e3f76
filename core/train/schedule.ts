/**
 * Learning-rate schedules (`TRAIN.LR_SCHEDULER`), each for one optimizer.
 *
 * Epochs and steps count from 0. A schedule that depends on the position alone keeps no state, so a resumed
 * training follows the same rates bit by bit; `reduceonplateau` saves what it has seen of the validation losses.
 */
import { ConfigError } from '../errors.js';

/** What an optimizer uses in one step. */
export interface Hyper {
  learningRate: number;
  /** First beta of Adam, or the momentum of SGD; absent where the schedule leaves it alone. */
  momentum?: number;
}

/** Plain JSON. `best` is null before the first validation: JSON has no infinity. */
export interface PlateauState {
  learningRate: number;
  best: number | null;
  waited: number;
}

export type ScheduleState = PlateauState | Record<string, never>;

export interface Schedule {
  /** Values for the step about to be taken. */
  at(epoch: number, step: number): Hyper;
  /** Called once per epoch with the mean validation loss. */
  afterValidation(loss: number): void;
  state(): ScheduleState;
  restore(state: ScheduleState): void;
}

/** Names that `TRAIN.LR_SCHEDULER.NAME` may hold; the empty name keeps the rate. */
export type ScheduleName = '' | 'warmupcosine' | 'reduceonplateau' | 'onecycle' | 'warmupreduceonplateau';

export interface ScheduleOptions {
  name: ScheduleName;
  /** `TRAIN.LR` of this optimizer. */
  learningRate: number;
  /** `TRAIN.LR_SCHEDULER.MIN_LR` of this optimizer; warmupcosine and reduceonplateau. */
  minLearningRate?: number;
  /** `TRAIN.EPOCHS`. */
  epochs: number;
  /** Optimizer steps of one epoch. */
  stepsPerEpoch: number;
  /** `WARMUP_COSINE_DECAY_EPOCHS`. */
  warmupEpochs?: number;
  /** `COSINE_DECAY_FRACTION`; at most 0 decays right after the warm-up. */
  decayFraction?: number;
  /** `REDUCEONPLATEAU_FACTOR`. */
  factor?: number;
  /** `REDUCEONPLATEAU_PATIENCE`. */
  patience?: number;
}

/**
 * The schedule that a configuration asks for.
 *
 * @throws ConfigError for an unknown name, or a value that the schedule needs and does not get.
 */
export function createSchedule(options: ScheduleOptions): Schedule {
  const { name, learningRate, epochs, stepsPerEpoch } = options;
  switch (name) {
    case '':
      return byPosition(() => ({ learningRate }));
    case 'warmupcosine':
      return warmupCosine(options);
    case 'onecycle':
      return oneCycle(learningRate, epochs * stepsPerEpoch, stepsPerEpoch);
    case 'warmupreduceonplateau': {
      const table = warmupReduceTable(learningRate, epochs);
      return byPosition((epoch) => ({ learningRate: table[Math.min(epoch, epochs - 1)] }));
    }
    case 'reduceonplateau':
      return new ReduceOnPlateau(
        learningRate,
        needed(options.minLearningRate, 'MIN_LR'),
        options.factor ?? 0.5,
        needed(options.patience, 'REDUCEONPLATEAU_PATIENCE'),
      );
    default:
      throw new ConfigError([
        {
          severity: 'error',
          key: 'TRAIN.LR_SCHEDULER.NAME',
          message: `There is no learning-rate schedule '${String(name)}'.`,
          advice: 'Use warmupcosine, reduceonplateau, onecycle, warmupreduceonplateau or nothing.',
          rule: 'R317',
        },
      ]);
  }
}

/** The whole curve, for charts and for `check`: rates of the first step of each epoch. Plateaus are not foreseen. */
export function previewSchedule(options: ScheduleOptions): number[] {
  const schedule = createSchedule(options);
  return Array.from({ length: options.epochs }, (_, epoch) => schedule.at(epoch, 0).learningRate);
}

function needed(value: number | undefined, key: string): number {
  if (value !== undefined && value >= 0) return value;
  throw new ConfigError([
    {
      severity: 'error',
      key: `TRAIN.LR_SCHEDULER.${key}`,
      message: `The schedule needs a value of at least 0, not ${value}.`,
      advice: 'Set it, or choose another TRAIN.LR_SCHEDULER.NAME.',
    },
  ]);
}

function byPosition(at: Schedule['at']): Schedule {
  return { at, afterValidation: () => {}, state: () => ({}), restore: () => {} };
}

/** Linear from 0 over the warm-up, then half a cosine down to the least rate; with a decay fraction flat, then cosine. */
function warmupCosine(options: ScheduleOptions): Schedule {
  const { learningRate, epochs, stepsPerEpoch } = options;
  const least = needed(options.minLearningRate, 'MIN_LR');
  const fraction = options.decayFraction ?? 0;
  const warmup = fraction > 0 ? 0 : needed(options.warmupEpochs, 'WARMUP_COSINE_DECAY_EPOCHS');
  const start = fraction > 0 ? epochs * (1 - fraction) : warmup;
  return byPosition((epoch, step) => {
    const now = epoch + step / stepsPerEpoch;
    if (now < warmup) return { learningRate: (learningRate * now) / warmup };
    if (now < start) return { learningRate };
    const part = epochs > start ? Math.min(1, (now - start) / (epochs - start)) : 1;
    return { learningRate: cosine(learningRate, least, part) };
  });
}

/** Smith, Super-convergence (2018), with the constants of PyTorch's OneCycleLR: start lr/25, peak at 30 %, end lr/25e4. */
function oneCycle(peak: number, total: number, stepsPerEpoch: number): Schedule {
  const start = peak / 25;
  const end = start / 1e4;
  const [slow, fast] = [0.85, 0.95];
  const top = 0.3 * total - 1;
  const last = total - 1;
  return byPosition((epoch, step) => {
    const now = Math.min(epoch * stepsPerEpoch + step, last);
    // A training of fewer than four steps begins within the falling phase.
    if (now <= top) return { learningRate: cosine(start, peak, now / top), momentum: cosine(fast, slow, now / top) };
    const part = (now - top) / (last - top);
    return { learningRate: cosine(peak, end, part), momentum: cosine(slow, fast, part) };
  });
}

/** `from` at 0, `to` at 1, along half a cosine. */
function cosine(from: number, to: number, part: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * part));
}

/** Ten epochs of warm-up, the full rate, and for long trainings ten halvings at the end (BiaPy's precomputed table). */
function warmupReduceTable(learningRate: number, epochs: number): number[] {
  const table = Array.from({ length: epochs }, (_, epoch) => (epoch < 10 ? (learningRate * epoch) / 9 : learningRate));
  const block = epochs > 300 ? 10 : epochs > 100 ? 5 : 0;
  for (let i = 0; i < 10 * block; i++)
    table[epochs - 10 * block + i] = learningRate * 0.5 ** (1 + Math.floor(i / block));
  return table;
}

/** PyTorch's ReduceLROnPlateau in minimum mode: relative threshold 1e-4, no cooldown, changes below 1e-8 ignored. */
class ReduceOnPlateau implements Schedule {
  private rate: number;
  private best = Number.POSITIVE_INFINITY;
  private waited = 0;

  constructor(
    learningRate: number,
    private readonly least: number,
    private readonly factor: number,
    private readonly patience: number,
  ) {
    this.rate = learningRate;
  }

  at(): Hyper {
    return { learningRate: this.rate };
  }

  afterValidation(loss: number): void {
    // A loss that is not a number is no improvement: the comparison is false.
    if (loss < this.best * (1 - 1e-4)) {
      this.best = loss;
      this.waited = 0;
    } else this.waited++;
    if (this.waited <= this.patience) return;
    const lower = Math.max(this.rate * this.factor, this.least);
    if (this.rate - lower > 1e-8) this.rate = lower;
    this.waited = 0;
  }

  state(): PlateauState {
    return {
      learningRate: this.rate,
      best: this.best === Number.POSITIVE_INFINITY ? null : this.best,
      waited: this.waited,
    };
  }

  restore(state: ScheduleState): void {
    const { learningRate, best, waited } = state as PlateauState;
    this.rate = learningRate;
    this.best = best ?? Number.POSITIVE_INFINITY;
    this.waited = waited;
  }
}
