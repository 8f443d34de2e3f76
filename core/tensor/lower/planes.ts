/**
 * Convolution of volumes as convolutions of planes, for filters known beforehand.
 *
 * ONNX Runtime has fast kernels for images whose filters are constants, and none for volumes. Along z the minimal
 * filtering of S. Winograd (1980; A. Lavin and S. Gray, CVPR 2016) gives two planes from four products instead of six:
 * with planes a, b, c, d and filter planes f, g, h,
 * y₀ = m₁ + m₂ + m₃, y₁ = m₂ − m₃ − m₄, m₁ = (a − c)∗f, m₂ = (b + c)∗(f + g + h)/2, m₃ = (c − b)∗(f − g + h)/2,
 * m₄ = (b − d)∗h. Sums of two float32 numbers cost no precision that counts.
 */
import type { Emitter } from '../emit.js';
import { allEqual, type Window } from './window.js';

/** Channels that ONNX Runtime's image kernels take at once on the widest processors. */
const BLOCK = 16;

/** True for a convolution of three planes at stride 1 that {@link convolvePairs} can do, and does faster. */
export function fitsPairs(
  { kernel, strides, dilations, before, after, input, outputChannels }: Window,
  channels: number,
) {
  return (
    kernel.length === 3 &&
    kernel[0] === 3 &&
    allEqual([...strides, ...dilations], 1) &&
    before[0] === 1 &&
    after[0] === 1 &&
    input[0] % 2 === 0 &&
    channels % BLOCK === 0 &&
    outputChannels % BLOCK === 0
  );
}

/** A convolution whose windows are one pixel. `x` and the result are stored planes-first. */
export function convolvePlanes(
  emitter: Emitter,
  x: string,
  filter: string,
  bias: string | undefined,
  { outputChannels, output }: Window,
  shape: readonly number[],
): string {
  const [batch, depth, height, width, channels] = shape;
  const [images] = emitter.node('Reshape', [x, emitter.ints([batch * depth, channels, height, width])]);
  const [weights] = emitter.node('Reshape', [filter, emitter.ints([outputChannels, channels, 1, 1])]);
  const [y] = emitter.node('Conv', [images, weights, ...(bias ? [bias] : [])], { kernel_shape: [1, 1] });
  return emitter.node('Reshape', [y, emitter.ints([batch, output[0], outputChannels, ...output.slice(1)])])[0];
}

/** A convolution for which {@link fitsPairs} holds. `x` and the result are stored planes-first. */
export function convolvePairs(
  emitter: Emitter,
  x: string,
  filter: string,
  bias: string | undefined,
  window: Window,
  shape: readonly number[],
): string {
  const { kernel, before, after, output, outputChannels } = window;
  const [batch, depth, height, width, channels] = shape;
  const half = depth / 2;
  const op = (name: string, ...inputs: string[]) => emitter.node(name, inputs)[0];
  const reshape = (name: string, sides: readonly number[]) => op('Reshape', name, emitter.ints(sides));
  const pairs = reshape(x, [batch, half, 2, channels, height, width]);
  const [even, odd] = halves(emitter, pairs, 2);
  const shift = (name: string, by: number) => op('Pad', name, emitter.ints([0, by, 0, 0, 0, 0, 0, -by, 0, 0, 0, 0]));
  const [a, b, c, d] = [shift(odd, 1), even, odd, shift(even, -1)];
  const weights = planeFilters(emitter, filter, outputChannels, channels, kernel);
  const products = [op('Sub', a, c), op('Add', b, c), op('Sub', c, b), op('Sub', b, d)].map((image, i) => {
    const inputs = [reshape(image, [batch * half, channels, height, width]), weights[i]];
    // The sums of both planes hold one of these once.
    if (bias && (i === 0 || i === 3)) inputs.push(bias);
    return emitter.node('Conv', inputs, {
      kernel_shape: kernel.slice(1),
      strides: [1, 1],
      pads: [...before.slice(1), ...after.slice(1)],
    })[0];
  });
  const first = op('Add', products[0], op('Add', products[1], products[2]));
  const second = op('Add', products[3], op('Sub', products[1], products[2]));
  const [joined] = emitter.node('Concat', [first, second], { axis: 1 });
  return reshape(joined, [batch, depth, outputChannels, ...output.slice(1)]);
}

/** `[out, in, y, x]` filters f, (f + g + h)/2, (f − g + h)/2 and −h. */
function planeFilters(
  emitter: Emitter,
  filter: string,
  outputs: number,
  inputs: number,
  [, ky, kx]: readonly number[],
): string[] {
  const op = (name: string, ...names: string[]) => emitter.node(name, names)[0];
  const half = emitter.scalar(0.5);
  const [f, g, h] = emitter
    .node('Split', [filter, emitter.ints([1, 1, 1])], { axis: 2 }, 3)
    .map((plane) => op('Reshape', plane, emitter.ints([outputs, inputs, ky, kx])));
  const outer = op('Mul', op('Add', f, h), half);
  const inner = op('Mul', g, half);
  return [f, op('Add', outer, inner), op('Sub', outer, inner), op('Neg', h)];
}

function halves(emitter: Emitter, name: string, axis: number): string[] {
  return emitter.node('Split', [name, emitter.ints([1, 1])], { axis }, 2);
}
