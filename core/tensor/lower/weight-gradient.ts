/**
 * The gradient of a convolution with respect to its filter, as matrix products.
 *
 * dW[o, c, k] = Σ over batch and space of dY[o, p] · X[c, p + k]: one product per kernel position between shifted
 * copies. Products of few channels are too thin to be fast, so positions are stacked into more rows and columns.
 */
import type { Emitter } from '../emit.js';
import { logicalOrder, sizeOf } from '../layout.js';
import { allEqual, type Window } from './window.js';

/** Output pixels from which on the image is the left side of the products; measured on two AVX-512 cores. */
const LARGE_IMAGE = 2048;

/** Elements of the shifted output gradients up to which one product, with all of them side by side, takes their place. */
const SMALL_COPIES = 2 ** 20;

/** Bytes of shifted copies of a volume from which on they are made for one plane of the kernel at a time. */
const LARGE_COPIES = 2 ** 27;

export interface FilterGradient extends Window {
  batch: number;
  inputChannels: number;
  outputChannels: number;
}

/**
 * Name of the gradient stored `[out, in, ...kernel]`, from `x` and `dy` stored channels-first.
 *
 * @param together bytes of shifted copies of a volume that may be there at once.
 */
export function filterGradient(
  emitter: Emitter,
  x: string,
  dy: string,
  geometry: FilterGradient,
  together = LARGE_COPIES,
): string {
  const { kernel, strides, dilations, before, after, output, inputChannels, outputChannels } = geometry;
  const dense = allEqual(strides, 1) && allEqual(dilations, 1);
  const rows = sizeOf(kernel.slice(0, -1));
  const columns = kernel[kernel.length - 1];
  // Copies made: slices and their concatenation for shifts of the input alone, lines and pads for shifts of both.
  const copiesInput = 2 * rows * columns * inputChannels;
  const copiesBoth = rows * inputChannels + columns * outputChannels;
  const last = kernel.length - 1;
  // A shift must leave some of the output gradient.
  const wide = output[last] > Math.max(before[last], after[last]);
  if (dense && wide && columns > 1 && copiesBoth < copiesInput) return shiftedBoth(emitter, x, dy, geometry, together);
  return shiftedInput(emitter, padSpace(emitter, x, geometry), dy, geometry);
}

/**
 * The gradient of a filter in groups, stored `[out, in/groups, ...kernel]`: a convolution whose kernel is the output
 * gradient, with batch and channels of a group swapped, strides and dilations too.
 */
