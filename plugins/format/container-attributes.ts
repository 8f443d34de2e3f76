/** What containers tell about an array beside its values: names of axes, voxel size. */
import type { ImageMetadata } from '../../core/image/image.js';

/** `ZYX` from names such as `z` or `channel`; undefined when one has no letter of ours. */
export function axisLetters(names: unknown): string | undefined {
  if (!Array.isArray(names) || names.length === 0) return undefined;
  const letters = names.map((name) => {
    const text = String(typeof name === 'object' && name !== null ? (name as { name?: unknown }).name : name);
    if (/^[tczyx]$/i.test(text)) return text.toUpperCase();
    return /^(time|channels?)$/i.test(text) ? text[0].toUpperCase() : '';
  });
  return letters.includes('') || new Set(letters).size !== letters.length ? undefined : letters.join('');
}

/** Numbers of `[z,] y, x` among numbers of all axes. */
export function spatialNumbers(values: readonly number[], axes: string): number[] {
  return [...'ZYX'].flatMap((letter) => {
    const at = axes.indexOf(letter);
    return at < 0 ? [] : [values[at]];
  });
}

const UNITS: Readonly<Record<string, string>> = {
  micrometer: 'micron',
  micrometre: 'micron',
  um: 'micron',
  µm: 'micron',
  nm: 'nanometer',
};

/** The unit as TIFF files of ImageJ call it. */
export function unitName(unit: unknown): string | undefined {
  return typeof unit === 'string' && unit !== '' ? (UNITS[unit] ?? unit) : undefined;
}

/**
 * Voxel size from the attributes that tools leave on an array: `spacing` with `unit` (Biagraph), `element_size_um` (ilastik,
 * plantseg), `resolution` or `voxel_size` (CREMI and its kin, nanometres), `pixelResolution` (N5). As many numbers as there
 * are spatial axes are taken, in the order z, y, x; `reversed` for containers that count x first.
 */
export function spacingOf(attributes: Readonly<Record<string, unknown>>, reversed = false): ImageMetadata {
  const told: readonly [unknown, string | undefined][] = [
    [attributes.spacing, unitName(attributes.unit)],
    [attributes.element_size_um, 'micron'],
    [attributes.voxel_size, unitName(attributes.unit) ?? 'nanometer'],
    [attributes.resolution, unitName(attributes.unit) ?? 'nanometer'],
    [dimensionsOf(attributes.pixelResolution), unitName(unitOf(attributes.pixelResolution))],
  ];
  for (const [value, unit] of told) {
    const numbers = ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value;
    if (!Array.isArray(numbers) || numbers.length < 2 || numbers.length > 3) continue;
    if (!numbers.every((number) => typeof number === 'number' && number > 0 && Number.isFinite(number))) continue;
    return { spacing: reversed ? [...numbers].reverse() : numbers, ...(unit && { unit }) };
  }
  return {};
}

function dimensionsOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'dimensions' in value ? value.dimensions : value;
}

function unitOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'unit' in value ? value.unit : undefined;
}
