/** Configurations of typical jobs, as a user would write them. */
import { type Config, loadConfig } from '../../core/config/index.js';

type Tree = { [key: string]: unknown };

const JOB: Tree = {
  PROBLEM: { TYPE: 'SEMANTIC_SEG', NDIM: '2D' },
  DATA: {
    PATCH_SIZE: '(256, 256, 1)',
    TRAIN: { PATH: 'data/train/raw', GT_PATH: 'data/train/label' },
    VAL: { FROM_TRAIN: true, SPLIT_TRAIN: 0.1 },
    TEST: { PATH: 'data/test/raw', GT_PATH: 'data/test/label', LOAD_GT: true },
  },
  AUGMENTOR: { ENABLE: true, VFLIP: true, HFLIP: true, ROT90: true },
  MODEL: { ARCHITECTURE: 'unet', FEATURE_MAPS: [16, 32, 64] },
  TRAIN: { ENABLE: true, OPTIMIZER: ['ADAMW'], LR: [1e-3], BATCH_SIZE: 6, EPOCHS: 20, PATIENCE: 5 },
  TEST: { ENABLE: true },
};

/** A job with `changes` laid over it by dotted key. */
export function configOf(changes: Tree = {}): Config {
  const tree = structuredClone(JOB);
  for (const [key, value] of Object.entries(changes)) {
    const steps = key.split('.');
    const last = steps.pop()!;
    const section = steps.reduce((at, step) => {
      at[step] ??= {};
      return at[step] as Tree;
    }, tree);
    section[last] = value;
  }
  return loadConfig(tree, { checkPaths: false, jobName: 'job' }).config;
}

export const VOLUMES: Tree = {
  'PROBLEM.NDIM': '3D',
  'DATA.PATCH_SIZE': '(20, 128, 128, 1)',
  'DATA.N_CLASSES': 3,
  'DATA.VAL.FROM_TRAIN': false,
  'DATA.VAL.PATH': 'data/val/raw',
  'DATA.VAL.GT_PATH': 'data/val/label',
  'DATA.TEST.OVERLAP': '(0.25, 0.25, 0.25)',
  'DATA.TEST.PADDING': '(2, 16, 16)',
  'AUGMENTOR.ZFLIP': true,
  'MODEL.Z_DOWN': [1, 2],
};

export const TEST_ONLY: Tree = {
  'TRAIN.ENABLE': false,
  'MODEL.LOAD_CHECKPOINT': true,
  'PATHS.CHECKPOINT_FILE': 'model.safetensors',
};
