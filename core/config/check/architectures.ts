import type { Workflow } from '../schema/key.js';

/** U-Nets that share levels, down-sampling factors and separate decoders (list A of the rules). */
export const unets = ['unet', 'resunet', 'resunet++', 'seunet', 'resunet_se', 'attention_unet', 'unext_v1', 'unext_v2'];
/** Those whose blocks can be ordered norm, activation, convolution. */
export const plainUnets = unets.filter((name) => !name.startsWith('unext'));

const superResolution = ['edsr', 'rcan', 'dfcan', 'wdsr'];
const heads = ['dpt', 'vit_readout'];
const segmentation = [...unets, 'multiresunet', 'unetr', 'hrnet', 'stunet', ...heads];

/** Table 11.1: architectures that a workflow takes. */
export const architecturesOf: Record<Workflow, string[]> = {
  INSTANCE_SEG: segmentation,
  DETECTION: segmentation,
  SEMANTIC_SEG: [...segmentation, ...superResolution],
  DENOISING: [...segmentation, 'nafnet'],
  SUPER_RESOLUTION: [...superResolution, 'wavelettention', ...unets, 'multiresunet'],
  IMAGE_TO_IMAGE: [...segmentation, ...superResolution, 'nafnet', 'rdbm'],
  SELF_SUPERVISED: [...unets, 'multiresunet', 'unetr', ...superResolution, 'vit', 'mae', 'hrnet', 'stunet'],
  CLASSIFICATION: ['simple_cnn', 'vit', ...Array.from({ length: 8 }, (_, i) => `efficientnet_b${i}`)],
};

export const allArchitectures = [...new Set(Object.values(architecturesOf).flat())];

/** Architectures that exist in 3D, classification aside (R263). */
export const solidArchitectures = [
  ...unets,
  'multiresunet',
  'unetr',
  'vit',
  'mae',
  'dfcan',
  'rcan',
  'hrnet',
  'stunet',
  'nafnet',
  'wavelettention',
];

/** Of these, those that the rules allow in 3D and whose networks are 2D, in BiaPy too. */
export const planeArchitectures = ['dfcan', 'nafnet'];

/** Architectures that can predict more than two classes, classification aside (R264). */
export const classArchitectures = segmentation;

/** Architectures whose heads are built on a vision transformer. */
export const transformerHeads = heads;
