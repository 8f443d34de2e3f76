/** Element-wise kernels: unary, binary with broadcasting, selection, constants. */
import { type Emitter, elementType, type Value } from '../emit.js';
import { sameList } from '../layout.js';
import { ELEMENT_TYPE } from '../onnx/model.js';
import { tf } from '../tf.js';
import type { Attributes, KernelRule, KernelRules, OutputSpec, TracedInputs } from './rule.js';

type Unary = (emitter: Emitter, x: string, attributes: Attributes) => string;

/** An operation that ONNX knows by one name. */
function direct(op: string): Unary {
  return (emitter, x) => emitter.node(op, [x])[0];
}

function withAlpha(op: string, alpha: (attributes: Attributes) => number, extra: Record<string, number> = {}): Unary {
  return (emitter, x, attributes) => {
    const more = Object.fromEntries(Object.entries(extra).map(([key, float]) => [key, { float }]));
    return emitter.node(op, [x], { alpha: { float: alpha(attributes) }, ...more })[0];
  };
}

function unary(lower: Unary, dtype?: 'float32' | 'int32' | 'bool'): KernelRule {
  return {
    infer: ({ x }) => [{ shape: x.shape, dtype: dtype ?? x.dtype }],
    lower(emitter, { x }, attributes, [output]) {
      const source = emitter.named(x);
      return [{ ...source, name: lower(emitter, source.name, attributes), type: elementType(output.dtype) }];
    },
  };
}

type Fold = (a: number, b: number) => number;

function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  return tf.broadcast_util.assertAndGetBroadcastShape([...a], [...b]);
}

/** True when the value is that constant everywhere and adds no axis or length to the other operand. */
function isNeutral(value: Value, other: Value, shape: readonly number[], constant: number): boolean {
  return value.constant === constant && sameList(other.shape, shape);
}

function binary(op: string, fold?: Fold, options: { dtype?: 'bool'; left?: number; right?: number } = {}): KernelRule {
  return {
    infer: ({ a, b }) => [
      { shape: broadcastShape(a.shape, b.shape), dtype: options.dtype ?? tf.upcastType(a.dtype, b.dtype) },
    ],
    lower(emitter, { a, b }, _attributes, [output]) {
      const type = elementType(output.dtype);
      if (fold && a.constant !== undefined && b.constant !== undefined && type === 'float32')
        return [emitter.constant(Math.fround(fold(a.constant, b.constant)), output.shape)];
      if (a.type === b.type) {
        if (options.right !== undefined && isNeutral(b, a, output.shape, options.right)) return [a];
        if (options.left !== undefined && isNeutral(a, b, output.shape, options.left)) return [b];
      }
      const common = elementType(tf.upcastType(a.type as 'float32', b.type as 'float32'));
      const operands = [emitter.cast(a, common), emitter.cast(b, common)];
      const { names, result } = emitter.align(operands, output.shape, type);
      return [{ ...result, name: emitter.node(op, names)[0] }];
    },
  };
}

/** A computation on already aligned names, written with more than one node. */
function composed(
  inputs: readonly string[],
  build: (emitter: Emitter, names: readonly string[]) => string,
): KernelRule {
  return {
    infer: (traced) => {
      const shape = inputs.map((key) => traced[key].shape).reduce((a, b) => broadcastShape(a, b), [] as number[]);
      return [{ shape, dtype: 'float32' }];
    },
    lower(emitter, values, _attributes, [output]) {
      const { names, result } = emitter.align(
        inputs.map((key) => values[key]),
        output.shape,
        'float32',
      );
      return [{ ...result, name: build(emitter, names) }];
    },
  };
}

function filled(value: (attributes: Attributes) => number): KernelRule {
  return {
    infer: ({ x }) => [{ shape: x.shape, dtype: x.dtype }],
    lower: (emitter, _inputs, attributes, [output]) => [
      emitter.constant(value(attributes), output.shape, elementType(output.dtype)),
    ],
  };
}

const passedOn: KernelRule = {
  infer: ({ x }) => [{ shape: x.shape, dtype: x.dtype }],
  lower: (_emitter, { x }) => [x],
};

const addAll: KernelRule = {
  infer: (inputs: TracedInputs) => [{ shape: inputs[0].shape, dtype: inputs[0].dtype }],
  lower(emitter, inputs, _attributes, [output]) {
    const { names, result } = emitter.align(Object.values(inputs), output.shape, elementType(output.dtype));
    return [{ ...result, name: emitter.node('Sum', names)[0] }];
  },
};

