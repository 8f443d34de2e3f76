/** A bench for `stitcher/training-patches`, and images for it. */
import { node } from '../../../core/graph/graph.js';
import type { Sample } from '../../../core/image/sample.js';
import type { TrainingState } from '../../../core/train/state.js';
import { type Bench, bench, ramp, sampleOf } from '../nodes.js';

const training = (startEpoch = 0) => ({ startEpoch }) as TrainingState;

export const patches = (parameters: object) =>
  node('patches', 'stitcher/training-patches', { patch: [4, 4], ...parameters });

export const open = (more: { budget?: number; seed?: number; startEpoch?: number } = {}): Bench =>
  bench({ ...more, services: { training: training(more.startEpoch) } });

export function images(count: number, shape = [8, 8, 1]): Sample[] {
  return Array.from({ length: count }, (_, index) =>
    sampleOf(ramp(shape), { index, id: `i${index}`, target: ramp([...shape.slice(0, -1), 1]) }),
  );
}