export function groupedFilterGradient(
  emitter: Emitter,
  x: string,
  dy: string,
  geometry: FilterGradient & { groups: number },
): string {
  const { batch, groups, input, output, kernel, strides, dilations, before, after, inputChannels, outputChannels } =
    geometry;
  const perGroup = inputChannels / groups;
  const space = logicalOrder(kernel.length);
  const [apart] = emitter.node('Reshape', [x, emitter.ints([batch, groups, perGroup, ...input])]);
  const [turned] = emitter.node('Transpose', [apart], { perm: [2, 1, 0, ...space.map((axis) => axis + 3)] });
  const [image] = emitter.node('Reshape', [turned, emitter.ints([perGroup, groups * batch, ...input])]);
  const [slope] = emitter.node('Transpose', [dy], { perm: [1, 0, ...space.map((axis) => axis + 2)] });
  // Lines that no window reached would give places outside of the kernel: fewer zeros after, or none and a cut.
  const unused = space.map((i) => {
    const reached = (output[i] - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1;
    return input[i] + before[i] + after[i] - reached;
  });
  const cut = unused.map((lines, i) => Math.max(0, lines - after[i]));
  const seen = allEqual(cut, 0)
    ? image
    : sliceSpace(
        emitter,
        image,
        space.map(() => 0),
        input.map((side, i) => side - cut[i]),
      );
  const [product] = emitter.node('Conv', [seen, slope], {
    kernel_shape: output,
    strides: dilations,
    dilations: strides,
    pads: [...before, ...after.map((zeros, i) => Math.max(0, zeros - unused[i]))],
    group: groups,
  });
  const [gradient] = emitter.node('Transpose', [product], { perm: [1, 0, ...space.map((axis) => axis + 2)] });
  return emitter.node('Reshape', [gradient, emitter.ints([outputChannels, perGroup, ...kernel])])[0];
}

function padSpace(emitter: Emitter, x: string, { before, after }: FilterGradient): string {
  if (allEqual([...before, ...after], 0)) return x;
  return emitter.node('Pad', [x, emitter.ints([0, 0, ...before, 0, 0, ...after])])[0];
}

/** All kernel positions as shifted copies of the input: dY[o, p] · X[(k, c), p]. */
function shiftedInput(emitter: Emitter, x: string, dy: string, geometry: FilterGradient): string {
  const { batch, kernel, output, strides, dilations, inputChannels, outputChannels } = geometry;
  const rows = flatten(emitter, dy, batch, outputChannels, output);
  const places = positions(kernel);
  // With holes the copies are of a large image: those of one line of the kernel at a time are enough to hold.
  const together = allEqual(dilations, 1) ? places.length : kernel[kernel.length - 1];
  const products: string[] = [];
  for (let first = 0; first < places.length; first += together) {
    const shifted = places.slice(first, first + together).map((place) => {
      const start = place.map((k, i) => k * dilations[i]);
      const end = start.map((from, i) => from + (output[i] - 1) * strides[i] + 1);
      const whole = places.length === 1 && allEqual(strides, 1);
      return whole ? x : sliceSpace(emitter, x, start, end, strides);
    });
    const joined = concatChannels(emitter, shifted);
    const columns = flatten(emitter, joined, batch, shifted.length * inputChannels, output);
    products.push(sumOfProducts(emitter, rows, columns));
  }
  const space = kernel.length;
  const product = concatChannels(emitter, products);
  if (places.length === 1)
    return emitter.node('Reshape', [product, emitter.ints([outputChannels, inputChannels, ...kernel])])[0];
  const [split] = emitter.node('Reshape', [product, emitter.ints([outputChannels, ...kernel, inputChannels])]);
  return emitter.node('Transpose', [split], {
    perm: [0, space + 1, ...logicalOrder(space).map((axis) => axis + 1)],
  })[0];
}

/**
 * Kernel rows as shifted copies of the input, kernel columns as shifted copies of the output gradient: one product per
 * column, each holding all rows. All copies have the width of the input, and so whole contiguous lines, which one
 * Gather picks; the zeros beside a line meet nothing and are left out.
 */
function shiftedBoth(emitter: Emitter, x: string, dy: string, geometry: FilterGradient, together: number): string {
  const { batch, kernel, input, output, before, after, inputChannels, outputChannels } = geometry;
  const last = kernel.length - 1;
  const lines = kernel.slice(0, -1);
  const columns = kernel[last];
  const width = input[last];
  const space = [...output.slice(0, -1), width];
  const places = positions(lines);
  const planes = kernel.length === 3 && 4 * batch * inputChannels * places.length * sizeOf(space) > together;
  const groupSize = planes ? places.length / kernel[0] : places.length;
  const padded = padSpace(emitter, x, {
    ...geometry,
    before: [...before.slice(0, -1), 0],
    after: [...after.slice(0, -1), 0],
  });
  const none = space.slice(1).map(() => 0);
  const shifted = logicalOrder(columns).map((column) => {
    const shift = column - before[last];
    const rest = width - output[last] - shift;
    const pads = emitter.ints([0, 0, ...none, shift, 0, 0, ...none, rest]);
    return shift === 0 && rest === 0 ? dy : emitter.node('Pad', [dy, pads])[0];
  });
  const small = columns * batch * outputChannels * sizeOf(space) <= SMALL_COPIES;
  const gradients = small
    ? [flatten(emitter, concatChannels(emitter, shifted), batch, columns * outputChannels, space)]
    : shifted.map((copy) => flatten(emitter, copy, batch, outputChannels, space));
  // A tall left side is faster for large images, the cheaper last transposition for small ones.
  const tall = !small && sizeOf(output) >= LARGE_IMAGE;
  const parts: string[] = [];
  for (let first = 0; first < places.length; first += groupSize) {
    const group = places.slice(first, first + groupSize);
    const picked = pickLines(emitter, padded, group, width, geometry);
    const image = flatten(emitter, picked, batch, group.length * inputChannels, space);
    const products = gradients.map((gradient) =>
      tall ? sumOfProducts(emitter, image, gradient, true) : sumOfProducts(emitter, gradient, image, true),
    );
    const joined = products.length === 1 ? products[0] : emitter.node('Concat', products, { axis: 0 })[0];
    const shape = tall
      ? [columns, inputChannels, group.length, outputChannels]
      : [columns, outputChannels, inputChannels, group.length];
    parts.push(emitter.node('Reshape', [joined, emitter.ints(shape)])[0]);
  }
  const split = parts.length === 1 ? parts[0] : emitter.node('Concat', parts, { axis: tall ? 2 : 3 })[0];
  const [ordered] = emitter.node('Transpose', [split], { perm: tall ? [3, 1, 2, 0] : [1, 2, 3, 0] });
  return emitter.node('Reshape', [ordered, emitter.ints([outputChannels, inputChannels, ...kernel])])[0];
}

/** The lines of the padded image that each kernel row meets: `[n, c, rows, lines, width]`. */
function pickLines(
  emitter: Emitter,
  x: string,
  places: readonly number[][],
  width: number,
  { batch, input, before, after, output, inputChannels }: FilterGradient,
): string {
  const padded = input.slice(0, -1).map((side, i) => side + before[i] + after[i]);
  const lineOf = (place: readonly number[]) => place.reduce((line, k, i) => line * padded[i] + k, 0);
  const outputLines = positions(output.slice(0, -1)).map(lineOf);
  const lines = places.flatMap((place) => outputLines.map((line) => line + lineOf(place)));
  const rows = emitter.node('Reshape', [x, emitter.ints([batch, inputChannels, sizeOf(padded), width])])[0];
  const picked = emitter.indices(lines, [places.length, outputLines.length]);
  return emitter.node('Gather', [rows, picked], { axis: 2 })[0];
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
function sumOfProducts(emitter: Emitter, left: string, right: string, keep = false): string {
  const [product] = emitter.node('FusedMatMul', [left, right], { transB: 1 }, 1, 'com.microsoft');
  return emitter.node('ReduceSum', [product, emitter.ints([0])], { keepdims: keep ? 1 : 0 })[0];
}
