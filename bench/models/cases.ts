/** The networks of the group `models`, with sizes that make a step last some tenths of a second. */

export interface ModelCase {
  name: string;
  network: 'rcan' | 'unext_v2' | 'unetr' | 'resunet++' | 'hrnet' | 'efficientnet_b0';
  batch: number;
  /** Of a square image. */
  side: number;
  /** Of the image; 1. */
  channels?: number;
  /** How many times smaller than the image the prediction is; 1. */
  smaller?: number;
  /** Of whole images; a foreground per pixel where not given. */
  classes?: number;
  /** `KEY=VALUE`, ours. */
  set: readonly string[];
  /** The same as arguments of the reference. */
  reference: Readonly<Record<string, number | readonly number[]>>;
}

export const modelCases: readonly ModelCase[] = [
  {
    name: 'RCAN',
    network: 'rcan',
    batch: 2,
    side: 64,
    set: [
      'MODEL.RCAN_RG_BLOCK_NUM=3',
      'MODEL.RCAN_RCAB_BLOCK_NUM=4',
      'MODEL.RCAN_CONV_FILTERS=32',
      'MODEL.RCAN_REDUCTION_RATIO=8',
      'MODEL.RCAN_UPSCALING_LAYER=False',
    ],
    reference: { groups: 3, blocks: 4, width: 32, reduction: 8 },
  },
  {
    name: 'U-NeXt V2',
    network: 'unext_v2',
    batch: 2,
    side: 128,
    // Without paths that drop out at random: both sides do the same work in each step.
    set: ['MODEL.FEATURE_MAPS=[32,64,128,256]', 'MODEL.CONV_LAYERS=[2,2,2,2]', 'MODEL.CONVNEXT_SD_PROB=0'],
    reference: { maps: [32, 64, 128, 256], blocks: 2 },
  },
  {
    name: 'UNETR',
    network: 'unetr',
    batch: 2,
    side: 128,
    set: [
      'MODEL.VIT_TOKEN_SIZE=16',
      'MODEL.VIT_EMBED_DIM=192',
      'MODEL.VIT_NUM_LAYERS=12',
      'MODEL.VIT_NUM_HEADS=3',
      'MODEL.NORMALIZATION=in',
      'MODEL.ACTIVATION=elu',
    ],
    reference: { side: 128, token: 16, width: 192, heads: 3, depth: 12, filters: 16, every: 3 },
  },
  {
    name: 'ResUNet++',
    network: 'resunet++',
    batch: 2,
    side: 128,
    set: ['MODEL.FEATURE_MAPS=[16,32,64,128,256]', 'MODEL.NORMALIZATION=bn', 'MODEL.ACTIVATION=elu'],
    reference: { maps: [16, 32, 64, 128, 256] },
  },
  {
    name: 'HRNet W18',
    network: 'hrnet',
    batch: 2,
    side: 128,
    smaller: 4,
    set: ['MODEL.HRNET.VARIANT=W18', 'MODEL.ACTIVATION=relu'],
    reference: { width: 18 },
  },
  {
    name: 'EfficientNet B0',
    network: 'efficientnet_b0',
    batch: 4,
    side: 128,
    channels: 3,
    classes: 10,
    set: ['DATA.N_CLASSES=10'],
    reference: { classes: 10 },
  },
];
