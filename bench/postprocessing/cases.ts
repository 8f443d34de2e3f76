/** Every measure of the group, in the order in which they are shown. */
import { type Image, image } from '../../core/image/image.js';
import { connectedComponents } from '../../core/nd/connected-components.js';
import { distanceTransform } from '../../core/nd/distance-transform.js';
import { labelOverlaps } from '../../core/nd/label-overlap.js';
import { countMatches, matchObjects, matchStatistics } from '../../core/nd/matching.js';
import { boxMedian } from '../../core/nd/median.js';
import { measureRegions } from '../../core/nd/region-properties.js';
import { watershed } from '../../core/nd/watershed.js';
import type { DataCase } from '../data/case.js';

const SIDES = [128, 512, 512];

/** A crystal of some 2800 rounded objects; the same on both sides. */
const WAVES = `
z, y, x = np.ogrid[:128, :512, :512]
wave = (np.sin(0.7 + z / 4) * np.sin(0.3 + y / 6) * np.sin(x / 7)).astype(np.float32)
`;

function waves(): Image {
  const [depth, height, width] = SIDES;
  const data = new Float32Array(depth * height * width);
  const along = (side: number, begin: number, length: number) =>
    Float64Array.from({ length: side }, (_, i) => Math.sin(begin + i / length));
  const [sz, sy, sx] = [along(depth, 0.7, 4), along(height, 0.3, 6), along(width, 0, 7)];
  for (let z = 0, at = 0; z < depth; z++)
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++, at++) data[at] = sz[z] * sy[y] * sx[x];
  return image(data, [...SIDES, 1]);
}

function above(wave: Image, threshold: number): Image {
  return image(
    Uint8Array.from(wave.data, (value) => Number(value > threshold)),
    wave.shape,
  );
}

const objects = (threshold: number) => connectedComponents(above(waves(), threshold), 1).labels;

export const postprocessingCases: readonly DataCase[] = [
  {
    name: 'connected components',
    modules: ['scipy'],
    async prepare() {
      const mask = above(waves(), 0.15);
      return () => connectedComponents(mask, 1);
    },
    reference: `${WAVES}
import scipy.ndimage as ndi
mask = wave > 0.15
def work():
    return ndi.label(mask)
`,
  },
  {
    name: 'Euclidean distances',
    modules: ['scipy'],
    async prepare() {
      const mask = above(waves(), 0.15);
      return () => distanceTransform(mask, [2, 1, 1]);
    },
    reference: `${WAVES}
import scipy.ndimage as ndi
mask = wave > 0.15
def work():
    return ndi.distance_transform_edt(mask, sampling=(2, 1, 1))
`,
  },
  {
    name: 'watershed',
    modules: ['scipy', 'skimage'],
    async prepare() {
      const wave = waves();
      const surface = image(
        (wave.data as Float32Array).map((value) => -value),
        wave.shape,
      );
      const [markers, mask] = [objects(0.5), above(wave, 0.15)];
      return () => watershed(surface, markers, { mask });
    },
    reference: `${WAVES}
import scipy.ndimage as ndi
from skimage.segmentation import watershed
markers, _ = ndi.label(wave > 0.5)
mask = wave > 0.15
def work():
    return watershed(-wave, markers, mask=mask)
`,
  },
  {
    name: 'median 3×3×3, float32',
    modules: ['scipy'],
    async prepare() {
      const wave = waves();
      return () => boxMedian(wave, [3, 3, 3]);
    },
    reference: `${WAVES}
import scipy.ndimage as ndi
def work():
    return ndi.median_filter(wave, 3)
`,
  },
  {
    name: 'region measures',
    modules: ['scipy', 'skimage'],
    async prepare() {
      const labels = objects(0.15);
      return () => measureRegions(labels, ['npixels', 'bbox', 'centroid', 'axis_major_length', 'surface_area']);
    },
    reference: `${WAVES}
import scipy.ndimage as ndi
from skimage.measure import marching_cubes, mesh_surface_area, regionprops
labels, _ = ndi.label(wave > 0.15)
def work():
    for region in regionprops(labels):
        region.area, region.bbox, region.centroid, region.axis_major_length
        vertices, faces, _, _ = marching_cubes(np.pad(region.image, 1).astype(np.float32), 0.5)
        mesh_surface_area(vertices, faces)
`,
  },
  {
    name: 'matching',
    modules: ['scipy', 'skimage'],
    async prepare() {
      const [truth, prediction] = [objects(0.15), objects(0.3)];
      return () => {
        const overlaps = labelOverlaps(truth, prediction);
        return [0.3, 0.5, 0.75].map((threshold) =>
          matchStatistics(countMatches(overlaps, matchObjects(overlaps, threshold))),
        );
      };
    },
    reference: `${WAVES}
import scipy.ndimage as ndi
from scipy.optimize import linear_sum_assignment
from skimage.metrics import contingency_table
truth, _ = ndi.label(wave > 0.15)
prediction, _ = ndi.label(wave > 0.3)
def work():
    overlap = contingency_table(truth, prediction).toarray()
    iou = overlap / (overlap.sum(0, keepdims=True) + overlap.sum(1, keepdims=True) - overlap)
    iou = iou[1:, 1:]
    for threshold in (0.3, 0.5, 0.75):
        costs = -(iou >= threshold).astype(float) - iou / (2 * min(iou.shape))
        linear_sum_assignment(costs)
`,
  },
];
