/**
 * Recording of TensorFlow.js kernels.
 *
 * A backend registered with TensorFlow.js whose kernels compute nothing: each one only notes its name, inputs,
 * attributes and output shapes. Gradients come from TensorFlow.js's own tape, which runs over it unchanged.
 */
import type { DataType, Tensor, TensorInfo } from '@tensorflow/tfjs';
import { TensorError } from '../errors.js';
import { COMPOSITES, type Record1 } from './composite-kernels.js';
import type { ElementArray, KernelCall, Trace, TracedValue, ValueSpec } from './kernel-call.js';
import { kernelRules } from './lower/index.js';
import { tf } from './tf.js';

export type { KernelCall, Trace, TracedValue, ValueSpec } from './kernel-call.js';

const BACKEND = 'biagraph-trace';

/** A function uses a kernel without a lowering rule; it can still run eagerly. */
export class UntranslatableKernel extends TensorError {}

class Handle implements TracedValue {
  constructor(
    readonly id: number,
    readonly shape: readonly number[],
    readonly dtype: DataType,
    readonly constant: number | ElementArray | undefined,
  ) {}
}

/** Asks for one more input while tracing, such as fresh random numbers. */
export type AddInput = (spec: ValueSpec) => Tensor;

/** A function over named tensors, recorded or run. */
export type Build = (feeds: Map<string, Tensor>, addInput: AddInput) => Map<string, Tensor>;

/**
 * Runs `build` once with placeholders and returns what it would compute.
 *
 * @param subject what is traced, for messages: the name of the model function.
 * @param watch told of each kernel as it is recorded.
 * @throws TensorError when a kernel has no lowering rule, or when `build` reads a traced value.
 */
export function trace(
  subject: string,
  inputs: readonly ValueSpec[],
  build: Build,
  watch?: (call: KernelCall) => void,
): Trace {
  const recorder = openRecorder(subject);
  recorder.watch = watch;
  const previous = tf.getBackend();
  void tf.setBackend(BACKEND);
  try {
    return recorder.record(inputs, build);
  } finally {
    void tf.setBackend(previous || 'cpu');
    recorder.subject = undefined;
    recorder.watch = undefined;
  }
}

let shared: Recorder | undefined;

function openRecorder(subject: string): Recorder {
  if (!shared) {
    const recorder = createRecorder();
    tf.registerBackend(BACKEND, () => recorder.backend, 0);
    const known = tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName);
    for (const kernel of new Set([...known, ...kernelRules.keys()])) recorder.register(kernel);
    shared = recorder;
  }
  if (shared.subject !== undefined)
    throw new TensorError(`${subject} cannot be traced while ${shared.subject} is being traced.`);
  shared.subject = subject;
  return shared;
}

interface Recorder {
  backend: InstanceType<typeof tf.KernelBackend>;
  subject: string | undefined;
  watch: ((call: KernelCall) => void) | undefined;
  register(kernel: string): void;
  record(inputs: readonly ValueSpec[], build: Build): Trace;
}

