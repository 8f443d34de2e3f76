/** Convolution in 2D and 3D, its input gradient (which is also transposed convolution) and its weight gradient. */
import {
  CONVOLVE,
  CONVOLVE_FILTER_GRADIENT,
  CONVOLVE_INPUT_GRADIENT,
  convolvedSides,
  type Geometry,
} from '../convolve/geometry.js';
import type { Emitter, Value } from '../emit.js';
import { channelsFirst, filterFirst, logicalOrder, PLANES_FIRST, sameList, sizeOf } from '../layout.js';
import { convolvePairs, convolvePlanes, fitsPairs } from './planes.js';
import type { Attributes, KernelRule, KernelRules } from './rule.js';
import { reverseStored } from './shape.js';
import { spreadTiles, tiles } from './tiles.js';
import { filterGradient, groupedFilterGradient } from './weight-gradient.js';
import { allEqual, type Window, windowAttributes, windowOf } from './window.js';

type Grouped = Window & { groups: number };

/** How a kernel family describes its convolutions. */
interface Family {
  /** Window of a convolution from the shapes of its image and filter, and the number of groups. */
  window(image: readonly number[], filter: readonly number[], attributes: Attributes): Grouped;
  /** Storage order that makes a filter `[out, in/groups, ...kernel]`, but for a depth-wise one `[in, out/in, ...kernel]`. */
  filterOrder(rank: number): number[];
  /** Logical shape of a gradient. */
  gradientShape(attributes: Attributes, name: 'inputShape' | 'filterShape'): number[];
}

/** TensorFlow.js's own: filters `[...kernel, in, out]`, no groups. */
const tensorflow: Family = {
  window: (image, filter, attributes) => ({ ...windowOf(image, filter, attributes), groups: 1 }),
  filterOrder: filterFirst,
  gradientShape: (attributes, name) => attributes[name] as number[],
};

/** TensorFlow.js's depth-wise ones in 2D: filters `[y, x, in, multiplier]`, each input channel a group. */
const depthwise: Family = {
  window(image, filter, attributes) {
    const [height, width, channels, multiplier] = filter;
    const whole = [height, width, channels, channels * multiplier];
    return { ...windowOf(image, whole, attributes), groups: channels };
  },
  filterOrder: () => [2, 3, 0, 1],
  gradientShape: (attributes, name) => attributes[name] as number[],
};

/** Those of {@link Geometry}: filters `[out, in/groups, ...kernel]`. */
const general: Family = {
  window(image, filter, attributes) {
    const geometry = attributes as unknown as Geometry;
    const input = image.slice(1, -1);
    const kernel = filter.slice(2);
    const lists = Object.entries(geometry).flatMap(([key, list]) => (Array.isArray(list) ? [[key, [...list]]] : []));
    return {
      ...(Object.fromEntries(lists) as Pick<Window, 'strides' | 'dilations' | 'before' | 'after'>),
      groups: geometry.groups,
      input,
      output: convolvedSides(input, kernel, geometry),
      kernel,
      outputChannels: filter[0],
    };
  },
  filterOrder: logicalOrder,
  gradientShape: (attributes) => attributes.shape as number[],
};

/** Name of a filter stored `[out, in/groups, ...kernel]`. */
function filterName(emitter: Emitter, family: Family, filter: Value, window: Grouped, inputChannels: number): string {
  const name = emitter.full(filter, family.filterOrder(filter.shape.length));
  return family === depthwise
    ? emitter.node('Reshape', [name, emitter.ints(onnxFilter(window, inputChannels))])[0]
    : name;
}

function onnxFilter({ outputChannels, groups, kernel }: Grouped, inputChannels: number): number[] {
  return [outputChannels, inputChannels / groups, ...kernel];
}

function channelsFirstName(emitter: Emitter, value: Value): string {
  return emitter.full(value, channelsFirst(value.shape.length));
}

