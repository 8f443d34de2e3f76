import {
  bool,
  DEN,
  DET,
  float,
  floats,
  I2I,
  INS,
  int,
  ints,
  intTuple,
  SEM,
  SR,
  SSL,
  section,
  text,
  texts,
} from './key.js';
import { PostProcessingSchema } from './test-post-processing.js';

export const TestSchema = section(
  {
    ENABLE: bool(false, 'Run the test/inference phase.'),
    REDUCE_MEMORY: bool(
      false,
      'Half the memory for joining predicted patches: values are rounded to numbers of two bytes (float16).',
    ),
    METRICS_IN_CPU: bool(false, 'Measure the metrics on the CPU.'),
    SAVE_MODEL_RAW_OUTPUT: bool(true, 'Save the model output before post-processing.'),
    VERBOSE: bool(true, 'Print more while testing.'),
    AUGMENTATION: bool(false, 'Predict in several orientations (8 in 2D, 16 in 3D) and combine them.'),
    AUGMENTATION_MODE: text('mean', 'How the orientations are combined; signed vector channels are always averaged.', {
      choices: ['mean', 'min', 'max'],
    }),
    AUGMENTATION_GROUP: text(
      'auto',
      'Largest set of orientations used: rotations and flips, flips only (4 or 8), or none.',
      { choices: ['auto', 'full', 'flips', 'none'] },
    ),
    ANALIZE_2D_IMGS_AS_3D_STACK: bool(false, 'Stack the predicted 2D images and process them as one volume.', {
      workflows: [SEM, INS, DET],
      ndim: '2D',
    }),
    REUSE_PREDICTIONS: bool(false, 'Read predictions saved by an earlier run instead of running the model.'),
    FULL_IMG: bool(false, 'Predict each image whole instead of patch by patch.', { ndim: '2D' }),
    METRICS: texts([], "Metrics measured in the test; empty takes the workflow's default.", {
      choices: ['iou', 'psnr', 'mae', 'mse', 'ssim', 'pcc', 'fid', 'is', 'lpips', 'accuracy'],
    }),
    EVAL_BORDER_CROP: ints(
      [],
      'Pixels left out at each border when measuring, order [y,x] or [z,y,x]; empty keeps all.',
      { workflows: [SEM, INS, DET, DEN, SR, SSL, I2I] },
    ),
    MATCHING_STATS: bool(true, 'Measure object matching statistics.', { workflows: [INS, I2I] }),
    MATCHING_STATS_THS: floats([0.3, 0.5, 0.75], 'IoU thresholds for a true positive.', { workflows: [INS, I2I] }),
    MATCHING_STATS_THS_COLORED_IMG: floats([], 'IoU thresholds for which a coloured image of the matches is saved.', {
      workflows: [INS, I2I],
    }),
    MATCHING_STATS_BY_IMAGE: bool(true, 'Average the statistics of the images (true) or pool their counts (false).', {
      workflows: [INS, I2I],
    }),
    BY_CHUNKS: section(
      {
        ENABLE: bool(false, 'Predict large volumes piece by piece into a chunked file.', {
          workflows: [SEM, INS, DET],
        }),
        SAVE_OUT_TIF: bool(false, 'Also save the prediction as TIF.', { workflows: [SEM, INS, DET] }),
        FLUSH_EACH: int(100, 'Number of patches after which an H5 file is flushed.', { workflows: [SEM, INS, DET] }),
        Z_START: int(-1, 'First Z slice (included) of this job; -1 starts at the beginning.', {
          workflows: [SEM, INS, DET],
        }),
        Z_END: int(-1, 'Last Z slice (excluded) of this job; -1 goes to the end.', { workflows: [SEM, INS, DET] }),
        WRITE_RAW_PREDICTIONS: bool(false, 'Also write the raw model output to a Zarr file.', {
          workflows: [SEM, INS, DET],
        }),
        PHASES: texts(['prediction', 'instance_creation', 'instance_merging'], 'Phases that this job runs.', {
          choices: ['prediction', 'instance_creation', 'instance_merging'],
          workflows: [SEM, INS, DET],
        }),
        WORKFLOW_PROCESS: section({
          ENABLE: bool(true, "Run the workflow's own steps on the prediction.", { workflows: [SEM, INS, DET] }),
          TYPE: text('chunk_by_chunk', 'Run those steps on each tile or on the whole prediction in memory.', {
            choices: ['chunk_by_chunk', 'entire_pred'],
            workflows: [SEM, INS, DET],
          }),
          PATCHES_PER_TILE: intTuple([1, 1, 1], 'Number of patches, order (z,y,x), grouped in a tile.', {
            workflows: [SEM, INS, DET],
          }),
          INSTANCE_SEG_MERGE_IOU_TH: float(
            0.3,
            'Normalized IoU in (0,1] from which two instances across a tile border are joined.',
            { workflows: [INS] },
          ),
        }),
      },
      { ndim: '3D' },
    ),
    DET_POINT_CREATION_FUNCTION: text('peak_local_max', 'Algorithm that turns probabilities into points.', {
      choices: ['peak_local_max', 'blob_log'],
      workflows: [DET],
    }),
    DET_PEAK_LOCAL_MAX_MIN_DISTANCE: int(1, 'Smallest distance in pixels between two peaks.', { workflows: [DET] }),
    DET_TH_TYPE: text('manual', 'Peak threshold set by hand or by Otsu.', {
      choices: ['manual', 'auto'],
      workflows: [DET],
    }),
    DET_MIN_TH_TO_BE_PEAK: float(0.2, 'Lowest probability of a point.', { workflows: [DET] }),
    DET_EXCLUDE_BORDER: bool(false, 'Ignore peaks on the image border.', { workflows: [DET] }),
    DET_BLOB_LOG_MIN_SIGMA: int(5, 'Smallest sigma of the blob search.', { workflows: [DET] }),
    DET_BLOB_LOG_MAX_SIGMA: int(10, 'Largest sigma of the blob search.', { workflows: [DET] }),
    DET_BLOB_LOG_NUM_SIGMA: int(2, 'Number of sigmas tried in the blob search.', { workflows: [DET] }),
    DET_TOLERANCE: int(10, 'Largest distance between a predicted and a true point to count as correct.', {
      workflows: [DET],
    }),
    POST_PROCESSING: PostProcessingSchema,
  },
  { description: 'Inference, metrics, post-processing.' },
);
