/** Which pages of a TIFF file belong together and what their order means: the file's first series. */

import type { ImageMetadata } from '../../core/image/image.js';
import type { FileBytes } from './file-bytes.js';
import { type Directories, type Directory, TAG } from './tiff-directory.js';
import { omeSeries, type PlaneOrder } from './tiff-ome.js';
import { isPlain, type Page, pageOf, pageValues, requirePlausible } from './tiff-page.js';
import { unitName } from './unit.js';

export interface Series {
  /** Axes as the file says, undefined when it gives a shape alone. */
  axes?: string;
  shape: number[];
  /** Pages in reading order; their number is the product of the leading axes. */
  pages: Page[];
  metadata: ImageMetadata;
}

/**
 * Finds the first series of a file as OME-XML, the ImageJ description, or the shape that tifffile notes describe it;
 * otherwise all pages like the first one. Throws FormatError when pages are missing or damaged.
 */
export function firstSeries(directories: Directories, bytes: FileBytes): Series {
  const series = describedSeries(directories, bytes);
  requirePlausible(series.shape, series.pages[0], bytes);
  return series;
}

function describedSeries({ pages }: Directories, bytes: FileBytes): Series {
  const [directory] = pages;
  const text = directory.get(TAG.description);
  const description = typeof text === 'string' ? text : '';
  const first = pageOf(directory, bytes, 0);
  const inPlane = first.samples > 1 ? [first.height, first.width, first.samples] : [first.height, first.width];
  const axesInPlane = first.samples > 1 ? 'YXS' : 'YX';

  const ome = omeSeries(description, first.samples, pages.length, bytes);
  if (ome) {
    return {
      axes: ome.axes + axesInPlane,
      shape: [...ome.sizes, ...inPlane],
      pages: ome.directories.map((index) =>
        index === 0 ? first : like(first, pageOf(pages[index], bytes, index), bytes, index),
      ),
      metadata: ome.metadata,
    };
  }

  const metadata = { ...resolution(directory), ...imageJMetadata(description, directory) };
  const order = imageJOrder(description, first, pages.length);
  if (order) {
    const count = order.sizes.reduce((product, size) => product * size, 1);
    const read =
      count > 1 && pages.length === 1 ? hiddenPages(first, count, bytes) : listedPages(pages, first, bytes, count);
    return { axes: order.axes + axesInPlane, shape: [...order.sizes, ...inPlane], pages: read, metadata };
  }

  const shaped = notedShape(description, inPlane);
  if (shaped) {
    const count = shaped.shape.reduce((product, size) => product * size, 1) / pageValues(first);
    if (pages.length === 1 && count > 1 && isPlain(first))
      return { ...shaped, pages: hiddenPages(first, count, bytes), metadata };
    if (Number.isInteger(count) && count <= pages.length)
      return { ...shaped, pages: listedPages(pages, first, bytes, count), metadata };
  }
  const alike = listedPages(pages, first, bytes);
  if (alike.length === 1) return { axes: axesInPlane, shape: inPlane, pages: alike, metadata };
  return { axes: `I${axesInPlane}`, shape: [alike.length, ...inPlane], pages: alike, metadata };
}

/** The pages like the first, or exactly `count` leading ones. Smaller copies (previews, pyramids) are passed over. */
function listedPages(directories: Directory[], first: Page, bytes: FileBytes, count?: number): Page[] {
  if (count !== undefined) {
    if (count > directories.length)
      throw bytes.damaged(
        `the header describes ${count} planes, but the file has ${directories.length}. It is truncated; copy it again.`,
      );
    return directories
      .slice(0, count)
      .map((directory, index) => like(first, index ? pageOf(directory, bytes, index) : first, bytes, index));
  }
  const kind = (directory: Directory) => (directory.get(TAG.newSubfileType) as readonly number[] | undefined)?.[0] ?? 0;
  const result: Page[] = [];
  directories.forEach((directory, index) => {
    if (index > 0 && (kind(directory) & 1) !== (kind(directories[0]) & 1)) return;
    const page = index === 0 ? first : pageOf(directory, bytes, index);
    if (sameKind(first, page)) result.push(page);
  });
  return result;
}

function sameKind(a: Page, b: Page): boolean {
  return a.width === b.width && a.height === b.height && a.samples === b.samples && a.dtype === b.dtype;
}

function like(first: Page, page: Page, bytes: FileBytes, index: number): Page {
  if (sameKind(first, page)) return page;
  throw bytes.damaged(
    `page ${index} (${page.width}×${page.height}, ${page.samples} × ${page.dtype}) differs from page 0 ` +
      `(${first.width}×${first.height}, ${first.samples} × ${first.dtype}) of the same stack. Save them as separate files.`,
  );
}

