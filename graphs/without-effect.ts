/**
 * Keys that change a run of BiaPy and none of Biagraph. They belong to no switch that could be refused, so a value other than the default
 * is told.
 */
import type { Config } from '../core/config/index.js';
import { getKey, keyInfo } from '../core/config/keys.js';
import type { Problem } from '../core/errors.js';

interface KeyWithoutEffect {
  readonly key: string;
  /** Whether the job could be meant. */
  readonly concerns: (config: Config) => boolean;
  /** Whether the job is not run, as its network would be another one; else it is a warning. */
  readonly refused?: boolean;
  readonly message: string;
  readonly advice: string;
}

const isFlow = ({ PROBLEM: problem }: Config) =>
  problem.TYPE === 'INSTANCE_SEG' && problem.INSTANCE_SEG.INSTANCE_CREATION_PROCESS === 'gradient-flow';

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
];

/** What is told of such keys that are not as by default. */
export function problemsOfKeysWithoutEffect(config: Config): Problem[] {
  return KEYS_WITHOUT_EFFECT.filter(
    ({ key, concerns }) => concerns(config) && getKey(config, key) !== keyInfo(key)?.default,
  ).map(({ key, refused, message, advice }) => ({
    severity: refused ? 'error' : 'warning',
    key,
    message: refused ? message : `it has no effect: ${message}`,
    advice,
  }));
}
