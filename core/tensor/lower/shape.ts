/** Kernels that move elements without computing: reshape, transpose, concatenate, cut, pad, repeat. */
import { TensorError } from '../../errors.js';
import { type Emitter, elementType, type Value } from '../emit.js';
import { logicalOrder, sizeOf, storedAxis } from '../layout.js';
import { tf } from '../tf.js';
import type { Attributes, KernelRule, KernelRules, TracedInputs } from './rule.js';

type Values = Readonly<Record<string, Value>>;

/** Values of per-axis attributes in storage order. */
function inStorageOrder(value: Value, perAxis: readonly number[]): number[] {
  return value.order.map((axis) => perAxis[axis]);
}

function listOf<T>(inputs: Readonly<Record<string, T>>): T[] {
  return Object.keys(inputs)
    .sort((a, b) => Number(a) - Number(b))
    .map((key) => inputs[key]);
}

function resolvedShape(size: number, shape: readonly number[]): number[] {
  return tf.util.inferFromImplicitShape([...shape], size);
}

const reshape: KernelRule = {
  infer: ({ x }, { shape }) => [{ shape: resolvedShape(sizeOf(x.shape), shape as number[]), dtype: x.dtype }],
  lower: (emitter, { x }, _attributes, [output]) => [emitter.reshape(x, output.shape)],
};

const expandDims: KernelRule = {
  infer({ input }, { dim }) {
    const shape = [...input.shape];
    const at = dim as number;
    shape.splice(at < 0 ? shape.length + 1 + at : at, 0, 1);
    return [{ shape, dtype: input.dtype }];
  },
  lower: (emitter, { input }, _attributes, [output]) => [emitter.reshape(input, output.shape)],
};

const transpose: KernelRule = {
  infer: ({ x }, { perm }) => [{ shape: (perm as number[]).map((axis) => x.shape[axis]), dtype: x.dtype }],
  lower(_emitter, { x }, { perm }, [output]) {
    const axes = perm as number[];
    return [
      {
        ...x,
        shape: output.shape,
        dims: axes.map((axis) => x.dims[axis]),
        order: x.order.map((axis) => axes.indexOf(axis)),
      },
    ];
  },
};

function largest(values: readonly Value[]): Value {
  return values.reduce((best, value) => (sizeOf(value.dims) > sizeOf(best.dims) ? value : best));
}

const concat: KernelRule = {
  infer(inputs: TracedInputs, { axis }: Attributes) {
    const list = listOf(inputs);
    const [at] = tf.util.parseAxisParam(axis as number, [...list[0].shape]);
    const odd = list.find((value) => value.shape.some((side, axis) => axis !== at && side !== list[0].shape[axis]));
    if (odd)
      throw new TensorError(
        `values of ${list[0].shape.slice(1).join('×')} and ${odd.shape.slice(1).join('×')} cannot be joined. In a network with ` +
          'skip connections, sides of images have to be multiples of all its factors of pooling together.',
        { where: { key: 'DATA.PATCH_SIZE' } },
      );
    const shape = [...list[0].shape];
    shape[at] = list.reduce((sum, value) => sum + value.shape[at], 0);
    return [{ shape, dtype: list[0].dtype }];
  },
  lower(emitter: Emitter, inputs: Values, { axis }, [output]) {
    const list = listOf(inputs);
    const [at] = tf.util.parseAxisParam(axis as number, [...list[0].shape]);
    const { order } = largest(list);
    const names = list.filter((value) => value.shape[at] > 0).map((value) => emitter.full(value, order));
    const name = names.length === 1 ? names[0] : emitter.node('Concat', names, { axis: storedAxis(order, at) })[0];
    return [emitter.stored(name, output.shape, order, elementType(output.dtype))];
  },
};

function cut(emitter: Emitter, x: Value, begin: readonly number[], size: readonly number[]): Value {
  if (begin.every((start, axis) => start === 0 && size[axis] === x.shape[axis])) return x;
  if (x.constant !== undefined) return emitter.constant(x.constant, size, x.type);
  const source = emitter.expand(x);
  const axes = logicalOrder(x.shape.length).filter((axis) => begin[axis] !== 0 || size[axis] !== x.shape[axis]);
  const [name] = emitter.node('Slice', [
    source.name!,
    emitter.ints(axes.map((axis) => begin[axis])),
    emitter.ints(axes.map((axis) => begin[axis] + size[axis])),
    emitter.ints(axes.map((axis) => storedAxis(source.order, axis))),
  ]);
  return emitter.stored(name, size, source.order, x.type);
}

const slice: KernelRule = {
  infer({ x }, { begin, size }) {
    const starts = begin as number[];
    const shape = (size as number[]).map((side, axis) => (side === -1 ? x.shape[axis] - starts[axis] : side));
    return [{ shape, dtype: x.dtype }];
  },
  lower: (emitter, { x }, { begin }, [output]) => [cut(emitter, x, begin as number[], output.shape)],
};

const split: KernelRule = {
  list: true,
  infer({ x }, { numOrSizeSplits, axis }) {
    const [at] = tf.util.parseAxisParam(axis as number, [...x.shape]);
    const fake = { shape: [...x.shape] } as Parameters<typeof tf.backend_util.prepareSplitSize>[0];
    const sizes = tf.backend_util.prepareSplitSize(fake, numOrSizeSplits as number[] | number, at);
    return sizes.map((side) => ({ shape: x.shape.map((old, i) => (i === at ? side : old)), dtype: x.dtype }));
  },
  lower(emitter, { x }, { axis }, outputs) {
    const [at] = tf.util.parseAxisParam(axis as number, [...x.shape]);
    const source = emitter.expand(x);
    const sizes = emitter.ints(outputs.map((output) => output.shape[at]));
    const names = emitter.node('Split', [source.name!, sizes], { axis: storedAxis(source.order, at) }, outputs.length);
    return outputs.map((output, i) => emitter.stored(names[i], output.shape, source.order, x.type));
  },
};