/** ImageJ lists only the first page of stacks above 4 GB; the others follow its pixels. */
function hiddenPages(first: Page, count: number, bytes: FileBytes): Page[] {
  if (!isPlain(first))
    throw bytes.damaged(`the header describes ${count} planes, but the file has 1. It is truncated; copy it again.`);
  const size = (pageValues(first) * first.bits) / 8;
  bytes.require(first.offsets[0], count * size, `the ${count} planes of the stack`);
  return Array.from({ length: count }, (_, i) => ({
    ...first,
    offsets: [first.offsets[0] + i * size],
    byteCounts: [size],
    blockHeight: first.height,
    blocksDown: 1,
  }));
}

/** `key=value` lines of an ImageJ description, undefined for another one. */
function imageJFields(description: string): Map<string, string> | undefined {
  if (!description.startsWith('ImageJ=')) return undefined;
  const fields = description.split(/\r?\n/).map((line) => line.split('=', 2) as [string, string?]);
  return new Map(fields.flatMap(([key, value]) => (value === undefined ? [] : [[key.trim(), value.trim()] as const])));
}

function imageJOrder(description: string, first: Page, pages: number): PlaneOrder | undefined {
  const fields = imageJFields(description);
  if (!fields) return undefined;
  const count = (key: string) => Math.max(Math.trunc(Number(fields.get(key) ?? 1)) || 1, 1);
  const sizes: Record<string, number> = { t: count('frames'), z: count('slices'), c: count('channels') };
  let images = Math.max(count('images'), 1);
  // Some programs also count the samples of RGB pixels as channels.
  if (sizes.c > 1 && sizes.c === first.samples && images === sizes.t * sizes.z) sizes.c = 1;
  const product = sizes.t * sizes.z * sizes.c;
  if (images === 1) images = product > 1 ? product : pages;
  const order = /^(?=.*c)(?=.*z)(?=.*t)[czt]{3}$/.test(fields.get('order') ?? '') ? fields.get('order')! : 'czt';
  const letters = [...order].reverse().filter((letter) => sizes[letter] > 1);
  const axes = letters.map((letter) => letter.toUpperCase()).join('');
  const lengths = letters.map((letter) => sizes[letter]);
  if (images % product !== 0) return { axes: 'I', sizes: [images] };
  return images === product ? { axes, sizes: lengths } : { axes: `I${axes}`, sizes: [images / product, ...lengths] };
}

/** The shape that tifffile writes as JSON, with axes where its user gave them. */
function notedShape(description: string, inPlane: number[]): { shape: number[]; axes?: string } | undefined {
  if (!description.startsWith('{"shape":')) return undefined;
  try {
    const noted = JSON.parse(description) as { shape?: unknown; axes?: unknown };
    if (!Array.isArray(noted.shape) || !noted.shape.every((side) => Number.isInteger(side) && side > 0))
      return undefined;
    const shape = noted.shape as number[];
    const size = (sides: number[]) => sides.reduce((product, side) => product * side, 1);
    if (size(shape) % size(inPlane) !== 0) return undefined;
    const axes = typeof noted.axes === 'string' && noted.axes.length === shape.length ? noted.axes : undefined;
    return { shape, axes };
  } catch {
    return undefined;
  }
}

function imageJMetadata(description: string, directory: Directory): ImageMetadata {
  const fields = imageJFields(description);
  const unit = fields?.get('unit');
  const plane = planeSpacing(directory);
  if (!unit || !plane) return {};
  const depth = Number(fields?.get('spacing'));
  return { unit: unitName(unit), spacing: depth > 0 ? [depth, ...plane] : plane };
}

/** Spacing from the resolution tags, with the unit that TIFF knows. */
function resolution(directory: Directory): ImageMetadata {
  const unit = (directory.get(TAG.resolutionUnit) as readonly number[] | undefined)?.[0] ?? 2;
  const spacing = planeSpacing(directory);
  // Without a unit the tags say only the shape of pixels; 1 × 1 says nothing.
  if (!spacing || (unit === 1 && spacing.every((side) => side === 1))) return {};
  return unit === 2 ? { spacing, unit: 'inch' } : unit === 3 ? { spacing, unit: 'centimeter' } : { spacing };
}

/** `[y, x]` size of a pixel, undefined without usable resolution tags. */
function planeSpacing(directory: Directory): [number, number] | undefined {
  const per = (tag: number) => (directory.get(tag) as readonly number[] | undefined)?.[0];
  const [x, y] = [per(TAG.xResolution), per(TAG.yResolution)];
  return x && y && x > 0 && y > 0 && Number.isFinite(x) && Number.isFinite(y) ? [1 / y, 1 / x] : undefined;
}
