/** Making objects of predictions in the worker threads. */
import type { OperatorFunction } from 'rxjs';
import type { Compute } from '../../core/compute/compute.js';
import { channelCount, type Image } from '../../core/image/image.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { inThreads } from '../../core/plugin/in-threads.js';
import { fewChannels } from './few-channels.js';

/** What a thread makes labels of. */
export interface LabelTask<P> {
  prediction: Image;
  parameters: P;
}

/** Channels that objects are made of: their letters, for messages, and how many they are. */
export interface WantedChannels {
  letters: string;
  count: number;
}

export interface LabelWork<P> {
  parameters: P;
  /** Name of the node. */
  node: string;
  /** `import.meta.url` of the module of the node, and the name of what it exports: `(task: LabelTask<P>) => Image`. */
  module: string;
  name: string;
  wanted(prediction: Image): WantedChannels;
}

/** Samples with the product `labels`. @throws DataError for a prediction of too few channels. */
export function labelsInThreads<P extends { product: string }>(
  compute: Compute,
  { parameters, node, module, name, wanted }: LabelWork<P>,
): OperatorFunction<Sample, Sample> {
  return inThreads<LabelTask<P>, Image>(compute, {
    procedure: { module, name },
    input(sample) {
      const prediction = productOf(sample, parameters.product, node);
      const { letters, count } = wanted(prediction);
      if (channelCount(prediction) < count) throw fewChannels(sample.file, letters, count, prediction);
      return { prediction, parameters };
    },
    output: (sample, labels) => ({ ...sample, products: { ...sample.products, labels } }),
  });
}
