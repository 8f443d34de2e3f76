import { Type } from 'typebox';
import { bool, ChannelOptions, float, INS, int, ints, listOf, section, text, texts, tuple } from './key.js';

export const InstanceSegSchema = section(
  {
    TYPE: text('regular', 'Kind of objects: ordinary instances or synaptic sites.', {
      choices: ['regular', 'synapses'],
    }),
    DATA_CHANNELS: texts(
      ['B', 'C'],
      'Ordered list of target representations the model learns; choices name the letters for regular objects plus the synapse ones, I and We being appended by the checker and E being expanded into its three parts.',
      {
        choices: [
          'F',
          'B',
          'P',
          'C',
          'H',
          'V',
          'Z',
          'Db',
          'Dc',
          'Dn',
          'D',
          'R',
          'T',
          'A',
          'E',
          'E_offset',
          'E_sigma',
          'E_seediness',
          'M',
          'Gv',
          'Gh',
          'Gz',
          'We',
          'I',
          'F_pre',
          'F_post',
          'F_cleft',
        ],
      },
    ),
    DATA_CHANNELS_EXTRA_OPTS: listOf(
      ChannelOptions,
      [{}],
      "List holding exactly one mapping, channel letter to that channel's own options (see the rules document for options and their defaults).",
    ),
    DATA_CHANNELS_LOSSES: texts([], 'Loss of each channel in order; empty lets the checker pick one per channel.', {
      choices: ['bce', 'ce', 'mse', 'l1', 'mae', 'embedseg'],
    }),
    CLASS_REBALANCE_WITHIN_CHANNELS: bool(
      true,
      'Weight rare pixels inside each channel more, from per-batch pixel counts.',
    ),
    CHANNELS_PER_HEAD_INFO: ints(
      [],
      'Number of output channels predicted by each head, in order; empty puts all channels in one head.',
    ),
    SEPARATED_DECODERS_PER_HEAD: bool(false, 'Build one decoder for each head instead of a shared one.'),
    SEPARATED_DECODERS_DIVIDE_FEATURE_MAPS: bool(
      false,
      'Divide the feature maps by the number of decoders so the model size stays close to the single-decoder one.',
    ),
    DATA_CHANNEL_WEIGHTS: tuple(
      [1, 1],
      'Weight of each channel in the loss, one per channel and one more for the class head when there are more than two classes.',
    ),
    BORDER_EXTRA_WEIGHTS: text(
      '',
      'Extra weight map that stresses borders between touching instances; empty disables it.',
      { choices: ['', 'unet-like'] },
    ),
    INSTANCE_CREATION_PROCESS: text(
      '',
      'How channels are turned into labelled objects; empty lets the checker choose from the channels.',
      { choices: ['', 'watershed', 'gradient-flow', 'stardist', 'embeddings', 'agglomeration'] },
    ),
    WATERSHED: section({
      SEED_CHANNELS: texts(
        [],
        'Channels combined to make the watershed seeds; empty takes the default of the channel set.',
      ),
      SEED_CHANNELS_THRESH: listOf(
        Type.Union([Type.String(), Type.Number()]),
        [],
        'Threshold for each seed channel: a number in 0..1 or the word auto (Otsu).',
      ),
      TOPOGRAPHIC_SURFACE_CHANNEL: text(
        '',
        'Channel used as the relief on which seeds grow; empty takes the default of the channel set.',
      ),
      GROWTH_MASK_CHANNELS: texts(
        [],
        'Channels combined to make the mask that bounds the growth; empty takes the default of the channel set.',
        { choices: ['F', 'B', 'C', 'Db', 'Dc', 'Dn', 'D', 'A'] },
      ),
      GROWTH_MASK_CHANNELS_THRESH: listOf(
        Type.Union([Type.String(), Type.Number()]),
        [],
        'Threshold for each growth-mask channel: a number in 0..1 or the word auto.',
      ),
      SEED_MORPH_SEQUENCE: texts([], 'Morphological operations applied to the seeds, in this order.', {
        choices: ['dilate', 'erode'],
      }),
      SEED_MORPH_RADIUS: ints([], 'Radius in pixels of each operation listed in the seed morphology sequence.'),
      ERODE_AND_DILATE_GROWTH_MASK: bool(
        false,
        'Erode and then dilate the growth mask to remove small holes before growing.',
      ),
      FORE_EROSION_RADIUS: int(5, 'Erosion radius in pixels for the growth mask.'),
      FORE_DILATION_RADIUS: int(5, 'Dilation radius in pixels for the growth mask.'),
      DATA_CHECK_MW: bool(false, 'Write the intermediate watershed images for inspection.'),
      DATA_REMOVE_SMALL_OBJ_BEFORE: int(
        10,
        'Size in pixels under which seed objects are dropped before the watershed.',
      ),
      DATA_REMOVE_BEFORE_MW: bool(false, 'Turn on the removal of small seed objects before the watershed.'),
      BY_2D_SLICES: bool(false, 'Run the watershed slice by slice along Z in a volume (or in a stack of 2D images).', {
        ndim: '3D',
      }),
    }),
    AGGLOMERATION: section(
      {
        FRAGMENT_SEED_TH: float(0.9, 'Affinity threshold for the seeds of the first over-segmentation.'),
        FRAGMENT_GROWTH_TH: float(0.1, 'Affinity threshold of the mask in which the fragments grow.'),
        MERGE_TH: float(0.5, 'Two fragments are joined while their boundary affinity score is at least this value.'),
        MERGE_QUANTILE: float(50, 'Percentile (0 to 100) of the boundary affinities that serves as the merge score.'),
        MIN_EDGE_VOXELS: int(5, 'Number of supporting voxel pairs a boundary needs before it can cause a merge.'),
      },
      { ndim: '3D' },
    ),
    STARDIST: section({
      PROB_THRESH: float(0.4, 'Object probability above which a pixel proposes a star-convex shape.'),
      NMS_IOU_THRESH: float(0.3, 'IoU above which overlapping star-convex candidates suppress each other.'),
      GRID: ints([], 'Output stride of the head along each axis; empty means 1 on every axis.'),
    }),
    CELLPOSE: section({
      FG_THRESH: float(0.5, 'Foreground probability above which pixels are followed along the flow.'),
      FLOW_THRESHOLD: float(
        0.4,
        'Largest mean squared flow error a mask may have before it is discarded; 0 disables the check.',
      ),
      N_STEPS: int(
        200,
        'Number of Euler integration steps (scaled internally by the ratio of diameter to reference diameter).',
      ),
      DIAMETER: float(0, 'Expected object diameter in pixels of the test data; 0 estimates it.'),
      DIAM_MEAN: float(30, 'Reference diameter in pixels to which training and test objects are rescaled.'),
      SCALE_RANGE: float(
        0.5,
        'Width of the random scale jitter on top of the diameter rescaling while training: factor uniform in 1 minus half to 1 plus half of this value.',
      ),
      TEST_DOUBLE_INFERENCE: bool(
        true,
        'When the diameter is 0, estimate it for each test image with a first pass on a central patch.',
      ),
    }),
    OMNIPOSE: section({
      MASK_THRESHOLD: float(
        0,
        'Predicted distance above which pixels are followed (hysteresis from one below this value).',
      ),
      FLOW_THRESHOLD: float(0.4, 'Largest flow error a mask may have before it is discarded; 0 disables the check.'),
      NITER: int(0, 'Number of Euler steps; 0 derives it from the mean predicted distance.'),
    }),
    EMBEDSEG: section({
      FG_THRESH: float(0.5, 'Seediness above which pixels take part in the clustering.'),
      SEED_THRESH: float(0.9, 'Seediness a pixel needs to start a new object.'),
      MIN_MASK_SUM: int(0, 'Smallest number of foreground pixels for the clustering to be run at all.'),
      MIN_UNCLUSTERED_SUM: int(0, 'Clustering stops when fewer unassigned foreground pixels than this remain.'),
      GRID_SIZE: int(
        -1,
        'Side in pixels of the reference coordinate grid (coordinate step is 1/(size-1)); -1 takes the largest image side of the data set.',
      ),
    }),
    SYNAPSES: section(
      {
        POINT_CREATION_FUNCTION: text('peak_local_max', 'Algorithm that turns the predicted maps into points.', {
          choices: ['peak_local_max', 'blob_log'],
        }),
        PEAK_LOCAL_MAX_MIN_DISTANCE: int(1, 'Smallest distance in voxels between two peaks.'),
        TH_TYPE: text(
          'auto',
          'How the peak threshold is set: Otsu, fixed, or relative to the maximum of the patch or of the whole prediction.',
          { choices: ['auto', 'manual', 'relative_by_patch', 'relative'] },
        ),
        MIN_TH_TO_BE_PEAK: float(0.2, 'Lowest value (absolute, or relative to the maximum) a peak may have.'),
        EXCLUDE_BORDER: bool(false, 'Ignore peaks on the border of the image.'),
        BLOB_LOG_MIN_SIGMA: int(5, 'Smallest Gaussian sigma in the Laplacian-of-Gaussian blob search.'),
        BLOB_LOG_MAX_SIGMA: int(10, 'Largest Gaussian sigma in the blob search.'),
        BLOB_LOG_NUM_SIGMA: int(2, 'Number of sigmas tried between the two bounds.'),
        REMOVE_CLOSE_PRE_POINTS_RADIUS: int(0, 'Radius within which presynaptic points are merged; 0 disables it.'),
        REMOVE_CLOSE_POST_POINTS_RADIUS: int(0, 'Radius within which postsynaptic points are merged; 0 disables it.'),
        REMOVE_CLOSE_POINTS_RADIUS_BY_MASK: bool(
          false,
          'Merge close postsynaptic points only if they lie in the same connected component of the thresholded prediction.',
        ),
      },
      { ndim: '3D' },
    ),
  },
  { workflows: [INS] },
);