const pack: KernelRule = {
  infer(inputs: TracedInputs, { axis }: Attributes) {
    const list = listOf(inputs);
    const shape = [...list[0].shape];
    shape.splice(axis as number, 0, list.length);
    return [{ shape, dtype: list[0].dtype }];
  },
  lower(emitter: Emitter, inputs: Values, { axis }, [output]) {
    const single = output.shape.map((side, i) => (i === axis ? 1 : side));
    const names = listOf(inputs).map((value) =>
      emitter.full(emitter.reshape(value, single), logicalOrder(single.length)),
    );
    const [name] = emitter.node('Concat', names, { axis: axis as number });
    return [emitter.stored(name, output.shape, logicalOrder(single.length), elementType(output.dtype))];
  },
};

const unpack: KernelRule = {
  list: true,
  infer({ value }, { axis }) {
    const at = (axis as number) < 0 ? value.shape.length + (axis as number) : (axis as number);
    const shape = value.shape.filter((_, i) => i !== at);
    return Array.from({ length: value.shape[at] }, () => ({ shape, dtype: value.dtype }));
  },
  lower(emitter, { value }, { axis }, outputs) {
    const at = (axis as number) < 0 ? value.shape.length + (axis as number) : (axis as number);
    return outputs.map((output, index) => {
      const begin = value.shape.map((_, i) => (i === at ? index : 0));
      const size = value.shape.map((side, i) => (i === at ? 1 : side));
      return emitter.reshape(cut(emitter, value, begin, size), output.shape);
    });
  },
};

function padding(mode: (attributes: Attributes) => string): KernelRule {
  return {
    infer: ({ x }, { paddings }) => [
      {
        shape: (paddings as [number, number][]).map(([before, after], axis) => before + x.shape[axis] + after),
        dtype: x.dtype,
      },
    ],
    lower(emitter, { x }, attributes, [output]) {
      const pads = attributes.paddings as [number, number][];
      const source = emitter.expand(x);
      const before = inStorageOrder(
        source,
        pads.map(([first]) => first),
      );
      const after = inStorageOrder(
        source,
        pads.map(([, last]) => last),
      );
      const inputs = [source.name!, emitter.ints([...before, ...after])];
      const name = mode(attributes);
      if (name === 'constant') inputs.push(emitter.scalar(Number(attributes.constantValue ?? 0), x.type));
      return [emitter.stored(emitter.node('Pad', inputs, { mode: name })[0], output.shape, source.order, x.type)];
    },
  };
}

const tile: KernelRule = {
  infer: ({ x }, { reps }) => [{ shape: x.shape.map((side, axis) => side * (reps as number[])[axis]), dtype: x.dtype }],
  lower(emitter, { x }, { reps }, [output]) {
    const times = reps as number[];
    // Repeating axes of length 1 is broadcasting.
    if (x.shape.every((side, axis) => side === 1 || times[axis] === 1)) return [{ ...x, shape: output.shape }];
    const source = emitter.expand(x);
    const [name] = emitter.node('Tile', [source.name!, emitter.ints(inStorageOrder(source, times))]);
    return [emitter.stored(name, output.shape, source.order, x.type)];
  },
};

/** Reversal along axes, as a slice with negative steps. */
export function reverseStored(emitter: Emitter, name: string, axes: readonly number[]): string {
  const all = (value: number) => emitter.ints(axes.map(() => value));
  return emitter.node('Slice', [name, all(-1), all(-(2 ** 31)), emitter.ints(axes), all(-1)])[0];
}

const reverse: KernelRule = {
  infer: ({ x }) => [{ shape: x.shape, dtype: x.dtype }],
  lower(emitter, { x }, { dims }) {
    const axes = tf.util.parseAxisParam(dims as number | number[], [...x.shape]);
    const source = emitter.expand(x);
    const stored = axes.map((axis) => storedAxis(source.order, axis));
    return [{ ...source, name: reverseStored(emitter, source.name!, stored) }];
  },
};

/** Beyond the ends the elements come back in reverse order, without the last one (`reflect`) or with it. */
const mirrorPad: KernelRule = {
  infer: ({ x }, { paddings }) => [
    {
      shape: (paddings as [number, number][]).map(([before, after], axis) => before + x.shape[axis] + after),
      dtype: x.dtype,
    },
  ],
  lower(emitter, { x }, { paddings, mode }, [output]) {
    const source = emitter.expand(x);
    const repeated = mode === 'reflect' ? 0 : 1;
    let name = source.name!;
    (paddings as [number, number][]).forEach(([before, after], axis) => {
      if (before === 0 && after === 0) return;
      const side = x.shape[axis];
      const places = logicalOrder(before + side + after).map((i) => {
        const at = i - before;
        if (at < 0) return -at - repeated;
        return at < side ? at : 2 * (side - 1) - at + repeated;
      });
      const indices = emitter.indices(places, [places.length]);
      [name] = emitter.node('Gather', [name, indices], { axis: storedAxis(source.order, axis) });
    });
    return [emitter.stored(name, output.shape, source.order, x.type)];
  },
};

export const shapeRules: KernelRules = {
  Concat: concat,
  ExpandDims: expandDims,
  MirrorPad: mirrorPad,
  Pack: pack,
  PadV2: padding(() => 'constant'),
  Reshape: reshape,
  Reverse: reverse,
  Slice: slice,
  SplitV: split,
  Tile: tile,
  Transpose: transpose,
  Unpack: unpack,
};
