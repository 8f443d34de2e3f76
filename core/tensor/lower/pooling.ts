/** Maximum and average pooling in 2D and 3D, and their gradients. */
import type { Emitter, Value } from '../emit.js';
import { channelsFirst, logicalOrder, sameList, sizeOf } from '../layout.js';
import type { OnnxNode } from '../onnx/model.js';
import type { Attributes, KernelRule, KernelRules } from './rule.js';
import { allEqual, type Window, windowAttributes, windowOf } from './window.js';

function poolWindow(shape: readonly number[], attributes: Attributes): Window {
  const size = attributes.filterSize as number | number[];
  const kernel = Array.isArray(size) ? size : shape.slice(2).map(() => size);
  return windowOf(shape, kernel, attributes, true);
}

function pooling(op: string, extra: Record<string, number> = {}): KernelRule {
  return {
    infer: ({ x }, attributes) => [
      { shape: [x.shape[0], ...poolWindow(x.shape, attributes).output, x.shape[x.shape.length - 1]], dtype: x.dtype },
    ],
    lower(emitter, { x }, attributes, [output]) {
      const order = channelsFirst(x.shape.length);
      const window = poolWindow(x.shape, attributes);
      const [name] = emitter.node(op, [emitter.full(x, order)], { ...windowAttributes(window), ...extra });
      return [emitter.stored(name, output.shape, order)];
    },
  };
}

/** Indices of the maxima, asked from the node that pooled where it is still there, else pooled again. */
function maximumIndices(emitter: Emitter, input: string, output: Value, window: Window): string {
  const pooled = output.name === undefined ? undefined : emitter.producer(output.name);
  if (pooled?.op === 'MaxPool' && pooled.inputs[0] === input) return secondOutput(emitter, pooled);
  return emitter.node('MaxPool', [input], { ...windowAttributes(window) }, 2)[1];
}

function secondOutput(emitter: Emitter, node: OnnxNode): string {
  return node.outputs[1] ?? emitter.addOutput(node);
}

const maximumGradient: KernelRule = {
  infer: ({ input }) => [{ shape: input.shape, dtype: 'float32' }],
  lower(emitter, { dy, input, output }, attributes) {
    const order = channelsFirst(input.shape.length);
    const window = poolWindow(input.shape, attributes);
    const indices = maximumIndices(emitter, emitter.full(input, order), output, window);
    const gradient = emitter.full(dy, order);
    const stored = order.map((axis) => input.shape[axis]);
    if (sameList(window.kernel, window.strides) && allEqual([...window.before, ...window.after], 0)) {
      const { kernel_shape, strides, pads } = windowAttributes(window);
      const inputs = [gradient, indices, emitter.ints(stored)];
      const [name] = emitter.node('MaxUnpool', inputs, { kernel_shape, strides, pads });
      return [emitter.stored(name, input.shape, order)];
    }
    // Windows overlap: one element may be the maximum of several, so gradients add up.
    const flat = emitter.ints([-1]);
    const zeros = emitter.full(emitter.constant(0, [sizeOf(stored)]), [0]);
    const [sum] = emitter.node(
      'ScatterElements',
      [zeros, emitter.node('Reshape', [indices, flat])[0], emitter.node('Reshape', [gradient, flat])[0]],
      { axis: 0, reduction: 'add' },
    );
    return [emitter.stored(emitter.node('Reshape', [sum, emitter.ints(stored)])[0], input.shape, order)];
  },
};

const averageGradient: KernelRule = {
  infer: ({ input }) => [{ shape: input.shape, dtype: 'float32' }],
  lower(emitter, { dy, input }, attributes) {
    const order = channelsFirst(input.shape.length);
    const window = poolWindow(input.shape, attributes);
    const tiled = sameList(window.kernel, window.strides) && allEqual([...window.before, ...window.after], 0);
    const lower = tiled ? spreadTiles : spreadWindows;
    return [emitter.stored(lower(emitter, emitter.full(dy, order), window, order.length), input.shape, order)];
  },
};

/** Windows side by side: each gradient enlarged to its window. */
function spreadTiles(emitter: Emitter, gradient: string, window: Window, rank: number): string {
  const [scaled] = emitter.node('Mul', [gradient, emitter.scalar(1 / sizeOf(window.kernel))]);
  const scales = emitter.array([1, 1, ...window.kernel], [rank]).name!;
  const [spread] = emitter.node('Resize', [scaled, '', scales], {
    mode: 'nearest',
    nearest_mode: 'floor',
    coordinate_transformation_mode: 'asymmetric',
  });
  const missing = window.input.map((side, i) => side - window.output[i] * window.kernel[i]);
  if (allEqual(missing, 0)) return spread;
  return emitter.node('Pad', [spread, emitter.ints([0, 0, ...missing.map(() => 0), 0, 0, ...missing])])[0];
}

/** Windows that overlap or reach outside: a transposed convolution of each channel with ones. */
function spreadWindows(emitter: Emitter, gradient: string, window: Window, rank: number): string {
  const { kernel, strides, input, output, before, after, outputChannels } = window;
  const shares = output.reduce<number[]>(
    (list, side, i) => list.flatMap((share) => logicalOrder(side).map((at) => share / insideCount(window, i, at))),
    [1],
  );
  const [scaled] = emitter.node('Mul', [gradient, emitter.array(shares, [1, 1, ...output]).name!]);
  const filter = emitter.full(emitter.constant(1, [outputChannels, 1, ...kernel]), logicalOrder(rank));
  return emitter.node('ConvTranspose', [scaled, filter], {
    ...windowAttributes(window),
    group: outputChannels,
    output_padding: input.map((side, i) => side + before[i] + after[i] - (output[i] - 1) * strides[i] - kernel[i]),
  })[0];
}

/** Elements of the image that a window meets along one axis; TensorFlow's average counts no others. */
function insideCount({ kernel, strides, before, input }: Window, axis: number, at: number): number {
  const start = at * strides[axis] - before[axis];
  return Math.min(start + kernel[axis], input[axis]) - Math.max(start, 0);
}

export const poolingRules: KernelRules = {
  AvgPool: pooling('AveragePool'),
  AvgPool3D: pooling('AveragePool'),
  AvgPool3DGrad: averageGradient,
  AvgPoolGrad: averageGradient,
  MaxPool: pooling('MaxPool'),
  MaxPool3D: pooling('MaxPool'),
  MaxPool3DGrad: maximumGradient,
  MaxPoolGrad: maximumGradient,
};
