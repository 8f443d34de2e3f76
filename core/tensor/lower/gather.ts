/** Kernels that pick elements by number: gather and its gradient, one-hot. */
import { elementType } from '../emit.js';
import { logicalOrder } from '../layout.js';
import { tf } from '../tf.js';
import type { KernelRule, KernelRules } from './rule.js';

const gather: KernelRule = {
  infer({ x, indices }, { axis, batchDims }) {
    if (batchDims) throw new RangeError('gather with batch dimensions');
    const [at] = tf.util.parseAxisParam(axis as number, [...x.shape]);
    return [{ shape: [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)], dtype: x.dtype }];
  },
  lower(emitter, { x, indices }, { axis }, [output]) {
    const [at] = tf.util.parseAxisParam(axis as number, [...x.shape]);
    const source = emitter.full(x, logicalOrder(x.shape.length));
    const picked = emitter.full(indices, logicalOrder(indices.shape.length));
    const [name] = emitter.node('Gather', [source, picked], { axis: at });
    return [emitter.stored(name, output.shape, logicalOrder(output.shape.length), x.type)];
  },
};

/** Sums of the rows that have the same number; the gradient of gather. */
const segmentSum: KernelRule = {
  infer: ({ x, segmentIds }, { numSegments }) => [
    { shape: [numSegments as number, ...x.shape.slice(segmentIds.shape.length)], dtype: x.dtype },
  ],
  lower(emitter, { x, segmentIds }, _attributes, [output]) {
    const order = logicalOrder(output.shape.length);
    const rows = emitter.full(x, logicalOrder(x.shape.length));
    const numbers = emitter.full(emitter.cast(segmentIds, 'int64'), logicalOrder(segmentIds.shape.length));
    const [places] = emitter.node('Unsqueeze', [numbers, emitter.ints([segmentIds.shape.length])]);
    const zeros = emitter.full(emitter.constant(0, output.shape, x.type), order);
    const [sum] = emitter.node('ScatterND', [zeros, places, rows], { reduction: 'add' });
    return [emitter.stored(sum, output.shape, order, x.type)];
  },
};

const oneHot: KernelRule = {
  infer: ({ indices }, { depth, dtype }) => [
    { shape: [...indices.shape, depth as number], dtype: (dtype as 'float32') ?? 'float32' },
  ],
  lower(emitter, { indices }, { depth, onValue, offValue }, [output]) {
    const type = elementType(output.dtype);
    const source = emitter.expand(indices);
    const [wide] = emitter.node('Unsqueeze', [source.name!, emitter.ints([indices.shape.length])]);
    const classes = emitter.array(
      Array.from({ length: depth as number }, (_, i) => i),
      [depth as number],
      'int32',
    );
    const [same] = emitter.node('Equal', [wide, classes.name!]);
    const [name] = emitter.node('Where', [
      same,
      emitter.scalar(Number(onValue), type),
      emitter.scalar(Number(offValue), type),
    ]);
    return [emitter.stored(name, output.shape, [...source.order, indices.shape.length], type)];
  },
};

export const gatherRules: KernelRules = {
  GatherV2: gather,
  OneHot: oneHot,
  UnsortedSegmentSum: segmentSum,
};