function createRecorder(): Recorder {
  let calls: KernelCall[] = [];
  let count = 0;
  let known = new WeakSet<object>();
  let captured = new Map<object, TracedValue>();

  const newValue = (shape: readonly number[], dtype: DataType, constant?: number | ElementArray): TracedValue => {
    const value = new Handle(count++, [...shape], dtype, constant);
    known.add(value);
    return value;
  };

  /** The value behind a tensor; one made before the trace, on a real backend, is a constant of it. */
  const tracedValue = ({ dataId, shape, dtype }: TensorInfo): TracedValue => {
    if (known.has(dataId)) return dataId as TracedValue;
    if (dataId instanceof Handle)
      throw new TensorError(
        `${recorder.subject} uses a tensor of an earlier call, which was only recorded. Compute it anew in each call.`,
      );
    let value = captured.get(dataId);
    if (!value) {
      value = newValue(shape, dtype, constantOf(tf.engine().readSync(dataId)));
      captured.set(dataId, value);
    }
    return value;
  };

  const scalarInfo = (value: number): TensorInfo => {
    const constant = newValue([], 'float32', value);
    return { dataId: constant, shape: [], dtype: 'float32' };
  };

  const recordOne: Record1 = (kernel, inputs, attributes = {}) =>
    tf.getKernel(kernel, BACKEND).kernelFunc({
      inputs,
      backend: recorder.backend,
      attrs: attributes as Parameters<ReturnType<typeof tf.getKernel>['kernelFunc']>[0]['attrs'],
    }) as TensorInfo;

  const refuseRead = (): never => {
    throw new UntranslatableKernel(
      `${recorder.subject ?? 'A function'} reads the value of a tensor while it is being compiled. ` +
        'A compiled function is recorded once, before any data exist: use tensor operations instead of ' +
        'dataSync(), arraySync() or print(), or set SYSTEM.DEVICE to eager.',
    );
  };

  class TracingBackend extends tf.KernelBackend {
    override write(values: unknown, shape: number[], dtype: DataType): object {
      return newValue(shape, dtype, constantOf(values));
    }
    override move(): void {}
    override read(): Promise<never> {
      return Promise.reject(refuseRead());
    }
    /** What is known before there are data, such as sides of a shape, may be read. */
    override readSync(dataId: object): ElementArray {
      const value = dataId instanceof Handle ? dataId : undefined;
      return value?.constant === undefined ? refuseRead() : valuesOf(value);
    }
    override disposeData(): boolean {
      return true;
    }
    override refCount(): number {
      return 1;
    }
    override incRef(): void {}
    override numDataIds(): number {
      return count;
    }
    override memory(): { unreliable: boolean } {
      return { unreliable: true };
    }
    override floatPrecision(): 16 | 32 {
      return 32;
    }
    override dispose(): void {}
  }

  const recorder: Recorder = {
    backend: new TracingBackend(),
    subject: undefined,
    watch: undefined,
    register(kernel) {
      tf.registerKernel({
        kernelName: kernel,
        backendName: BACKEND,
        kernelFunc: ({ inputs, attrs }) => {
          const composite = COMPOSITES.get(kernel);
          if (composite) return composite(recordOne, inputs as Record<string, TensorInfo>, { ...attrs }, scalarInfo);
          const values: Record<string, TracedValue> = {};
          for (const [key, info] of Object.entries(inputs)) {
            if (info) values[key] = tracedValue(info as TensorInfo);
          }
          const attributes = (attrs ?? {}) as Record<string, unknown>;
          const folded = foldIntegers(kernel, values, attributes);
          if (folded) {
            const info = newValue(folded.shape, folded.dtype, folded.constant);
            return { dataId: info, shape: [...info.shape], dtype: info.dtype };
          }
          const rule = kernelRules.get(kernel);
          if (!rule)
            throw new UntranslatableKernel(
              `${recorder.subject ?? 'A function'} uses the TensorFlow.js kernel ${kernel}, which the tensor ` +
                'compiler cannot translate yet. Set SYSTEM.DEVICE to eager to run it kernel by kernel.',
            );
          const outputs = rule.infer(values, attributes).map(({ shape, dtype }) => newValue(shape, dtype));
          const call = { kernel, inputs: values, attributes, outputs };
          calls.push(call);
          recorder.watch?.(call);
          const infos = outputs.map((value) => ({ dataId: value, shape: [...value.shape], dtype: value.dtype }));
          return rule.list ? infos : infos[0];
        },
      });
    },
    record(inputs, build) {
      calls = [];
      const scope = tf.engine();
      scope.startScope('trace');
      try {
        const placeholders: { name: string; value: TracedValue }[] = [];
        const addInput: AddInput = ({ name, shape }) => {
          const value = newValue(shape, 'float32');
          placeholders.push({ name, value });
          return scope.makeTensorFromTensorInfo({ dataId: value, shape: [...shape], dtype: 'float32' });
        };
        const feeds = new Map(inputs.map((spec) => [spec.name, addInput(spec)]));
        const results = build(feeds, addInput);
        const outputs = [...results].map(([name, tensor]) => ({ name, value: tracedValue(tensor) }));
        return { calls, inputs: placeholders, outputs };
      } finally {
        scope.endScope();
        calls = [];
        known = new WeakSet();
        captured = new Map();
      }
    },
  };
  return recorder;
}

/** Fills (`ones`, `zerosLike`) are kept as one number, so that no array travels into the graph. */
function constantOf(values: unknown): number | ElementArray {
  const array = values as ArrayLike<number | boolean>;
  const first = Number(array[0]);
  let uniform = array.length > 0;
  for (let i = 1; uniform && i < array.length; i++) uniform = Object.is(Number(array[i]), first);
  if (uniform) return first;
  return ArrayBuffer.isView(values) ? (values as ElementArray).slice() : Float32Array.from(array, Number);
}

/** All elements of a constant. */
function valuesOf({ constant, shape, dtype }: TracedValue): ElementArray {
  if (typeof constant !== 'number') return constant!;
  const length = shape.reduce((product, side) => product * side, 1);
  return (dtype === 'float32' ? new Float32Array(length) : new Int32Array(length)).fill(constant);
}

/** Longest list of whole numbers that counts as a computation with sides, and not with data. */
const MOST_SIDES = 16;

/**
 * The result of a kernel on short lists of whole numbers that are known: models of other programs compute shapes so,
 * and read the result. Undefined for everything else.
 */
function foldIntegers(
  kernel: string,
  inputs: Readonly<Record<string, TracedValue>>,
  attributes: Record<string, unknown>,
): { shape: readonly number[]; dtype: DataType; constant: ElementArray } | undefined {
  const given = Object.entries(inputs);
  const isKnown = ({ constant, dtype, shape }: TracedValue) =>
    constant !== undefined && dtype === 'int32' && shape.length < 2 && (shape[0] ?? 1) <= MOST_SIDES;
  if (given.length === 0 || !given.every(([, value]) => isKnown(value))) return undefined;
  const definition = tf.getKernel(kernel, 'cpu');
  const backend = tf.engine().findBackend('cpu') as InstanceType<typeof tf.KernelBackend>;
  if (!definition || !backend) return undefined;
  const infos = given.map(([name, value]): [string, TensorInfo] => {
    const { dtype } = value;
    const shape = [...value.shape];
    return [name, { dataId: backend.write(valuesOf(value), shape, dtype), shape, dtype }];
  });
  const result = definition.kernelFunc({
    inputs: Object.fromEntries(infos),
    backend,
    attrs: attributes as Parameters<typeof definition.kernelFunc>[0]['attrs'],
  });
  if (Array.isArray(result) || result.dtype !== 'int32') return undefined;
  const constant = Int32Array.from(backend.readSync(result.dataId) as Int32Array);
  return { shape: result.shape, dtype: result.dtype, constant };
}
