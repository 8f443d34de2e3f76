/** Reductions over axes, softmax, running sums. */
import { type Emitter, elementType, type Value } from '../emit.js';
import { SUM_OF_PRODUCTS } from '../kernel-call.js';
import { dropAxes, logicalOrder, sizeOf, storedAxis } from '../layout.js';
import { tf } from '../tf.js';
import type { Attributes, KernelRule, KernelRules } from './rule.js';

type AxisAttribute = number | number[] | undefined;

function reducedAxes(shape: readonly number[], attributes: Attributes): number[] {
  const axis = (attributes.axis ?? attributes.reductionIndices ?? attributes.reductionIndex) as AxisAttribute;
  return tf.util.parseAxisParam(axis as number | number[], [...shape]);
}

function reducedShape(shape: readonly number[], axes: readonly number[], keepDims: boolean): number[] {
  if (keepDims) return shape.map((side, axis) => (axes.includes(axis) ? 1 : side));
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** What a reduction of n equal elements gives, for axes that still wait to be broadcast. */
type Repeat = (emitter: Emitter, name: string, n: number) => string;

const asIs: Repeat = (_emitter, name) => name;
const times: Repeat = (emitter, name, n) => (n === 1 ? name : emitter.node('Mul', [name, emitter.scalar(n)])[0]);

const powers: Repeat = (emitter, name, n) => (n === 1 ? name : emitter.node('Pow', [name, emitter.scalar(n)])[0]);

function reduction(op: string, repeat: Repeat, dtype?: 'bool'): KernelRule {
  return {
    infer: ({ x }, attributes) => [
      {
        shape: reducedShape(x.shape, reducedAxes(x.shape, attributes), Boolean(attributes.keepDims)),
        dtype: dtype ?? (x.dtype === 'bool' ? 'int32' : x.dtype),
      },
    ],
    lower(emitter, { x }, attributes, [output]) {
      const axes = reducedAxes(x.shape, attributes);
      const source = emitter.named(x);
      if (axes.length === 0) return [source];
      const stored = axes.map((axis) => storedAxis(source.order, axis)).sort((a, b) => a - b);
      const pending = axes.reduce(
        (n, axis) => n * (source.dims[axis] === source.shape[axis] ? 1 : source.shape[axis]),
        1,
      );
      const keep = Boolean(attributes.keepDims);
      const [name] = emitter.node(op, [source.name, emitter.ints(stored)], { keepdims: keep ? 1 : 0 });
      return [
        {
          name: repeat(emitter, name, pending),
          shape: output.shape,
          dims: reducedShape(source.dims, axes, keep),
          order: keep ? source.order : dropAxes(source.order, axes),
          type: elementType(output.dtype),
        },
      ];
    },
  };
}

function viaInt(op: string): KernelRule {
  const rule = reduction(op, asIs, 'bool');
  return {
    infer: rule.infer,
    lower(emitter, { x }, attributes, outputs) {
      const number = emitter.cast(emitter.named(x), 'int32');
      const [value] = rule.lower(emitter, { x: number }, attributes, outputs);
      return [emitter.cast({ ...value, type: 'int32' }, 'bool')];
    },
  };
}

function argument(op: string): KernelRule {
  return {
    infer: ({ x }, attributes) => [
      { shape: reducedShape(x.shape, reducedAxes(x.shape, attributes), false), dtype: 'int32' },
    ],
    lower(emitter, { x }, attributes, [output]) {
      const axes = reducedAxes(x.shape, attributes);
      const source = emitter.expand(x);
      const [index] = emitter.node(op, [source.name!], { axis: storedAxis(source.order, axes[0]), keepdims: 0 });
      return [emitter.cast(emitter.stored(index, output.shape, dropAxes(source.order, axes), 'int64'), 'int32')];
    },
  };
}

/** The largest elements along the last axis and their places; the first of equal ones comes first. */
const largest: KernelRule = {
  list: true,
  infer({ x }, { k }) {
    const shape = [...x.shape.slice(0, -1), k as number];
    return [
      { shape, dtype: x.dtype },
      { shape, dtype: 'int32' },
    ];
  },
  lower(emitter, { x }, { k }, [values]) {
    const source = emitter.expand(x);
    const axis = storedAxis(source.order, x.shape.length - 1);
    const [top, indices] = emitter.node('TopK', [source.name!, emitter.ints([k as number])], { axis, sorted: 1 }, 2);
    const places = emitter.stored(indices, values.shape, source.order, 'int64');
    return [emitter.stored(top, values.shape, source.order, x.type), emitter.cast(places, 'int32')];
  },
};

const softmax: KernelRule = {
  infer: ({ logits }) => [{ shape: logits.shape, dtype: 'float32' }],
  lower(emitter, { logits }, { dim }) {
    const source = emitter.expand(logits);
    const axis = storedAxis(source.order, dim === -1 ? logits.shape.length - 1 : (dim as number));
    return [{ ...source, name: emitter.node('Softmax', [source.name!], { axis })[0] }];
  },
};

const runningSum: KernelRule = {
  infer: ({ x }) => [{ shape: x.shape, dtype: x.dtype }],
  lower(emitter: Emitter, { x }: Readonly<Record<string, Value>>, { axis, exclusive, reverse }) {
    const name = emitter.full(x, logicalOrder(x.shape.length));
    const [sum] = emitter.node('CumSum', [name, emitter.scalar(axis as number, 'int32')], {
      exclusive: exclusive ? 1 : 0,
      reverse: reverse ? 1 : 0,
    });
    return [emitter.stored(sum, x.shape, logicalOrder(x.shape.length), x.type)];
  },
};

/**
 * Σ a·b over axes. Where the reduced axes end with a stored run of axes, the run is a dot product: a matrix product of
 * one row and one column is several times faster than writing the product down and summing it.
 */
const sumOfProducts: KernelRule = {
  infer: ({ a }, attributes) => [
    {
      shape: reducedShape(a.shape, reducedAxes(a.shape, attributes), Boolean(attributes.keepDims)),
      dtype: 'float32',
    },
  ],
  lower(emitter, { a, b }, attributes, [output]) {
    const axes = reducedAxes(a.shape, attributes);
    const { names, result } = emitter.align([emitter.expand(a), emitter.expand(b)], a.shape, 'float32');
    const stored = result.order.map((axis) => a.shape[axis]);
    const isReduced = result.order.map((axis) => axes.includes(axis));
    const kept = isReduced.lastIndexOf(false) + 1;
    const keep = Boolean(attributes.keepDims);
    const run = sizeOf(stored.slice(kept));
    const rest = logicalOrder(kept).filter((position) => isReduced[position]);
    const order = keep ? result.order : dropAxes(result.order, axes);
    let name: string;
    if (run < SHORTEST_RUN || (emitter.cpu && sizeOf(stored) <= SMALL)) {
      const all = logicalOrder(stored.length).filter((position) => isReduced[position]);
      const op = attributes.mean ? 'ReduceMean' : 'ReduceSum';
      const inputs = [emitter.node('Mul', names)[0], emitter.ints(all)];
      const [reduced] = emitter.node(op, inputs, { keepdims: keep ? 1 : 0 });
      return [emitter.stored(reduced, output.shape, order)];
    } else {
      const rows = names.map(
        (side) => emitter.node('Reshape', [side, emitter.ints([...stored.slice(0, kept), 1, run])])[0],
      );
      const [dots] = emitter.node('FusedMatMul', rows, { transB: 1 }, 1, 'com.microsoft');
      const sums = rest.length > 0 ? emitter.node('ReduceSum', [dots, emitter.ints(rest)], { keepdims: 0 })[0] : dots;
      const target = stored.map((side, p) => (isReduced[p] ? 1 : side)).filter((_, p) => keep || !isReduced[p]);
      name = emitter.node('Reshape', [sums, emitter.ints(target)])[0];
    }
    const count = attributes.mean ? axes.reduce((n, axis) => n * a.shape[axis], 1) : 1;
    if (count > 1) name = emitter.node('Mul', [name, emitter.scalar(1 / count)])[0];
    return [emitter.stored(name, output.shape, order)];
  },
};

/** Elements from which on a run is worth a matrix product of its own. */
const SHORTEST_RUN = 16;

/** Elements up to which the product is written down all the same: two operations are faster than five. */
const SMALL = 2 ** 16;

export const reductionRules: KernelRules = {
  All: viaInt('ReduceMin'),
  Any: viaInt('ReduceMax'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  Cumsum: runningSum,
  Max: reduction('ReduceMax', asIs),
  Mean: reduction('ReduceMean', asIs),
  Min: reduction('ReduceMin', asIs),
  Prod: reduction('ReduceProd', powers),
  Softmax: softmax,
  Sum: reduction('ReduceSum', times),
  TopK: largest,
  [SUM_OF_PRODUCTS]: sumOfProducts,
};