/** The bias that a sum after the convolution left with it. */
function biasName(emitter: Emitter, bias: Value | undefined): string[] {
  return bias ? [emitter.full(bias, [0])] : [];
}

function groupAttribute(groups: number): { group?: number } {
  return groups === 1 ? {} : { group: groups };
}

function forward(family: Family): KernelRule {
  return {
    infer({ x, filter }, attributes) {
      const window = family.window(x.shape, filter.shape, attributes);
      return [{ shape: [x.shape[0], ...window.output, window.outputChannels], dtype: 'float32' }];
    },
    lower(emitter, { x, filter, bias }, attributes, [output]) {
      const window = family.window(x.shape, filter.shape, attributes);
      const channels = x.shape[x.shape.length - 1];
      const weight = filterName(emitter, family, filter, window, channels);
      if (family !== depthwise && emitter.cpu && emitter.isKnown(weight) && window.groups === 1) {
        const asPlanes = sizeOf(window.kernel) === 1 && sameList(x.order, PLANES_FIRST);
        const convolve = asPlanes ? convolvePlanes : convolvePairs;
        if (asPlanes || fitsPairs(window, channels)) {
          const planes = emitter.full(x, PLANES_FIRST);
          const y = convolve(emitter, planes, weight, biasName(emitter, bias)[0], window, x.shape);
          return [emitter.stored(y, output.shape, PLANES_FIRST)];
        }
      }
      const [name] = emitter.node('Conv', [channelsFirstName(emitter, x), weight, ...biasName(emitter, bias)], {
        ...windowAttributes(window),
        dilations: window.dilations,
        ...groupAttribute(window.groups),
      });
      return [emitter.stored(name, output.shape, channelsFirst(output.shape.length))];
    },
  };
}

function inputGradient(family: Family): KernelRule {
  return {
    infer: (_inputs, attributes) => [{ shape: family.gradientShape(attributes, 'inputShape'), dtype: 'float32' }],
    lower(emitter, { dy, filter, bias }, attributes, [output]) {
      const window = family.window(output.shape, filter.shape, attributes);
      const channels = output.shape[output.shape.length - 1];
      const weight = filterName(emitter, family, filter, window, channels);
      if (emitter.cpu && family !== depthwise && tiles(window)) {
        const order = sameList(dy.order, PLANES_FIRST) ? PLANES_FIRST : channelsFirst(output.shape.length);
        const [shift] = biasName(emitter, bias);
        const name = spreadTiles(emitter, emitter.full(dy, order), weight, shift, window, output.shape, order);
        return [emitter.stored(name, output.shape, order)];
      }
      const names = [channelsFirstName(emitter, dy), weight, ...biasName(emitter, bias)];
      const reach = reachOf(window);
      const fits = reach.every((r, i) => r >= window.before[i] && r >= window.after[i]);
      const name =
        allEqual(window.strides, 1) && fits
          ? flippedConvolution(emitter, names, window, channels)
          : transposedConvolution(emitter, names, window);
      return [emitter.stored(name, output.shape, channelsFirst(output.shape.length))];
    },
  };
}

/** Pixels between the first and the last that the kernel meets. */
function reachOf({ kernel, dilations }: Window): number[] {
  return kernel.map((side, i) => dilations[i] * (side - 1));
}

/** Stride 1: a convolution of the output gradient with the mirrored filter, faster than a transposed convolution. */
function flippedConvolution(
  emitter: Emitter,
  [dy, filter, ...bias]: readonly string[],
  window: Grouped,
  inputChannels: number,
): string {
  const reach = reachOf(window);
  const swapped = swapChannels(emitter, filter, window, inputChannels);
  const mirrored = mirror(emitter, swapped, window.kernel);
  return emitter.node('Conv', [dy, mirrored, ...bias], {
    kernel_shape: window.kernel,
    strides: window.strides,
    dilations: window.dilations,
    pads: [...reach.map((r, i) => r - window.before[i]), ...reach.map((r, i) => r - window.after[i])],
    ...groupAttribute(window.groups),
  })[0];
}

