/** Linear resampling as one kernel, so that a graph can hold for any size: ONNX has an operator for it. */
import { sizeOf } from '../layout.js';
import { type Tensor, type TensorInfo, tf } from '../tf.js';
import { linearWeights } from './weights.js';

/** Name of the kernel: input `images` `[n, ...space, c]`, attributes {@link Resampling}. */
export const RESAMPLE = 'BiagraphResample';

export interface Resampling {
  /** Sides of the result, `[y, x]` or `[z, y, x]`. */
  readonly size: readonly number[];
  /** Centres of the outermost pixels stay in place; otherwise pixels are areas. */
  readonly alignCorners: boolean;
}

/** Resamples a channels-last image; the gradient belongs to whoever uses it. */
export function resample(images: Tensor, resampling: Resampling): Tensor {
  const backend = tf.getBackend();
  if (!tf.getKernel(RESAMPLE, backend)) registerLoops(backend);
  const attributes = { ...resampling, size: [...resampling.size] };
  return tf.engine().runKernel(RESAMPLE, { images }, attributes) as Tensor;
}

/** Axis by axis; the measure of the compiled kernel. */
function registerLoops(backendName: string): void {
  tf.registerKernel({
    kernelName: RESAMPLE,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { dataId, shape: from } = inputs.images as TensorInfo;
      const { size, alignCorners } = attrs as unknown as Resampling;
      let values = tf.engine().readSync(dataId) as Float32Array;
      const shape = [...from];
      size.forEach((to, i) => {
        values = alongAxis(values, shape, i + 1, to, alignCorners);
        shape[i + 1] = to;
      });
      const written = (backend as InstanceType<typeof tf.KernelBackend>).write(values, shape, 'float32');
      return { dataId: written, shape, dtype: 'float32' };
    },
  });
}

function alongAxis(
  values: Float32Array,
  shape: readonly number[],
  axis: number,
  to: number,
  alignCorners: boolean,
): Float32Array {
  const from = shape[axis];
  const before = sizeOf(shape.slice(0, axis));
  const after = sizeOf(shape.slice(axis + 1));
  const weights = linearWeights(from, to, alignCorners);
  const result = new Float32Array(before * to * after);
  for (let i = 0; i < to; i++)
    for (let j = 0; j < from; j++) {
      const weight = weights[i * from + j];
      if (weight === 0) continue;
      for (let block = 0; block < before; block++) {
        const target = (block * to + i) * after;
        const source = (block * from + j) * after;
        for (let k = 0; k < after; k++) result[target + k] += weight * values[source + k];
      }
    }
  return result;
}
