/** The smaller levels of an OME-Zarr, and the attributes that name them. */
import path from 'node:path';
import type { ArrayPlan } from '../../core/image/chunked-array.js';
import { halve } from '../../core/image/halve.js';
import { gridBoxes } from '../../core/image/parts.js';
import type { Json } from './container-folder.js';
import { multiscalesAttributes } from './ome-zarr.js';
import { writeGroup, ZarrLevel, type ZarrOptions } from './zarr-level.js';

/** Levels of a pyramid end when the image is no larger than this along y and x. */
const SMALLEST_LEVEL = 256;

/** Completes a container whose level of full resolution is written. */
export async function writePyramid(container: string, full: ZarrLevel, options: ZarrOptions): Promise<void> {
  const { axes, kind, metadata } = full.plan;
  const scales = [scaleOf(full.plan)];
  let level = full;
  for (let number = 1; ; number++) {
    const halved = halvedAxes(level.plan, scales[scales.length - 1]);
    if (halved.length === 0) break;
    const shape = level.plan.shape.map((side, axis) => (halved.includes(axis) ? Math.ceil(side / 2) : side));
    const chunk = level.plan.chunk.map((side, axis) => Math.min(side, shape[axis]));
    const next = await ZarrLevel.open(path.join(container, String(number)), { ...level.plan, shape, chunk }, options);
    for (const { start, size } of gridBoxes(shape, chunk)) {
      const factor = (axis: number) => (halved.includes(axis) ? 2 : 1);
      const from = start.map((at, axis) => at * factor(axis));
      const wide = from.map((at, axis) => Math.min(size[axis] * factor(axis), level.plan.shape[axis] - at));
      const part = await level.read(from, wide);
      if (part) await next.write(start, size, halve(part, wide, halved, kind).data);
    }
    await next.finish({});
    scales.push(scales[scales.length - 1].map((scale, axis) => scale * (halved.includes(axis) ? 2 : 1)));
    level = next;
  }
  const version = options.version === 3 ? '0.5' : '0.4';
  const name = path.basename(container).replace(/(\.ome)?\.zarr$/i, '');
  const attributes = multiscalesAttributes(version, { name, axes, unit: metadata.unit, scales });
  const group = (options.version === 3 ? attributes.ome : attributes) as Json;
  if (kind === 'labels') group['image-label'] = { ...(version === '0.4' && { version }), source: { image: '../../' } };
  await writeGroup(container, options.version, attributes);
}

/** Voxel size for every axis; 1 where it is not known. */
function scaleOf({ axes, metadata }: ArrayPlan): number[] {
  const spatial = [...'ZYX'].filter((letter) => axes.includes(letter));
  const spacing = metadata.spacing?.slice(-spatial.length) ?? [];
  return [...axes].map((letter) => {
    const at = spatial.indexOf(letter) - (spatial.length - spacing.length);
    return spatial.includes(letter) ? (spacing[at] ?? 1) : 1;
  });
}

/** y and x, and z unless its voxels are still longer than those of a halved y. */
function halvedAxes({ axes, shape }: ArrayPlan, scale: readonly number[]): number[] {
  const [y, x, z] = ['Y', 'X', 'Z'].map((letter) => axes.indexOf(letter));
  if (Math.max(shape[y], shape[x]) <= SMALLEST_LEVEL) return [];
  const flat = z < 0 || shape[z] < 2 || scale[z] > 1.5 * scale[y];
  return [...(flat ? [] : [z]), y, x].sort((a, b) => a - b);
}