/** Reverses all kernel axes, as one axis: faster than one by one, whose runs are short. */
function mirror(emitter: Emitter, filter: string, kernel: readonly number[]): string {
  const places = sizeOf(kernel);
  if (places === 1) return filter;
  const [flat] = emitter.node('Reshape', [filter, emitter.ints([0, 0, places])]);
  return emitter.node('Reshape', [reverseStored(emitter, flat, [2]), emitter.ints([0, 0, ...kernel])])[0];
}

/** `[out, in/groups, ...kernel]` to `[in, out/groups, ...kernel]`. */
function swapChannels(emitter: Emitter, filter: string, window: Grouped, inputChannels: number): string {
  const { groups, kernel, outputChannels } = window;
  const space = logicalOrder(kernel.length);
  if (groups === 1) return emitter.node('Transpose', [filter], { perm: [1, 0, ...space.map((axis) => axis + 2)] })[0];
  const [inputs, outputs] = [inputChannels / groups, outputChannels / groups];
  if (inputs === 1 && outputs === 1) return filter;
  const [apart] = emitter.node('Reshape', [filter, emitter.ints([groups, outputs, inputs, ...kernel])]);
  const [swapped] = emitter.node('Transpose', [apart], { perm: [0, 2, 1, ...space.map((axis) => axis + 3)] });
  return emitter.node('Reshape', [swapped, emitter.ints([inputChannels, outputs, ...kernel])])[0];
}

function transposedConvolution(emitter: Emitter, inputs: readonly string[], window: Grouped): string {
  const missing = window.input.map((side, i) => {
    const covered = (window.output[i] - 1) * window.strides[i] + window.dilations[i] * (window.kernel[i] - 1) + 1;
    return side - (covered - window.before[i] - window.after[i]);
  });
  return emitter.node('ConvTranspose', inputs, {
    ...windowAttributes(window),
    dilations: window.dilations,
    output_padding: missing,
    ...groupAttribute(window.groups),
  })[0];
}

function weightGradient(family: Family): KernelRule {
  return {
    infer: (_inputs, attributes) => [{ shape: family.gradientShape(attributes, 'filterShape'), dtype: 'float32' }],
    lower(emitter, { x, dy }, attributes, [output]) {
      const { groups, ...window } = family.window(x.shape, output.shape, attributes);
      const geometry = {
        ...window,
        batch: x.shape[0],
        inputChannels: x.shape[x.shape.length - 1],
        outputChannels: dy.shape[dy.shape.length - 1],
      };
      const names = [channelsFirstName(emitter, x), channelsFirstName(emitter, dy)] as const;
      const name =
        groups === 1
          ? filterGradient(emitter, ...names, geometry)
          : groupedFilterGradient(emitter, ...names, { ...geometry, groups });
      const order = family.filterOrder(output.shape.length);
      const stored = order.map((axis) => output.shape[axis]);
      const shaped = family === depthwise ? emitter.node('Reshape', [name, emitter.ints(stored)])[0] : name;
      return [emitter.stored(shaped, output.shape, order)];
    },
  };
}

export const convolutionRules: KernelRules = {
  Conv2D: forward(tensorflow),
  Conv2DBackpropInput: inputGradient(tensorflow),
  Conv2DBackpropFilter: weightGradient(tensorflow),
  Conv3D: forward(tensorflow),
  Conv3DBackpropInputV2: inputGradient(tensorflow),
  Conv3DBackpropFilterV2: weightGradient(tensorflow),
  DepthwiseConv2dNative: forward(depthwise),
  DepthwiseConv2dNativeBackpropInput: inputGradient(depthwise),
  DepthwiseConv2dNativeBackpropFilter: weightGradient(depthwise),
  [CONVOLVE]: forward(general),
  [CONVOLVE_INPUT_GRADIENT]: inputGradient(general),
  [CONVOLVE_FILTER_GRADIENT]: weightGradient(general),
};
