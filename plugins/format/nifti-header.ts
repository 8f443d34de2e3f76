/**
 * Headers of NIfTI-1 and NIfTI-2, the formats of medical imaging.
 * https://nifti.nimh.nih.gov/nifti-1, https://nifti.nimh.nih.gov/nifti-2
 */
import type { ImageMetadata } from '../../core/image/image.js';
import type { ImageHeader } from '../../core/image/raw-image.js';
import { dtypeOfStored, type StoredNumber } from './stored-number.js';
import { unitName } from './unit.js';

/** Bytes of the two headers; the number is also their first field. */
export const NIFTI1 = 348;
export const NIFTI2 = 540;

export interface NiftiHeader extends ImageHeader {
  axes: string;
  number: StoredNumber;
  littleEndian: boolean;
  /** Where the numbers begin. */
  start: number;
  /** Values are `slope · stored + intercept`. */
  scale?: { slope: number; intercept: number };
  metadata: ImageMetadata;
}

/** Type and samples of a pixel by the code of the format. */
const TYPES: Readonly<Record<number, StoredNumber & { samples?: number }>> = {
  2: { kind: 'uint', bytes: 1 },
  4: { kind: 'int', bytes: 2 },
  8: { kind: 'int', bytes: 4 },
  16: { kind: 'float', bytes: 4 },
  64: { kind: 'float', bytes: 8 },
  128: { kind: 'uint', bytes: 1, samples: 3 },
  256: { kind: 'int', bytes: 1 },
  512: { kind: 'uint', bytes: 2 },
  768: { kind: 'uint', bytes: 4 },
  1024: { kind: 'int', bytes: 8 },
  1280: { kind: 'uint', bytes: 8 },
};

/** Codes of `TYPES` that are written; 64-bit integers and RGB are not. */
export const TYPE_CODES = {
  uint8: 2,
  int16: 4,
  int32: 8,
  float32: 16,
  float64: 64,
  int8: 256,
  uint16: 512,
  uint32: 768,
} as const;

const UNITS: Readonly<Record<number, string>> = { 1: 'meter', 2: 'millimeter', 3: 'micron' };
const SHORT: Readonly<Record<string, string>> = { meter: 'm', millimeter: 'mm' };
const AXES = 'XYZTC';

/** True for the first bytes of a file that holds header and numbers in one. */
export function isNifti(head: Uint8Array): boolean {
  const text = (at: number) => Buffer.from(head.subarray(at, at + 4)).toString('latin1');
  return text(344) === 'n+1\0' || text(4) === 'n+2\0';
}

/** Reads a header. @throws Error that says what is wrong with it. */
export function parseNifti(head: Uint8Array): NiftiHeader {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const littleEndian = [NIFTI1, NIFTI2].includes(view.getInt32(0, true));
  const version = view.getInt32(0, littleEndian) === NIFTI2 ? 2 : 1;
  if (view.getInt32(0, littleEndian) !== (version === 2 ? NIFTI2 : NIFTI1))
    throw new Error('its header has no known size');
  const wide = (at: number) => Number(view.getBigInt64(at, littleEndian));
  const narrow = (at: number) => view.getInt16(at, littleEndian);
  const sides = Array.from({ length: 8 }, (_, i) => (version === 2 ? wide(16 + 8 * i) : narrow(40 + 2 * i)));
  const real = (at1: number, at2: number) =>
    version === 2 ? view.getFloat64(at2, littleEndian) : view.getFloat32(at1, littleEndian);
  const type = narrow(version === 2 ? 12 : 70);
  const number = TYPES[type];
  if (!number) throw new Error(`its numbers are of NIfTI type ${type}, which is no integer, float or RGB`);
  const used = sides[0];
  if (!(used >= 1 && used <= 7)) throw new Error(`it claims ${used} axes`);
  const shape = sides.slice(1, used + 1);
  if (shape.some((side) => !(side >= 1 && Number.isSafeInteger(side))))
    throw new Error(`it claims the shape ${shape.join('×')}`);
  if (shape.slice(AXES.length).some((side) => side > 1))
    throw new Error(`it has more axes than x, y, z, time and one of vectors: ${shape.join('×')}`);
  const axes = AXES.slice(0, Math.min(used, AXES.length));
  const [slope, intercept] = [real(112, 176), real(116, 184)];
  const scaled = Number.isFinite(slope) && slope !== 0 && !(slope === 1 && intercept === 0);
  const spacing = [1, 2, 3].slice(0, used).map((i) => Math.abs(real(76 + 4 * i, 104 + 8 * i)));
  const units = version === 2 ? view.getInt32(500, littleEndian) : view.getUint8(123);
  const unit = UNITS[units & 7];
  return {
    shape: [...shape.slice(0, AXES.length).reverse(), ...(number.samples ? [number.samples] : [])],
    axes: [...axes].reverse().join('') + (number.samples ? 'S' : ''),
    dtype: scaled ? 'float32' : dtypeOfStored(number),
    number,
    littleEndian,
    start: version === 2 ? wide(168) : view.getFloat32(108, littleEndian),
    ...(scaled && { scale: { slope, intercept: Number.isFinite(intercept) ? intercept : 0 } }),
    metadata: {
      ...(spacing.every((side) => side > 0) && { spacing: spacing.reverse() }),
      ...(unit && { unit }),
    },
  };
}

/** The code of a unit as {@link unitName} calls it; 0 where the format has none for it. */
export function unitCode(unit = ''): number {
  const name = unitName(unit).toLowerCase();
  const known = Object.entries(UNITS).find(([, own]) => own === name || SHORT[own] === name);
  return known ? Number(known[0]) : 0;
}
