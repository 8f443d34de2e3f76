import { Type } from 'typebox';
import { bool, DET, float, I2I, INS, Ints, int, ints, listOf, Numbers, SEM, section, Texts, texts } from './key.js';

export const PostProcessingSchema = section({
  MEDIAN_FILTER: bool(false, 'Filter the prediction with median filters.', { workflows: [SEM, INS, DET] }),
  MEDIAN_FILTER_AXIS: texts(
    [],
    'Axes of each median filter, in order; those with z need a volume or a stack of 2D images.',
    { choices: ['xy', 'yx', 'zy', 'yz', 'zx', 'xz', 'z'], workflows: [SEM, INS, DET] },
  ),
  MEDIAN_FILTER_SIZE: ints([], 'Window size of each median filter.', { workflows: [SEM, INS, DET] }),
  INSTANCE_REFINEMENT: section(
    {
      ENABLE: bool(false, 'Refine each instance with morphological operations.'),
      OPERATIONS: texts(
        [],
        'Operations applied in order (the checker accepts remove_big_objects and not remove_large_objects).',
        {
          choices: ['dilation', 'erosion', 'fill_holes', 'clear_border', 'remove_small_objects', 'remove_big_objects'],
        },
      ),
      VALUES: listOf(
        Type.Union([Type.Integer(), Type.String(), Ints]),
        [],
        'Value of each operation: a size or a list of sizes, a pixel count, or the word none.',
      ),
    },
    { workflows: [INS, I2I] },
  ),
  MEASURE_PROPERTIES: section(
    {
      ENABLE: bool(false, 'Measure properties of each instance.'),
      EXTRA_PROPS: texts([], 'Further region properties to measure (names as in scikit-image regionprops).'),
      REMOVE_BY_PROPERTIES: section({
        ENABLE: bool(false, 'Remove instances by their properties.'),
        PROPS: listOf(
          Texts,
          [],
          'List of condition groups, each a list of property names; an instance is removed when every condition of any group holds.',
          { choices: ['circularity', 'elongation', 'npixels', 'area', 'diameter', 'perimeter', 'sphericity'] },
        ),
        VALUES: listOf(Numbers, [], 'List of lists of numbers, the limits matching the property names.'),
        SIGNS: listOf(Texts, [], 'List of lists of comparison names matching the property names.', {
          choices: ['gt', 'ge', 'lt', 'le'],
        }),
      }),
    },
    { workflows: [INS, DET] },
  ),
  VORONOI_ON_MASK: bool(false, 'Grow the instances over the mask with a Voronoi partition.', { workflows: [INS] }),
  VORONOI_TH: float(0, 'Threshold in 0..1 of that mask; 0 uses Otsu.', { workflows: [INS] }),
  REPARE_LARGE_BLOBS_SIZE: int(
    -1,
    'Size in pixels from which instances are repaired by merging their neighbours; -1 disables it (F and P channels only).',
    { workflows: [INS] },
  ),
  REMOVE_CLOSE_POINTS: bool(false, 'Merge points that are close together.', { workflows: [INS, DET] }),
  REMOVE_CLOSE_POINTS_RADIUS: int(0, 'Distance, in units of the test resolution, under which points are merged.', {
    workflows: [INS, DET],
  }),
  DET_WATERSHED: bool(false, 'Grow the detected points with a watershed.', { workflows: [DET] }),
  DET_WATERSHED_FIRST_DILATION: ints(
    [-1, -1],
    'Size, order (y,x) or (z,y,x), of the first dilation of the seeds; -1 is unset.',
    { workflows: [DET] },
  ),
  DET_WATERSHED_DONUTS_CLASSES: ints(
    [-1],
    'Classes of ring-shaped cells that need a larger first dilation; [-1] is none.',
    { workflows: [DET] },
  ),
  DET_WATERSHED_DONUTS_PATCH: ints(
    [13, 120, 120],
    'Patch shape, order (y,x) or (z,y,x), that holds the largest ring-shaped cell.',
    { workflows: [DET] },
  ),
  DET_WATERSHED_DONUTS_NUCLEUS_DIAMETER: int(30, 'Diameter in pixels from which a cell counts as ring-shaped.', {
    workflows: [DET],
  }),
});
