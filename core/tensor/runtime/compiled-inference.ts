/**
 * A network with given weights as compiled graphs. Weights are constants of the graph, so that ONNX Runtime folds
 * normalisations into convolutions and lays filters out ahead of time.
 */
import type { Module } from '../nn/module.js';
import { modelInputs, predictionStep } from '../step.js';
import type { NamedTensors, TensorData } from '../tensor-data.js';
import type { Channel } from './channel.js';
import { LoadedFunction, subjectOf } from './graph-loader.js';
import { checkData, initialModel, matchState, modelShapes } from './state.js';
import { inTurn } from './turns.js';
import type { InferenceProgram, RestoreReport } from './types.js';

export class CompiledInference implements InferenceProgram {
  readonly #turn = inTurn();
  /** Weights that were brought. */
  readonly #weights: NamedTensors = new Map();
  readonly #predict: LoadedFunction;
  /** Largest batch met, by the shape of a sample. */
  readonly #largest = new Map<string, number>();

  constructor(
    readonly channel: Channel,
    readonly program: number,
    readonly network: Module,
  ) {
    this.#predict = new LoadedFunction(channel, program, () => ({
      subject: subjectOf(network),
      inputs: modelInputs(network),
      compute: predictionStep(network),
      constants: initialModel(network, 0, this.#weights),
    }));
  }

  predict(input: TensorData): Promise<TensorData[]> {
    return this.#turn(async () => {
      checkData('input', input);
      const [batch] = input.shape;
      const full = this.#fullBatch(input);
      if (full === batch) return this.#run(input);
      const outputs = await this.#run(fillBatch(input, full));
      // An output that is not one of samples says that they were not predicted each on its own.
      if (outputs.some(({ shape }) => shape[0] !== full)) return this.#run(input);
      return outputs.map((output) => firstSamples(output, batch));
    });
  }

  async #run(input: TensorData): Promise<TensorData[]> {
    return [...(await this.#predict.run({ input })).values()];
  }

  /**
   * The batch to predict with: the last patches of an image often do not fill one, and filling it takes less time than
   * compiling once more, where it is at least half full. In evaluation mode samples know nothing of each other.
   */
  #fullBatch({ shape }: TensorData): number {
    const [batch, ...sample] = shape;
    const key = sample.join('×');
    const largest = this.#largest.get(key) ?? 0;
    if (batch > largest) this.#largest.set(key, batch);
    return batch < largest && 2 * batch >= largest ? largest : batch;
  }

  restore(brought: NamedTensors): Promise<RestoreReport> {
    return this.#turn(async () => {
      const { fitting, report } = matchState(modelShapes(this.network), brought);
      for (const [name, { data, shape }] of fitting) this.#weights.set(name, { data: data.slice(), shape });
      this.#predict.clear();
      return report;
    });
  }

  dispose(): Promise<void> {
    return this.#turn(() => this.channel.ask({ call: 'close', program: this.program }));
  }
}

/** A batch filled up with its first sample. */
function fillBatch({ data, shape }: TensorData, batch: number): TensorData {
  const [samples, ...sample] = shape;
  const size = data.length / samples;
  const filled = new Float32Array(batch * size);
  filled.set(data);
  for (let i = samples; i < batch; i++) filled.copyWithin(i * size, 0, size);
  return { data: filled, shape: [batch, ...sample] };
}

function firstSamples({ data, shape }: TensorData, samples: number): TensorData {
  const [batch, ...sample] = shape;
  return { data: data.slice(0, (data.length / batch) * samples), shape: [samples, ...sample] };
}