const select: KernelRule = {
  infer: ({ condition, t, e }) => [
    {
      shape: broadcastShape(broadcastShape(condition.shape, t.shape), e.shape),
      dtype: tf.upcastType(t.dtype, e.dtype),
    },
  ],
  lower(emitter, { condition, t, e }, _attributes, [output]) {
    const type = elementType(output.dtype);
    const operands = [condition, emitter.cast(t, type), emitter.cast(e, type)];
    const { names, result } = emitter.align(operands, output.shape, type);
    return [{ ...result, name: emitter.node('Where', names)[0] }];
  },
};

const cast: KernelRule = {
  infer: ({ x }, { dtype }) => [{ shape: x.shape, dtype: dtype as OutputSpec['dtype'] }],
  lower: (emitter, { x }, _attributes, [output]) => [emitter.cast(x, elementType(output.dtype))],
};

const fill: KernelRule = {
  infer: (_inputs, { shape, dtype, value }) => [
    { shape: shape as number[], dtype: (dtype as OutputSpec['dtype']) ?? tf.util.inferDtype(value as number) },
  ],
  lower: (emitter, _inputs, { value }, [output]) => [
    emitter.constant(Number(value), output.shape, elementType(output.dtype)),
  ],
};

const clip: Unary = (emitter, x, { clipValueMin, clipValueMax }) =>
  emitter.node('Clip', [x, emitter.scalar(clipValueMin as number), emitter.scalar(clipValueMax as number)])[0];

/** A number minus itself is zero, infinity and not-a-number minus themselves are not. */
const finite: Unary = (emitter, x) => emitter.node('Equal', [emitter.node('Sub', [x, x])[0], emitter.scalar(0)])[0];

/** Elements that are known from the attributes alone. */
function listed(values: (attributes: Attributes) => number[]): KernelRule {
  return {
    infer: (_inputs, attributes) => [
      { shape: [values(attributes).length], dtype: (attributes.dtype as OutputSpec['dtype']) ?? 'float32' },
    ],
    lower: (emitter, _inputs, attributes, [output]) => [
      emitter.array(values(attributes), output.shape, elementType(output.dtype)),
    ],
  };
}

function rangeValues({ start, stop, step }: Attributes): number[] {
  const [first, end] = [start as number, stop as number];
  // TensorFlow.js takes a step of 1 downwards as -1.
  const by = end < first && step === 1 ? -1 : (step as number);
  return Array.from({ length: Math.max(0, Math.ceil((end - first) / by)) }, (_, i) => first + i * by);
}

function spacedValues({ start, stop, num }: Attributes): number[] {
  const [first, count] = [start as number, num as number];
  const by = ((stop as number) - first) / Math.max(count - 1, 1);
  return Array.from({ length: count }, (_, i) => first + i * by);
}

/**
 * The CPU's own operator has a slow exponential: max(x, exp(min(x, 0)) − 1) takes half its time, passes included. With
 * Relu in place of a minimum ONNX Runtime would move more between its layouts.
 */
const elu: Unary = (emitter, x, attributes) => {
  if (!emitter.cpu) return withAlpha('Elu', () => 1)(emitter, x, attributes);
  const [negative] = emitter.node('Min', [x, emitter.scalar(0)]);
  const [shifted] = emitter.node('Sub', [emitter.node('Exp', [negative])[0], emitter.scalar(1)]);
  return emitter.node('Max', [x, shifted])[0];
};

/** `x > 0 ? 1 : alpha`. */
const step: Unary = (emitter, x, attributes) => {
  const alpha = Number(attributes.alpha ?? 0);
  const [positive] = emitter.node('Greater', [x, emitter.scalar(0)]);
  if (alpha === 0) return emitter.node('Cast', [positive], { to: ELEMENT_TYPE.float32 })[0];
  return emitter.node('Where', [positive, emitter.scalar(1), emitter.scalar(alpha)])[0];
};

