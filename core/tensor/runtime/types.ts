/** What callers see of a runtime, compiled or eager. */
import type { Module } from '../nn/module.js';
import type { StepHyper } from '../optimizer.js';
import type { StepKey } from '../random.js';
import type { TrainingSpec } from '../step.js';
import type { NamedTensors, TensorData } from '../tensor-data.js';

export interface Measured {
  loss: number;
  metrics: Record<string, number>;
}

/** Names that a restored state did not bring, brought in vain, or brought in another shape. */
export interface RestoreReport {
  missing: string[];
  unexpected: string[];
  mismatched: string[];
}

/**
 * A network with weights in the making. Calls run one after the other, in the order they were made.
 *
 * Any batch size and spatial shape is accepted at any call; each new shape is compiled once.
 */
export interface TrainingProgram {
  /**
   * One optimizer step, by the mean of the gradients of this batch and of those gathered since the last step. Loss and
   * metrics are those of this batch before the update, in training mode.
   */
  step(input: TensorData, target: TensorData, hyper: StepHyper, key: StepKey): Promise<Measured>;
  /**
   * Keeps the gradients of a batch for the next step; only running statistics change. The state does not hold them:
   * save it after a step.
   *
   * @throws TensorError unless the training was made with `accumulates`.
   */
  gather(input: TensorData, target: TensorData, key: StepKey): Promise<Measured>;
  /** Loss and metrics in evaluation mode; changes nothing. */
  evaluate(input: TensorData, target: TensorData): Promise<Measured>;
  /** One tensor per output of the network, in evaluation mode. */
  predict(input: TensorData): Promise<TensorData[]>;
  /** A copy of weights and buffers (`model.<key>`), optimizer (`optimizer.<slot>.<key>`, `optimizer.step`). */
  state(): Promise<NamedTensors>;
  /** Takes over what fits by name and shape and leaves the rest as it is. */
  restore(state: NamedTensors): Promise<RestoreReport>;
  dispose(): Promise<void>;
}

/** A network with given weights. */
export interface InferenceProgram {
  predict(input: TensorData): Promise<TensorData[]>;
  restore(state: NamedTensors): Promise<RestoreReport>;
  dispose(): Promise<void>;
}

export interface TensorRuntime {
  /** A value of SYSTEM.DEVICE other than `auto`. */
  readonly device: string;
  /** A line for the log. */
  readonly description: string;
  train(spec: TrainingSpec): Promise<TrainingProgram>;
  /** @param weights `model.<key>`; starting values of seed 0 where left out. */
  infer(network: Module, weights?: NamedTensors): Promise<InferenceProgram>;
  dispose(): Promise<void>;
}

export interface RuntimeChoice {
  /** A value of SYSTEM.DEVICE. */
  readonly device: string;
  /** Threads of the computation; all cores where left out. */
  readonly threads?: number;
  /** Told what a person should know, such as that something runs slower than it could. */
  onNotice?(text: string): void;
}
