/** Coordinates of spatial embeddings, the same for what learns them and what makes objects of them. */
import type { Config } from '../config/index.js';

/**
 * The side in pixels that embeddings take as 1, and the spacing. With PROBLEM.INSTANCE_SEG.EMBEDSEG.GRID_SIZE −1 it is the longest side
 * of a patch, which is known before images are read; BiaPy takes the longest side of the data set.
 */
export function embeddingGrid(
  { PROBLEM, DATA }: Config,
  part: 'TRAIN' | 'TEST',
): { gridSide: number; spacing: number[] } {
  const { GRID_SIZE } = PROBLEM.INSTANCE_SEG.EMBEDSEG;
  const sides = (DATA.PATCH_SIZE as number[]).slice(0, -1);
  return {
    gridSide: GRID_SIZE > 1 ? GRID_SIZE : Math.max(...sides),
    spacing: [...(DATA[part].RESOLUTION as number[])],
  };
}
