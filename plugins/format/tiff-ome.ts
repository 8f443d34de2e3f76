/**
 * The OME-XML header of OME-TIFF files, as far as the first image needs it: sizes, order and place of planes, voxel size.
 *
 * Schema of the Open Microscopy Environment, 2016-06.
 */

import type { ImageMetadata } from '../../core/image/image.js';
import type { FileBytes } from './file-bytes.js';
import { unitName } from './unit.js';

/** Axes before y and x, slowest first, and their lengths. */
export interface PlaneOrder {
  axes: string;
  sizes: number[];
}

/** Planes of an OME image. */
export interface OmePlanes extends PlaneOrder {
  /** Directory of every plane. */
  directories: number[];
  metadata: ImageMetadata;
}

/**
 * Planes of the first image, or undefined when the description is no OME-XML with pixels. `samples` are those of one
 * pixel. Throws FormatError when planes lie in other files or are missing.
 */
export function omeSeries(
  description: string,
  samples: number,
  pages: number,
  bytes: FileBytes,
): OmePlanes | undefined {
  if (!/^\s*<(\?xml|!--|OME|ome:OME)/.test(description) || !/<(\w+:)?OME[\s>]/.test(description)) return undefined;
  const element = /<(?:\w+:)?Pixels\b([^>]*?)(\/>|>([\s\S]*?)<\/(?:\w+:)?Pixels>)/.exec(description);
  if (!element) return undefined;
  const pixels = attributes(element[1]);
  const content = element[3] ?? '';
  const size = (name: string) => Math.max(Math.trunc(Number(pixels.get(name) ?? 1)) || 1, 1);
  const order = /^XY[ZCT]{3}$/.exec(pixels.get('DimensionOrder') ?? '')?.[0] ?? 'XYCZT';
  const channels = size('SizeC');
  const lengths: Record<string, number> = {
    Z: size('SizeZ'),
    T: size('SizeT'),
    C: channels % samples === 0 ? channels / samples : channels,
  };
  const fastestFirst = [...order.slice(2)];
  const letters = [...fastestFirst].reverse();
  const sizes = letters.map((letter) => lengths[letter]);
  const count = sizes.reduce((product, length) => product * length, 1);
  const directories = planeDirectories(content, fastestFirst, lengths, count, pages, bytes);
  const missing = directories.findIndex((index) => !(index < pages));
  if (missing >= 0)
    throw bytes.damaged(
      `its OME header describes ${count} planes, but plane ${missing} is not among the ${pages} of the file. ` +
        'It is truncated, or the recording was stopped; save the complete planes again.',
    );
  return { axes: letters.join(''), sizes, directories, metadata: voxelSize(pixels) };
}

/** Directory of every plane, NaN where none is told. */
function planeDirectories(
  content: string,
  fastestFirst: string[],
  lengths: Record<string, number>,
  count: number,
  pages: number,
  bytes: FileBytes,
): number[] {
  const sequence = (length: number) => Array.from({ length }, (_, i) => i);
  if (count > pages) return [Number.NaN];
  const blocks = [...content.matchAll(/<(?:\w+:)?TiffData\b([^>]*?)(?:\/>|>([\s\S]*?)<\/(?:\w+:)?TiffData>)/g)];
  const files = new Set(
    blocks.flatMap(([, , inner]) => /<(?:\w+:)?UUID\b[^>]*>([^<]*)</.exec(inner ?? '')?.[1].trim() ?? []),
  );
  if (files.size > 1)
    throw bytes.damaged('the image is spread over several OME-TIFF files. Save it as one file first.');
  if (blocks.length === 0) return sequence(count);
  const result = new Array<number>(count).fill(Number.NaN);
  for (const [, text] of blocks) {
    const block = attributes(text);
    const number = (name: string) => Math.trunc(Number(block.get(name) ?? 0)) || 0;
    const first = number('IFD');
    let plane = 0;
    for (let i = fastestFirst.length - 1; i >= 0; i--)
      plane = plane * lengths[fastestFirst[i]] + number(`First${fastestFirst[i]}`);
    const length = block.has('PlaneCount') ? number('PlaneCount') : block.has('IFD') ? 1 : count - plane;
    for (let i = 0; i < length && plane + i < count; i++) result[plane + i] = first + i;
  }
  return result;
}

function attributes(text: string): Map<string, string> {
  return new Map([...text.matchAll(/([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, name, a, b]) => [name, a ?? b]));
}

/** `[z, y, x]`, or `[y, x]` without a depth; only where all units agree. */
function voxelSize(pixels: Map<string, string>): ImageMetadata {
  const axes = ['Z', 'Y', 'X'].filter((axis) => Number(pixels.get(`PhysicalSize${axis}`)) > 0);
  if (!axes.includes('Y') || !axes.includes('X')) return {};
  const units = axes.map((axis) => unitName(pixels.get(`PhysicalSize${axis}Unit`) ?? 'µm'));
  if (new Set(units).size > 1) return {};
  return { spacing: axes.map((axis) => Number(pixels.get(`PhysicalSize${axis}`))), unit: units[0] };
}
