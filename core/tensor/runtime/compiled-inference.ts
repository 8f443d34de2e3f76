/**
 * A network with given weights as compiled graphs. Weights are constants of the graph, so that ONNX Runtime folds
 * normalisations into convolutions and lays filters out ahead of time.
 */
import type { Module } from '../nn/module.js';
import { modelInputs, predictionStep } from '../step.js';
import type { NamedTensors, TensorData } from '../tensor-data.js';
import type { Channel } from './channel.js';
import { LoadedFunction, subjectOf } from './graph-loader.js';
import { initialModel, matchState, shapesOf } from './state.js';
import { inTurn } from './turns.js';
import type { InferenceProgram, RestoreReport } from './types.js';

export class CompiledInference implements InferenceProgram {
  readonly #turn = inTurn();
  readonly #weights: NamedTensors;
  readonly #predict: LoadedFunction;

  constructor(
    readonly channel: Channel,
    readonly program: number,
    network: Module,
  ) {
    this.#weights = initialModel(network, 0);
    this.#predict = new LoadedFunction(channel, program, () => ({
      subject: subjectOf(network),
      inputs: modelInputs(network),
      compute: predictionStep(network),
      constants: this.#weights,
    }));
  }

  predict(input: TensorData): Promise<TensorData[]> {
    return this.#turn(async () => [...(await this.#predict.run({ input })).values()]);
  }

  restore(brought: NamedTensors): Promise<RestoreReport> {
    return this.#turn(async () => {
      const { fitting, report } = matchState(shapesOf(this.#weights), brought);
      for (const [name, { data, shape }] of fitting) this.#weights.set(name, { data: data.slice(), shape });
      this.#predict.clear();
      return report;
    });
  }

  dispose(): Promise<void> {
    return this.#turn(() => this.channel.ask({ call: 'close', program: this.program }));
  }
}
