/**
 * Keys that mean something to BiaPy and nothing to Biagraph. They belong to no switch that could be refused, so a value other than the
 * default is told.
 */
import type { Config } from '../core/config/index.js';
import { getKey, keyInfo } from '../core/config/keys.js';
import type { Problem } from '../core/errors.js';

interface KeyWithoutEffect {
  readonly key: string;
  /** What results are the same with, so that it is told by the way. */
  readonly harmless?: boolean;
  /** Whether the job could be meant. */
  readonly concerns: (config: Config) => boolean;
  /** Whether the job is not run, as its network would be another one; else it is a warning. */
  readonly refused?: boolean;
  readonly message: string;
  readonly advice: string;
}

const isFlow = ({ PROBLEM: problem }: Config) =>
  problem.TYPE === 'INSTANCE_SEG' && problem.INSTANCE_SEG.INSTANCE_CREATION_PROCESS === 'gradient-flow';

const always = () => true;
const trains = ({ TRAIN: train }: Config) => train.ENABLE;
const drawsPictures = ({ TRAIN: train }: Config) => train.ENABLE && train.SAVE_TRAIN_PREDS_FREQ > 0;
const PHASES = ['TRAIN', 'VAL', 'TEST'] as const;

/** Classes of whole images are a table, and what a masked autoencoder makes is several pictures. */
export function predictsNoPicture({ PROBLEM: problem }: Config): boolean {
  const masking = problem.TYPE === 'SELF_SUPERVISED' && problem.SELF_SUPERVISED.PRETEXT_TASK === 'masking';
  return problem.TYPE === 'CLASSIFICATION' || masking;
}

const DIVIDED = ['INSTANCE_SEG', 'DETECTION', 'IMAGE_TO_IMAGE'] as const;

