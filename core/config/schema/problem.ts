import {
  bool,
  choice,
  DEN,
  DET,
  float,
  int,
  ints,
  intTuple,
  SEM,
  SR,
  SSL,
  section,
  text,
  tuple,
  WORKFLOWS,
} from './key.js';
import { ImageToImageSchema } from './problem-image-to-image.js';
import { InstanceSegSchema } from './problem-instance-seg.js';

export const ProblemSchema = section(
  {
    PRINT_OLD_KEY_CHANGES: bool(
      true,
      'Print which keys of an old configuration were renamed, moved or dropped when it was upgraded.',
    ),
    TYPE: choice('SEMANTIC_SEG', WORKFLOWS, 'Workflow to run.'),
    NDIM: choice('2D', ['2D', '3D'], 'Dimensionality of the data and of the model.'),
    SEMANTIC_SEG: section(
      {
        IGNORE_CLASS_ID: int(0, 'Class id left out when there are more than two classes.'),
      },
      { workflows: [SEM] },
    ),
    INSTANCE_SEG: InstanceSegSchema,
    DETECTION: section(
      {
        CENTRAL_POINT_DILATION: ints(
          [2],
          'Radius in pixels, order (y,x) or (z,y,x), by which each annotated point is grown; one value is repeated on all axes.',
        ),
        CHECK_POINTS_CREATED: bool(true, 'Check that the number of drawn points matches the CSV file.'),
        DATA_CHECK_MW: bool(false, 'Write the intermediate watershed images for inspection.'),
        SEPARATED_DECODERS_PER_HEAD: bool(
          false,
          'Use one decoder for points and another for classes (needs more than two classes).',
        ),
        SEPARATED_DECODERS_DIVIDE_FEATURE_MAPS: bool(false, 'Divide the feature maps by the number of decoders.'),
        CLASS_REBALANCE_WITHIN_CHANNELS: bool(true, 'Weight the rare point pixels more, from per-batch pixel counts.'),
        DATA_CHANNEL_WEIGHTS: tuple([1, 1], 'Weights of the point channel and of the class channel in the loss.'),
      },
      { workflows: [DET] },
    ),
    DENOISING: section(
      {
        N2V_PERC_PIX: float(0.198, 'Percentage of pixels of a patch that Noise2Void replaces.'),
        N2V_MANIPULATOR: text(
          'uniform_withCP',
          'Noise2Void rule that picks the replacement value from the neighbourhood.',
          {
            choices: [
              'normal_withoutCP',
              'normal_additive',
              'normal_fitted',
              'identity',
              'uniform_withCP',
              'uniform_withoutCP',
              'mean',
              'median',
            ],
          },
        ),
        N2V_NEIGHBORHOOD_RADIUS: int(5, 'Radius in pixels of the neighbourhood replacement values are drawn from.'),
        N2V_STRUCTMASK: bool(false, 'Use the structured blind-spot mask against line-shaped noise.'),
        LOAD_GT_DATA: bool(false, 'Load clean targets and train in a supervised way.'),
      },
      { workflows: [DEN] },
    ),
    SUPER_RESOLUTION: section(
      {
        UPSCALING: intTuple(
          [],
          'Scale factor along each axis, order (y,x) or (z,y,x); filled with ones in the other workflows.',
        ),
      },
      { workflows: [SR] },
    ),
    SELF_SUPERVISED: section(
      {
        PRETEXT_TASK: text(
          'crappify',
          'Task learned without labels: restore a degraded image, or restore masked parts (MAE).',
          { choices: ['crappify', 'masking'] },
        ),
        RESIZING_FACTOR: int(4, 'Factor by which images are shrunk and enlarged again to degrade them.', {
          choices: [2, 4, 6],
        }),
        NOISE: float(0.2, 'Standard deviation, in 0..1, of the Gaussian noise that degrades the images.'),
      },
      { workflows: [SSL] },
    ),
    IMAGE_TO_IMAGE: ImageToImageSchema,
  },
  { description: 'The workflow and its own settings.' },
);
