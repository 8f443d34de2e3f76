/** Work on whole images in the worker threads, so that reading, predicting and writing go on meanwhile. */
import type { OperatorFunction } from 'rxjs';
import type { Compute, Procedure } from '../compute/compute.js';
import { mapOrdered } from '../graph/map-ordered.js';
import type { Sample } from '../image/sample.js';

export interface ThreadWork<I, O> {
  /** Function that the threads call with plain data, as images are; what it gives is plain data too. */
  readonly procedure: Procedure;
  /** What it is called with for a sample. */
  input(sample: Sample): I;
  /** The sample with what was made. */
  output(sample: Sample, made: O): Sample;
}

/** Samples in their order, several at work at the same time where there are threads for them. Inputs are copied for the threads. */
export function inThreads<I, O>(
  compute: Compute,
  { procedure, input, output }: ThreadWork<I, O>,
): OperatorFunction<Sample, Sample> {
  return mapOrdered(compute.concurrency, async (sample, signal) =>
    output(sample, await compute.call<I, O>(procedure, input(sample), { signal })),
  );
}