/** All of them. */
export const KEYS_WITHOUT_EFFECT: readonly KeyWithoutEffect[] = [
  {
    key: 'PROBLEM.INSTANCE_SEG.CELLPOSE.SCALE_RANGE',
    concerns: (config) => isFlow(config) && config.TRAIN.ENABLE,
    message: 'training images are not scaled to DIAM_MEAN, nor at random around it.',
    advice: 'Use AUGMENTOR.ZOOM with ZOOM_RANGE for objects of different sizes.',
  },
  {
    key: 'PROBLEM.INSTANCE_SEG.CELLPOSE.TEST_DOUBLE_INFERENCE',
    concerns: (config) => isFlow(config) && config.TEST.ENABLE,
    message: 'images are predicted once: their diameter is that of the parts of the predicted foreground.',
    advice: 'Leave it out, or give DIAMETER.',
  },
  {
    key: 'DATA.PREPROCESS.ZOOM.ENABLE',
    concerns: ({
      TRAIN: train,
      DATA: {
        PREPROCESS: { TRAIN, VAL },
      },
    }) => train.ENABLE && (TRAIN || VAL),
    message: 'training images are not zoomed, only those of tests are, as in BiaPy.',
    advice: 'Use DATA.PREPROCESS.RESIZE for training images, or AUGMENTOR.ZOOM for objects of different sizes.',
  },
  ...DIVIDED.map((workflow) => ({
    key: `PROBLEM.${workflow}.SEPARATED_DECODERS_DIVIDE_FEATURE_MAPS`,
    concerns: ({ PROBLEM: problem }: Config) => problem.TYPE === workflow,
    refused: true,
    message: 'this version of Biagraph has no decoders that share the feature maps among them.',
    advice: 'Write False, and smaller FEATURE_MAPS for a smaller network.',
  })),
  {
    key: 'MODEL.VIT_PRETRAINED_WEIGHTS',
    concerns: () => true,
    refused: true,
    message: 'this version of Biagraph fetches no weights.',
    advice: 'Leave it empty, and give a file in PATHS.CHECKPOINT_FILE with MODEL.LOAD_CHECKPOINT.',
  },
  {
    key: 'SYSTEM.NUM_GPUS',
    concerns: ({ SYSTEM: { NUM_GPUS: count, DEVICE: device } }) => count > 1 || (count === 1 && device === 'cpu'),
    harmless: true,
    message: 'one device computes, that of SYSTEM.DEVICE.',
    advice: 'Write DEVICE: auto for a graphics card where there is one.',
  },
  {
    key: 'SYSTEM.PIN_MEM',
    concerns: always,
    harmless: true,
    message: 'pixels lie in memory that all threads share.',
    advice: 'Leave it out.',
  },
  {
    key: 'DATA.VAL.DIST_EVAL',
    concerns: trains,
    harmless: true,
    message: 'one process computes, and validates on all samples.',
    advice: 'Leave it out.',
  },
  {
    key: 'MODEL.FIND_UNUSED_PARAMETERS',
    concerns: trains,
    harmless: true,
    message: 'it is a setting of training on several devices.',
    advice: 'Leave it out.',
  },
  {
    key: 'DATA.TEST.IN_MEMORY',
    concerns: ({ TEST: test }) => test.ENABLE,
    harmless: true,
    message: 'test images are read one after the other, within SYSTEM.MEMORY_BUDGET.',
    advice: 'Leave it out.',
  },
  ...PHASES.flatMap((phase) =>
    phase === 'VAL'
      ? []
      : [
          {
            key: `DATA.${phase}.CHECK_DATA`,
            concerns: (config: Config) => config[phase].ENABLE && config.PROBLEM.TYPE === 'SEMANTIC_SEG',
            harmless: true,
            message: 'each target is looked at when it is read: a number that is no class would spoil the result.',
            advice: 'Leave it out.',
          },
        ],
  ),
  {
    key: 'DATA.TRAIN.PROBABILITY_MAP',
    concerns: ({ TRAIN: train, DATA }) => train.ENABLE && !DATA.TRAIN.EXTRACT_RANDOM_PATCH,
    message: 'it is about patches at random places, and all patches of a grid are taken.',
    advice: 'Write DATA.TRAIN.EXTRACT_RANDOM_PATCH: True, or leave it out.',
  },
  {
    key: 'DATA.VAL.FILTER_SAMPLES.ENABLE',
    concerns: ({ TRAIN: train, DATA }) => train.ENABLE && DATA.VAL.FROM_TRAIN,
    message: 'validation images come from training, and DATA.TRAIN.FILTER_SAMPLES decides.',
    advice: 'Give the conditions there.',
  },
  {
    key: 'DATA.SAVE_FILTERED_IMAGES',
    concerns: ({ DATA, TRAIN: train, TEST: test }) =>
      !(train.ENABLE && (DATA.TRAIN.FILTER_SAMPLES.ENABLE || DATA.VAL.FILTER_SAMPLES.ENABLE)) &&
      !(test.ENABLE && DATA.TEST.FILTER_SAMPLES.ENABLE),
    harmless: true,
    message: 'no samples are filtered.',
    advice: 'Leave it out, or write ENABLE: True in a section FILTER_SAMPLES.',
  },
  {
    key: 'DATA.VAL.RESOLUTION',
    // Unset sizes have become ones.
    concerns: ({ TRAIN: train, DATA: { VAL } }) =>
      train.ENABLE && !VAL.FROM_TRAIN && (VAL.RESOLUTION as number[]).some((size) => size !== 1 && size !== -1),
    message: 'validation images are taken as of the voxel size in DATA.TRAIN.RESOLUTION.',
    advice: 'Leave it out.',
  },
  {
    key: 'PATHS.PROB_MAP_FILENAME',
    concerns: ({ TRAIN: train, DATA }) => train.ENABLE && DATA.TRAIN.EXTRACT_RANDOM_PATCH && DATA.TRAIN.PROBABILITY_MAP,
    harmless: true,
    message: 'where foreground lies is found while images are read, and kept in no file.',
    advice: 'Leave it out.',
  },
  {
    key: 'TRAIN.CHECKPOINT_MONITOR',
    concerns: trains,
    message: 'the best checkpoint is that of the least validation loss.',
    advice: 'Leave it out.',
  },
  {
    key: 'TRAIN.SAVE_TRAIN_PREDS_FREQ',
    concerns: (config) => config.TRAIN.ENABLE && predictsNoPicture(config),
    message: 'what this network predicts of a patch is no picture.',
    advice: 'Leave it out.',
  },
  {
    key: 'TRAIN.SAVE_TRAIN_PREDS_SHOW',
    concerns: drawsPictures,
    harmless: true,
    message: 'pictures are files in PATHS.TRAIN_PRED_SAMPLES, there is no notebook to show them in.',
    advice: 'Leave it out.',
  },
];

function isDefault(config: Config, key: string): boolean {
  return JSON.stringify(getKey(config, key)) === JSON.stringify(keyInfo(key)?.default);
}

/** What is told of such keys that are not as by default. */
export function problemsOfKeysWithoutEffect(config: Config): Problem[] {
  return KEYS_WITHOUT_EFFECT.filter(({ key, concerns }) => concerns(config) && !isDefault(config, key)).map(
    ({ key, refused, harmless, message, advice }) => ({
      severity: refused ? 'error' : harmless ? 'notice' : 'warning',
      key,
      message: refused ? message : `it has no effect: ${message}`,
      advice,
    }),
  );
}
