/** Convolution in 2D and 3D, its input gradient (which is also transposed convolution) and its weight gradient. */
import type { Emitter, Value } from '../emit.js';
import { channelsFirst, filterFirst, logicalOrder } from '../layout.js';
import type { KernelRule, KernelRules } from './rule.js';
import { reverseStored } from './shape.js';
import { filterGradient } from './weight-gradient.js';
import { allEqual, type Window, windowAttributes, windowOf } from './window.js';

function channelsFirstName(emitter: Emitter, value: Value): string {
  return emitter.full(value, channelsFirst(value.shape.length));
}

function filterName(emitter: Emitter, filter: Value): string {
  return emitter.full(filter, filterFirst(filter.shape.length));
}

/** The bias that a sum after the convolution left with it. */
function biasName(emitter: Emitter, bias: Value | undefined): string[] {
  return bias ? [emitter.full(bias, [0])] : [];
}

const forward: KernelRule = {
  infer({ x, filter }, attributes) {
    const window = windowOf(x.shape, filter.shape, attributes);
    return [{ shape: [x.shape[0], ...window.output, window.outputChannels], dtype: 'float32' }];
  },
  lower(emitter, { x, filter, bias }, attributes, [output]) {
    const window = windowOf(x.shape, filter.shape, attributes);
    const inputs = [channelsFirstName(emitter, x), filterName(emitter, filter), ...biasName(emitter, bias)];
    const [name] = emitter.node('Conv', inputs, {
      ...windowAttributes(window),
      dilations: window.dilations,
    });
    return [emitter.stored(name, output.shape, channelsFirst(output.shape.length))];
  },
};

const inputGradient: KernelRule = {
  infer: (_inputs, { inputShape }) => [{ shape: inputShape as number[], dtype: 'float32' }],
  lower(emitter, { dy, filter, bias }, attributes, [output]) {
    const window = windowOf(output.shape, filter.shape, attributes);
    const lower = allEqual(window.strides, 1) ? flippedConvolution : transposedConvolution;
    const names = [channelsFirstName(emitter, dy), filterName(emitter, filter), ...biasName(emitter, bias)];
    const name = lower(emitter, names, window);
    return [emitter.stored(name, output.shape, channelsFirst(output.shape.length))];
  },
};

/** Stride 1: a convolution of the output gradient with the mirrored filter, faster than a transposed convolution. */
function flippedConvolution(emitter: Emitter, [dy, filter, ...bias]: readonly string[], window: Window): string {
  const space = window.kernel.length;
  const reach = window.kernel.map((side, i) => window.dilations[i] * (side - 1));
  const [swapped] = emitter.node('Transpose', [filter], {
    perm: [1, 0, ...logicalOrder(space).map((axis) => axis + 2)],
  });
  const wide = logicalOrder(space).filter((i) => window.kernel[i] > 1);
  const mirrored =
    wide.length > 0
      ? reverseStored(
          emitter,
          swapped,
          wide.map((i) => i + 2),
        )
      : swapped;
  return emitter.node('Conv', [dy, mirrored, ...bias], {
    kernel_shape: window.kernel,
    strides: window.strides,
    dilations: window.dilations,
    pads: [...reach.map((r, i) => r - window.before[i]), ...reach.map((r, i) => r - window.after[i])],
  })[0];
}

function transposedConvolution(emitter: Emitter, inputs: readonly string[], window: Window): string {
  const missing = window.input.map((side, i) => {
    const covered = (window.output[i] - 1) * window.strides[i] + window.dilations[i] * (window.kernel[i] - 1) + 1;
    return side - (covered - window.before[i] - window.after[i]);
  });
  return emitter.node('ConvTranspose', inputs, {
    ...windowAttributes(window),
    dilations: window.dilations,
    output_padding: missing,
  })[0];
}

const weightGradient: KernelRule = {
  infer: (_inputs, { filterShape }) => [{ shape: filterShape as number[], dtype: 'float32' }],
  lower(emitter, { x, dy }, attributes, [output]) {
    const window = windowOf(x.shape, output.shape, attributes);
    const [inputChannels, outputChannels] = output.shape.slice(-2);
    const name = filterGradient(emitter, channelsFirstName(emitter, x), channelsFirstName(emitter, dy), {
      ...window,
      batch: x.shape[0],
      inputChannels,
      outputChannels,
    });
    return [emitter.stored(name, output.shape, filterFirst(output.shape.length))];
  },
};

export const convolutionRules: KernelRules = {
  Conv2D: forward,
  Conv2DBackpropInput: inputGradient,
  Conv2DBackpropFilter: weightGradient,
  Conv3D: forward,
  Conv3DBackpropInputV2: inputGradient,
  Conv3DBackpropFilterV2: weightGradient,
};
