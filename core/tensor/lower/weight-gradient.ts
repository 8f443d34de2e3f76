/**
 * The gradient of a convolution with respect to its filter, as matrix products.
 *
 * dW[o, c, k] = Σ over batch and space of dY[o, p] · X[c, p + k]: one product per kernel position between shifted
 * copies. Products of few channels are too thin to be fast, so positions are stacked into more rows and columns.
 */
import type { Emitter } from '../emit.js';
import { logicalOrder, sizeOf } from '../layout.js';
import { allEqual, type Window } from './window.js';

export interface FilterGradient extends Window {
  batch: number;
  inputChannels: number;
  outputChannels: number;
}

/** Name of the gradient stored `[out, in, ...kernel]`, from `x` and `dy` stored channels-first. */
export function filterGradient(emitter: Emitter, x: string, dy: string, geometry: FilterGradient): string {
  const { kernel, strides, dilations, inputChannels, outputChannels } = geometry;
  const padded = padSpace(emitter, x, geometry);
  const dense = allEqual(strides, 1) && allEqual(dilations, 1);
  const rows = sizeOf(kernel.slice(0, -1));
  const columns = kernel[kernel.length - 1];
  const copiesSplit = rows * inputChannels + columns * outputChannels;
  if (dense && columns > 1 && copiesSplit < rows * columns * inputChannels)
    return shiftedBoth(emitter, padded, dy, geometry);
  return shiftedInput(emitter, padded, dy, geometry);
}

function padSpace(emitter: Emitter, x: string, { before, after }: FilterGradient): string {
  if (allEqual([...before, ...after], 0)) return x;
  return emitter.node('Pad', [x, emitter.ints([0, 0, ...before, 0, 0, ...after])])[0];
}

/** All kernel positions as shifted copies of the input: dY[o, p] · X[(k, c), p]. */
function shiftedInput(emitter: Emitter, x: string, dy: string, geometry: FilterGradient): string {
  const { batch, kernel, output, strides, dilations, inputChannels, outputChannels } = geometry;
  const places = positions(kernel);
  const shifted = places.map((place) => {
    const start = place.map((k, i) => k * dilations[i]);
    const end = start.map((first, i) => first + (output[i] - 1) * strides[i] + 1);
    const whole = places.length === 1 && allEqual(strides, 1);
    return whole ? x : sliceSpace(emitter, x, start, end, strides);
  });
  const columns = flatten(emitter, concatChannels(emitter, shifted), batch, places.length * inputChannels, output);
  const rows = flatten(emitter, dy, batch, outputChannels, output);
  const product = sumOfProducts(emitter, rows, columns);
  const space = kernel.length;
  const [split] = emitter.node('Reshape', [product, emitter.ints([outputChannels, ...kernel, inputChannels])]);
  return emitter.node('Transpose', [split], {
    perm: [0, space + 1, ...logicalOrder(space).map((axis) => axis + 1)],
  })[0];
}

/**
 * Kernel rows as shifted copies of the input, kernel columns as shifted copies of the output gradient, so that one
 * product of (columns · out) × (rows · in) holds every position. All copies keep the padded width, and so whole
 * contiguous rows.
 */
function shiftedBoth(emitter: Emitter, x: string, dy: string, geometry: FilterGradient): string {
  const { batch, kernel, output, inputChannels, outputChannels } = geometry;
  const lines = kernel.slice(0, -1);
  const columns = kernel[kernel.length - 1];
  const width = output[output.length - 1] + columns - 1;
  const space = [...output.slice(0, -1), width];
  const places = positions(lines);
  const inputs = places.map((place) =>
    places.length === 1
      ? x
      : sliceSpace(
          emitter,
          x,
          place,
          place.map((k, i) => k + output[i]),
        ),
  );
  const gradients = logicalOrder(columns).map((shift) => {
    const none = space.slice(1).map(() => 0);
    return emitter.node('Pad', [dy, emitter.ints([0, 0, ...none, shift, 0, 0, ...none, columns - 1 - shift])])[0];
  });
  const right = flatten(emitter, concatChannels(emitter, inputs), batch, places.length * inputChannels, space);
  const left = flatten(emitter, concatChannels(emitter, gradients), batch, columns * outputChannels, space);
  const product = sumOfProducts(emitter, left, right);
  const [split] = emitter.node('Reshape', [product, emitter.ints([columns, outputChannels, ...lines, inputChannels])]);
  const lineAxes = lines.map((_, i) => i + 2);
  return emitter.node('Transpose', [split], { perm: [1, lines.length + 2, ...lineAxes, 0] })[0];
}

/** Every index of a small grid, last axis fastest. */
function positions(sides: readonly number[]): number[][] {
  return sides.reduce<number[][]>(
    (list, side) => list.flatMap((place) => logicalOrder(side).map((k) => [...place, k])),
    [[]],
  );
}

/** Cuts the first spatial axes of a channels-first value. */
function sliceSpace(
  emitter: Emitter,
  x: string,
  start: readonly number[],
  end: readonly number[],
  steps?: readonly number[],
): string {
  const axes = emitter.ints(start.map((_, i) => i + 2));
  const inputs = [x, emitter.ints(start), emitter.ints(end), axes];
  if (steps && !allEqual(steps, 1)) inputs.push(emitter.ints(steps));
  return emitter.node('Slice', inputs)[0];
}

function concatChannels(emitter: Emitter, names: readonly string[]): string {
  return names.length === 1 ? names[0] : emitter.node('Concat', names, { axis: 1 })[0];
}

function flatten(emitter: Emitter, name: string, batch: number, channels: number, space: readonly number[]): string {
  return emitter.node('Reshape', [name, emitter.ints([batch, channels, sizeOf(space)])])[0];
}

/** Σ over the batch of left · rightᵀ. */
function sumOfProducts(emitter: Emitter, left: string, right: string): string {
  const [product] = emitter.node('FusedMatMul', [left, right], { transB: 1 }, 1, 'com.microsoft');
  return emitter.node('ReduceSum', [product, emitter.ints([0])], { keepdims: 0 })[0];
}
