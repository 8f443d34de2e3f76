/** A training as compiled graphs; its state stays in the session thread. */
import type { StepHyper } from '../optimizer.js';
import type { StepKey } from '../random.js';
import {
  evaluationStep,
  gatheredInputs,
  gatherFeeds,
  gatheringStep,
  hyperFeeds,
  measured,
  modelInputs,
  optimizerInputs,
  predictionStep,
  stateInputs,
  type TrainingSpec,
  trainingStep,
} from '../step.js';
import type { NamedTensors, TensorData } from '../tensor-data.js';
import type { Channel } from './channel.js';
import { LoadedFunction, subjectOf } from './graph-loader.js';
import { initialGathered, matchState, requireAccumulation, STEP_COUNT, trainingShapes } from './state.js';
import { inTurn } from './turns.js';
import type { Measured, RestoreReport, TrainingProgram } from './types.js';

export class CompiledTraining implements TrainingProgram {
  readonly #expected: ReadonlyMap<string, readonly number[]>;
  readonly #turn = inTurn();
  readonly #step: LoadedFunction;
  readonly #gather: LoadedFunction;
  readonly #evaluate: LoadedFunction;
  readonly #predict: LoadedFunction;
  #steps = 0;
  /** Batches gathered since the last step. */
  #waiting = 0;

  constructor(
    readonly channel: Channel,
    readonly program: number,
    readonly spec: TrainingSpec,
  ) {
    const subject = subjectOf(spec.network);
    const state = stateInputs(spec);
    const scalars = (feeds: ReadonlyMap<string, number>) => [...feeds.keys()].map((name) => ({ name, shape: [] }));
    const gathered = [...state, ...gatheredInputs(spec)];
    const all = [...gathered, ...optimizerInputs(spec), ...scalars(hyperFeeds(spec, { learningRate: 0 }, 1))];
    const load = (inputs: typeof all, compute: ReturnType<typeof trainingStep>) =>
      new LoadedFunction(channel, program, () => ({ subject, inputs, compute }));
    this.#step = load(all, trainingStep(spec));
    this.#gather = load([...gathered, ...scalars(gatherFeeds(spec, 0))], gatheringStep(spec));
    this.#evaluate = load(state, evaluationStep(spec));
    this.#predict = load(modelInputs(spec.network), predictionStep(spec.network));
    this.#expected = trainingShapes(spec);
  }

  step(input: TensorData, target: TensorData, hyper: StepHyper, key: StepKey): Promise<Measured> {
    return this.#turn(async () => {
      const scalars = hyperFeeds(this.spec, hyper, this.#steps + 1, this.#waiting);
      const randomness = { seed: this.spec.seed, ...key };
      const results = await this.#step.run({ input, target }, { scalars, randomness });
      this.#steps++;
      this.#waiting = 0;
      return measured(results);
    });
  }

  gather(input: TensorData, target: TensorData, key: StepKey): Promise<Measured> {
    return this.#turn(async () => {
      requireAccumulation(this.spec);
      const scalars = gatherFeeds(this.spec, this.#waiting);
      const randomness = { seed: this.spec.seed, ...key };
      const results = await this.#gather.run({ input, target }, { scalars, randomness });
      this.#waiting++;
      return measured(results);
    });
  }

  evaluate(input: TensorData, target: TensorData): Promise<Measured> {
    return this.#turn(async () => measured(await this.#evaluate.run({ input, target })));
  }

  predict(input: TensorData): Promise<TensorData[]> {
    return this.#turn(async () => [...(await this.#predict.run({ input })).values()]);
  }

  state(): Promise<NamedTensors> {
    return this.#turn(async () => {
      const state = await this.channel.ask({ call: 'read', program: this.program });
      for (const { name } of gatheredInputs(this.spec)) state.delete(name);
      return state.set(STEP_COUNT, { data: Float32Array.of(this.#steps), shape: [] });
    });
  }

  restore(brought: NamedTensors): Promise<RestoreReport> {
    return this.#turn(async () => {
      const { fitting, report } = matchState(this.#expected, brought);
      this.#steps = fitting.get(STEP_COUNT)?.data[0] ?? this.#steps;
      fitting.delete(STEP_COUNT);
      this.#waiting = 0;
      const tensors = new Map([...fitting, ...initialGathered(this.spec)]);
      await this.channel.ask({ call: 'write', program: this.program, tensors });
      return report;
    });
  }

  dispose(): Promise<void> {
    return this.#turn(() => this.channel.ask({ call: 'close', program: this.program }));
  }
}
