/** Pictures for looking at results: the raw image in grey with what was predicted drawn over it. */

import { DataError } from '../errors.js';
import { percentiles } from '../nd/percentile.js';
import { channelCount, type Image, image, spatialShape } from './image.js';

export type Colour = readonly [red: number, green: number, blue: number];

export interface OverlayOptions {
  /** Draw only the outlines of regions (default), or fill them. */
  style?: 'contour' | 'fill';
  /** Opacity of the colour in [0, 1]; default 1 for contours, 0.4 for fills. */
  alpha?: number;
  /** Percentiles of the raw image shown as black and white; default 1 and 99.8. */
  percentiles?: readonly [number, number];
  /** Prediction without a target; labels above 1 each get a colour of their own. */
  colour?: Colour;
  /** With a target: where both agree, where only the prediction has it, where only the target has it. */
  truePositive?: Colour;
  falsePositive?: Colour;
  falseNegative?: Colour;
  /** Numbers are classes: where both have something, but not the same, they do not agree. Numbers of objects differ anyhow. */
  classes?: boolean;
  otherClass?: Colour;
}

const GREEN: Colour = [0, 200, 80];
const RED: Colour = [230, 60, 60];
const BLUE: Colour = [70, 120, 255];
const YELLOW: Colour = [255, 210, 0];

/**
 * Draws a prediction over a raw image, plane by plane in 3D.
 *
 * `raw` may have several channels: they are averaged. `prediction` and `target` are masks or labels of the same
 * spatial shape, of which the first channel is drawn; 0 is background. Returns RGB uint8, `[…, 3]`.
 * Throws DataError when the shapes differ.
 */
export function overlay(raw: Image, prediction: Image, target?: Image, options: OverlayOptions = {}): Image {
  const shape = spatialShape(raw);
  for (const other of target ? [prediction, target] : [prediction])
    if (spatialShape(other).join() !== shape.join())
      throw new DataError(
        `an overlay needs equal shapes: ${shape.join('×')} and ${spatialShape(other).join('×')} came.`,
      );
  const style = options.style ?? 'contour';
  const alpha = options.alpha ?? (style === 'contour' ? 1 : 0.4);
  const predicted = firstChannel(prediction);
  const expected = target && firstChannel(target);
  const visible = [predicted, ...(expected ? [expected] : [])].map((labels) =>
    style === 'contour' ? contour(labels, raw.shape) : labels,
  );
  const grey = greyLevels(raw, options.percentiles ?? [1, 99.8]);
  const result = new Uint8Array(grey.length * 3);
  for (let i = 0; i < grey.length; i++) {
    const shown = visible.some((labels) => labels[i] !== 0);
    const colour = shown ? colourAt(predicted[i], expected?.[i], options) : undefined;
    for (let c = 0; c < 3; c++)
      result[3 * i + c] = colour ? Math.round(grey[i] * (1 - alpha) + colour[c] * alpha) : grey[i];
  }
  return image(result, [...shape, 3], raw.metadata);
}

function colourAt(predicted: number, expected: number | undefined, options: OverlayOptions): Colour | undefined {
  if (expected === undefined) {
    if (predicted === 0) return undefined;
    return options.colour ?? (predicted === 1 ? YELLOW : labelColour(predicted));
  }
  if (options.classes && predicted !== 0 && expected !== 0 && predicted !== expected)
    return options.otherClass ?? YELLOW;
  if (predicted !== 0) return expected !== 0 ? (options.truePositive ?? GREEN) : (options.falsePositive ?? RED);
  return expected !== 0 ? (options.falseNegative ?? BLUE) : undefined;
}

/** A bright colour for a label; neighbouring numbers get hues far apart (golden angle). */
export function labelColour(label: number): Colour {
  const hue = (label * 137.508) % 360;
  const channel = (shift: number) => {
    const k = (shift + hue / 60) % 6;
    return Math.round(255 * (1 - 0.85 * Math.max(0, Math.min(k, 4 - k, 1))));
  };
  return [channel(5), channel(3), channel(1)];
}

/** Mean of the channels, stretched between two percentiles to 0 … 255. */
function greyLevels(raw: Image, [low, high]: readonly [number, number]): Uint8Array {
  const channels = channelCount(raw);
  const mean = new Float32Array(raw.data.length / channels);
  for (let i = 0; i < mean.length; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += raw.data[i * channels + c];
    const value = sum / channels;
    mean[i] = Number.isFinite(value) ? value : 0;
  }
  const [black, white] = percentiles(mean, [low, high]);
  const scale = white > black ? 255 / (white - black) : 0;
  return Uint8Array.from(mean, (value) => Math.min(Math.max(Math.round((value - black) * scale), 0), 255));
}

function firstChannel(labels: Image): Float64Array {
  const channels = channelCount(labels);
  return Float64Array.from({ length: labels.data.length / channels }, (_, i) => labels.data[i * channels]);
}

/** 1 on pixels of a region that touch (4 neighbours, in plane) another label or the background. */
function contour(labels: Float64Array, shape: readonly number[]): Uint8Array {
  const [height, width] = shape.slice(-3);
  return Uint8Array.from(labels, (label, i) => {
    if (label === 0) return 0;
    const x = i % width;
    const y = Math.floor(i / width) % height;
    const inside =
      (x === 0 || labels[i - 1] === label) &&
      (x === width - 1 || labels[i + 1] === label) &&
      (y === 0 || labels[i - width] === label) &&
      (y === height - 1 || labels[i + width] === label);
    return inside ? 0 : 1;
  });
}
