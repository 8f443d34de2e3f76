/** Pyramids of OME-Zarr: `multiscales` of version 0.4 (and before), or below `ome` since 0.5. */
import type { ImageMetadata } from '../../core/image/image.js';
import { axisLetters, spatialNumbers, unitName } from './container-attributes.js';
import { damaged, type Json } from './container-folder.js';

export interface Multiscales {
  /** One letter an axis. */
  axes: string;
  /** Full resolution first. */
  levels: { path: string; metadata: ImageMetadata }[];
}

/**
 * The first pyramid of a group; undefined where it has none.
 *
 * @throws FormatError for a plate, and for metadata that are wrong.
 */
export function readMultiscales(attributes: Json, file: string): Multiscales | undefined {
  const ome = (isObject(attributes.ome) ? attributes.ome : attributes) as Json;
  if (ome.plate !== undefined)
    throw damaged(file, 'this OME-Zarr is a plate of many images. Name one of them, such as A/1/0, in its place.');
  if (ome.multiscales === undefined) return undefined;
  const first = Array.isArray(ome.multiscales) ? ome.multiscales[0] : undefined;
  if (!isObject(first) || !Array.isArray(first.datasets) || first.datasets.length === 0)
    throw damaged(file, "the multiscales metadata lack 'datasets'");
  const axes = first.axes === undefined ? 'TCZYX' : axisLetters(first.axes);
  if (!axes?.includes('Y') || !axes.includes('X'))
    throw damaged(file, 'the axes of the multiscales metadata must be t, c, z, y, x, with y and x among them');
  const unit = unitOf(first.axes, axes);
  const outer = scaleOf(first.coordinateTransformations, axes.length);
  const levels = first.datasets.map((dataset: unknown) => {
    if (!isObject(dataset) || typeof dataset.path !== 'string')
      throw damaged(file, "a dataset of the multiscales metadata has no 'path'");
    const scale = scaleOf(dataset.coordinateTransformations, axes.length);
    const both = scale?.map((value, axis) => value * (outer?.[axis] ?? 1)) ?? outer;
    const spacing = both && spatialNumbers(both, axes);
    return { path: dataset.path, metadata: { ...(spacing && { spacing }), ...(spacing && unit && { unit }) } };
  });
  return { axes, levels: finestFirst(levels) };
}

/** The standard orders levels from fine to coarse; writers that do not are known. */
function finestFirst(levels: Multiscales['levels']): Multiscales['levels'] {
  const size = ({ metadata }: Multiscales['levels'][number]) => metadata.spacing?.reduce((a, b) => a * b, 1) ?? 0;
  return [...levels].sort((a, b) => size(a) - size(b));
}

function unitOf(axes: unknown, letters: string): string | undefined {
  const x = Array.isArray(axes) ? axes[letters.indexOf('X')] : undefined;
  return isObject(x) ? unitName(x.unit) : undefined;
}

function scaleOf(transformations: unknown, count: number): number[] | undefined {
  if (!Array.isArray(transformations)) return undefined;
  const scale = transformations.find((step) => isObject(step) && step.type === 'scale')?.scale;
  const valid =
    Array.isArray(scale) && scale.length === count && scale.every((value) => typeof value === 'number' && value > 0);
  return valid ? scale : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const UNIT_NAMES: Readonly<Record<string, string>> = { micron: 'micrometer' };

/** Attributes of a group with a pyramid. `scales` are per level, in the order of `axes`. */
export function multiscalesAttributes(
  version: '0.4' | '0.5',
  { name, axes, unit, scales }: { name: string; axes: string; unit?: string; scales: readonly (readonly number[])[] },
): Json {
  const type = (letter: string) => (letter === 'T' ? 'time' : letter === 'C' ? 'channel' : 'space');
  const multiscales = [
    {
      ...(version === '0.4' && { version }),
      name,
      axes: [...axes].map((letter) => ({
        name: letter.toLowerCase(),
        type: type(letter),
        ...(type(letter) === 'space' && unit && { unit: UNIT_NAMES[unit] ?? unit }),
      })),
      datasets: scales.map((scale, level) => ({
        path: String(level),
        coordinateTransformations: [{ type: 'scale', scale }],
      })),
    },
  ];
  return version === '0.4' ? { multiscales } : { ome: { version, multiscales } };
}
