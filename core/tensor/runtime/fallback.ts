/** Programs that go on eagerly, and say so, when a function turns out not to compile. */
import type { Module } from '../nn/module.js';
import type { TrainingSpec } from '../step.js';
import type { NamedTensors } from '../tensor-data.js';
import { UntranslatableKernel } from '../trace.js';
import { eagerInference, eagerTraining } from './eager.js';
import type { InferenceProgram, RuntimeChoice, TrainingProgram } from './types.js';

/** Runs calls on the first program until one does not compile, and from then on, that call included, on the second. */
class Fallback<P extends { dispose(): Promise<void> }> {
  #current: P;
  #fallen = false;

  constructor(
    first: P,
    readonly second: () => Promise<P>,
    readonly choice: RuntimeChoice,
  ) {
    this.#current = first;
  }

  async call<R>(work: (program: P) => Promise<R>): Promise<R> {
    try {
      return await work(this.#current);
    } catch (error) {
      if (!(error instanceof UntranslatableKernel)) throw error;
      if (!this.#fallen) {
        this.#fallen = true;
        const eager = await this.second();
        await this.#current.dispose();
        this.#current = eager;
        this.choice.onNotice?.(`${error.message} It runs so now, hundreds of times slower than compiled.`);
      }
      return work(this.#current);
    }
  }
}

export function trainingOrEager(program: TrainingProgram, spec: TrainingSpec, choice: RuntimeChoice): TrainingProgram {
  const fallback = new Fallback(program, async () => eagerTraining(spec, await program.state()), choice);
  return {
    step: (input, target, hyper, key) => fallback.call((current) => current.step(input, target, hyper, key)),
    gather: (input, target, key) => fallback.call((current) => current.gather(input, target, key)),
    evaluate: (input, target) => fallback.call((current) => current.evaluate(input, target)),
    predict: (input) => fallback.call((current) => current.predict(input)),
    state: () => fallback.call((current) => current.state()),
    restore: (state) => fallback.call((current) => current.restore(state)),
    dispose: () => fallback.call((current) => current.dispose()),
  };
}

export function inferenceOrEager(
  program: InferenceProgram,
  network: Module,
  weights: NamedTensors | undefined,
  choice: RuntimeChoice,
): InferenceProgram {
  let latest = weights;
  const fallback = new Fallback(program, async () => eagerInference(network, latest), choice);
  return {
    predict: (input) => fallback.call((current) => current.predict(input)),
    restore: (state) => {
      latest = new Map([...(latest ?? []), ...state]);
      return fallback.call((current) => current.restore(state));
    },
    dispose: () => fallback.call((current) => current.dispose()),
  };
}
