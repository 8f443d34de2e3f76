/** Convolution and transposed convolution of any stride, padding, dilation and number of groups, with gradients. */
import { sizeOf } from '../layout.js';
import { type Tensor, type TensorInfo, tf } from '../tf.js';
import {
  CONVOLVE,
  CONVOLVE_FILTER_GRADIENT,
  CONVOLVE_INPUT_GRADIENT,
  convolvedSides,
  type Geometry,
} from './geometry.js';
import { addConvolution, addFilterGradient, addInputGradient, type Shapes } from './loops.js';

/** @param filter `[out, in/groups, ...kernel]`. @returns `[n, ...space, out]`. */
export function convolve(x: Tensor, filter: Tensor, geometry: Geometry): Tensor {
  return differentiable(x, filter, {
    value: (image, weight) => convolveKernel(image, weight, geometry),
    inputGradient: (dy, image, weight) => inputGradientKernel(dy, weight, geometry, image.shape),
    filterGradient: (dy, image, weight) => filterGradientKernel(image, dy, geometry, weight.shape),
  });
}

/**
 * The convolution's input gradient as an operation of its own.
 *
 * @param filter `[in, out/groups, ...kernel]`, as PyTorch's transposed convolution has it.
 * @param sides the space of the result, one of those that a convolution with this geometry would bring to that of `x`.
 */
export function transposedConvolve(x: Tensor, filter: Tensor, geometry: Geometry, sides: readonly number[]): Tensor {
  const shape: number[] = [x.shape[0], ...sides, (filter.shape[1] as number) * geometry.groups];
  return differentiable(x, filter, {
    value: (image, weight) => inputGradientKernel(image, weight, geometry, shape),
    inputGradient: (dy, _image, weight) => convolveKernel(dy, weight, geometry),
    filterGradient: (dy, image, weight) => filterGradientKernel(dy, image, geometry, weight.shape),
  });
}

interface Operation {
  value(x: Tensor, filter: Tensor): Tensor;
  inputGradient(dy: Tensor, x: Tensor, filter: Tensor): Tensor;
  filterGradient(dy: Tensor, x: Tensor, filter: Tensor): Tensor;
}

function differentiable(x: Tensor, filter: Tensor, operation: Operation): Tensor {
  return tf.customGrad((...args) => {
    const [image, weight, save] = args as unknown as [Tensor, Tensor, (tensors: Tensor[]) => void];
    save([image, weight]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => [
      operation.inputGradient(dy, saved[0], saved[1]),
      operation.filterGradient(dy, saved[0], saved[1]),
    ];
    return { value: operation.value(image, weight), gradFunc };
  })(x, filter);
}

function convolveKernel(x: Tensor, filter: Tensor, geometry: Geometry): Tensor {
  return run(CONVOLVE, { x, filter }, { ...geometry });
}

function inputGradientKernel(dy: Tensor, filter: Tensor, geometry: Geometry, shape: readonly number[]): Tensor {
  return run(CONVOLVE_INPUT_GRADIENT, { dy, filter }, { ...geometry, shape });
}

function filterGradientKernel(x: Tensor, dy: Tensor, geometry: Geometry, shape: readonly number[]): Tensor {
  return run(CONVOLVE_FILTER_GRADIENT, { x, dy }, { ...geometry, shape });
}

type Attributes = Geometry & { shape?: readonly number[] };
type Add = typeof addConvolution;

/** Computes one kernel from inputs `[first, second]`. */
interface EagerKernel {
  readonly inputs: readonly [string, string];
  readonly add: Add;
  /** Shapes of image, filter and result, and which of them the kernel makes. */
  readonly shapes: (first: readonly number[], second: readonly number[], attributes: Attributes) => Shapes;
  readonly makes: keyof Shapes;
}

const EAGER: Readonly<Record<string, EagerKernel>> = {
  [CONVOLVE]: {
    inputs: ['x', 'filter'],
    add: addConvolution,
    shapes: (image, filter, attributes) => ({
      image,
      filter,
      result: [image[0], ...convolvedSides(image.slice(1, -1), filter.slice(2), attributes), filter[0]],
    }),
    makes: 'result',
  },
  [CONVOLVE_INPUT_GRADIENT]: {
    inputs: ['dy', 'filter'],
    add: addInputGradient,
    shapes: (result, filter, { shape }) => ({ image: shape!, filter, result }),
    makes: 'image',
  },
  [CONVOLVE_FILTER_GRADIENT]: {
    inputs: ['x', 'dy'],
    add: addFilterGradient,
    shapes: (image, result, { shape }) => ({ image, filter: shape!, result }),
    makes: 'filter',
  },
};

/** Runs a kernel on the present backend; a backend that does not have it yet learns it by its loops. */
function run(kernel: string, inputs: Record<string, Tensor>, attributes: Attributes): Tensor {
  const backend = tf.getBackend();
  if (!tf.getKernel(kernel, backend)) registerLoops(kernel, backend);
  return tf.engine().runKernel(kernel, inputs, attributes as unknown as Record<string, number[]>) as Tensor;
}

function registerLoops(kernelName: string, backendName: string): void {
  const { inputs: names, add, shapes: shapesOf, makes } = EAGER[kernelName];
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const [first, second] = names.map((name) => inputs[name] as TensorInfo);
      const attributes = attrs as unknown as Attributes;
      const shapes = shapesOf(first.shape, second.shape, attributes);
      const shape = [...shapes[makes]];
      const values = new Float32Array(sizeOf(shape));
      const read = ({ dataId }: TensorInfo) => tf.engine().readSync(dataId) as Float32Array;
      add(read(first), read(second), values, shapes, attributes);
      const dataId = (backend as InstanceType<typeof tf.KernelBackend>).write(values, shape, 'float32');
      return { dataId, shape, dtype: 'float32' };
    },
  });
}