export const elementwiseRules: KernelRules = {
  Abs: unary(direct('Abs')),
  Acos: unary(direct('Acos')),
  Acosh: unary(direct('Acosh')),
  Asin: unary(direct('Asin')),
  Asinh: unary(direct('Asinh')),
  Atan: unary(direct('Atan')),
  Atanh: unary(direct('Atanh')),
  Ceil: unary(direct('Ceil')),
  ClipByValue: unary(clip),
  Cos: unary(direct('Cos')),
  Cosh: unary(direct('Cosh')),
  Elu: unary(elu),
  Erf: unary(direct('Erf')),
  Exp: unary(direct('Exp')),
  Expm1: unary((emitter, x) => emitter.node('Sub', [emitter.node('Exp', [x])[0], emitter.scalar(1)])[0]),
  Floor: unary(direct('Floor')),
  IsFinite: unary(finite, 'bool'),
  IsInf: unary(direct('IsInf'), 'bool'),
  IsNan: unary(direct('IsNaN'), 'bool'),
  LeakyRelu: unary(withAlpha('LeakyRelu', ({ alpha }) => alpha as number)),
  Log: unary(direct('Log')),
  Log1p: unary((emitter, x) => emitter.node('Log', [emitter.node('Add', [x, emitter.scalar(1)])[0]])[0]),
  LogicalNot: unary(direct('Not'), 'bool'),
  Neg: unary(direct('Neg')),
  Reciprocal: unary(direct('Reciprocal')),
  Relu: unary(direct('Relu')),
  Relu6: unary((emitter, x) => emitter.node('Clip', [x, emitter.scalar(0), emitter.scalar(6)])[0]),
  Round: unary(direct('Round')),
  Rsqrt: unary((emitter, x) => emitter.node('Reciprocal', [emitter.node('Sqrt', [x])[0]])[0]),
  Selu: unary(direct('Selu')),
  Sigmoid: unary(direct('Sigmoid')),
  Sign: unary(direct('Sign')),
  Sin: unary(direct('Sin')),
  Sinh: unary(direct('Sinh')),
  Softplus: unary(direct('Softplus')),
  Sqrt: unary(direct('Sqrt')),
  Square: unary((emitter, x) => emitter.node('Mul', [x, x])[0]),
  Step: unary(step),
  Tan: unary(direct('Tan')),
  Tanh: unary(direct('Tanh')),

  Add: binary('Add', (a, b) => a + b, { left: 0, right: 0 }),
  Sub: binary('Sub', (a, b) => a - b, { right: 0 }),
  Multiply: binary('Mul', (a, b) => a * b, { left: 1, right: 1 }),
  RealDiv: binary('Div', (a, b) => a / b, { right: 1 }),
  Maximum: binary('Max', Math.max),
  Minimum: binary('Min', Math.min),
  Pow: binary('Pow', (a, b) => a ** b),
  Equal: binary('Equal', undefined, { dtype: 'bool' }),
  NotEqual: composedBool('Equal', true),
  Greater: binary('Greater', undefined, { dtype: 'bool' }),
  GreaterEqual: binary('GreaterOrEqual', undefined, { dtype: 'bool' }),
  Less: binary('Less', undefined, { dtype: 'bool' }),
  LessEqual: binary('LessOrEqual', undefined, { dtype: 'bool' }),
  LogicalAnd: binary('And', undefined, { dtype: 'bool' }),
  LogicalOr: binary('Or', undefined, { dtype: 'bool' }),
  FloorDiv: composed(['a', 'b'], (emitter, names) => emitter.node('Floor', emitter.node('Div', names))[0]),
  // The remainder has the sign of the divisor.
  Mod: composed(['a', 'b'], (emitter, [a, b]) => {
    const [whole] = emitter.node('Floor', emitter.node('Div', [a, b]));
    return emitter.node('Sub', [a, emitter.node('Mul', [whole, b])[0]])[0];
  }),
  SquaredDifference: composed(['a', 'b'], (emitter, names) => {
    const [difference] = emitter.node('Sub', names);
    return emitter.node('Mul', [difference, difference])[0];
  }),
  Prelu: composed(['x', 'alpha'], (emitter, names) => emitter.node('PRelu', names)[0]),
  // The derivative of ELU from its output y is min(y, 0) + 1, which for y > -1 is what HardSigmoid clips to [0, 1].
  EluGrad: composed(['dy', 'y'], (emitter, [dy, y]) => {
    const [slope] = emitter.node('HardSigmoid', [y], { alpha: { float: 1 }, beta: { float: 1 } });
    return emitter.node('Mul', [dy, slope])[0];
  }),

  AddN: addAll,
  Cast: cast,
  Fill: fill,
  Identity: passedOn,
  LinSpace: listed(spacedValues),
  OnesLike: filled(() => 1),
  ZerosLike: filled(() => 0),
  Range: listed(rangeValues),
  Select: select,
};

function composedBool(op: string, negate: boolean): KernelRule {
  const rule = binary(op, undefined, { dtype: 'bool' });
  if (!negate) return rule;
  return {
    infer: rule.infer,
    lower(emitter, inputs, attributes, outputs) {
      const [value] = rule.lower(emitter, inputs, attributes, outputs);
      return [{ ...value, name: emitter.node('Not', [value.name!])[0] }];
    },
  };
}
