import { Type } from 'typebox';
import {
  bool,
  CLS,
  DEN,
  DET,
  float,
  floats,
  I2I,
  INS,
  Ints,
  int,
  ints,
  listOf,
  mapping,
  SEM,
  SR,
  SSL,
  section,
  text,
  texts,
} from './key.js';
import { BmzSchema } from './model-bmz.js';
import { HrnetSchema } from './model-hrnet.js';
import { NafnetSchema } from './model-nafnet.js';
import { RdbmSchema } from './model-rdbm.js';
import { StunetSchema } from './model-stunet.js';
import { DptSchema, VitReadoutSchema } from './model-vit-heads.js';

export const ModelSchema = section(
  {
    SOURCE: text(
      'biapy',
      'Where the model comes from: built from this configuration, the BioImage Model Zoo, or TorchVision.',
      { choices: ['biapy', 'bmz', 'torchvision'] },
    ),
    ARCHITECTURE: text('unet', 'Network to build (compared in lower case); the allowed set depends on the workflow.', {
      choices: [
        'unet',
        'resunet',
        'resunet++',
        'attention_unet',
        'multiresunet',
        'seunet',
        'resunet_se',
        'unetr',
        'unext_v1',
        'unext_v2',
        'hrnet',
        'stunet',
        'dpt',
        'vit_readout',
        'edsr',
        'rcan',
        'dfcan',
        'wdsr',
        'wavelettention',
        'nafnet',
        'rdbm',
        'vit',
        'mae',
        'simple_cnn',
        'efficientnet_b0',
        'efficientnet_b1',
        'efficientnet_b2',
        'efficientnet_b3',
        'efficientnet_b4',
        'efficientnet_b5',
        'efficientnet_b6',
        'efficientnet_b7',
      ],
    }),
    FEATURE_MAPS: ints(
      [16, 32, 64, 128, 256],
      'Number of feature maps at each level, from the finest to the bottleneck.',
      { workflows: [SEM, INS, DET, DEN, SR, SSL, I2I] },
    ),
    DROPOUT_VALUES: floats(
      [0, 0, 0, 0, 0],
      'Dropout rate in 0..1 at each level, or a single rate for the transformer networks.',
    ),
    NORMALIZATION: text('in', 'Normalization layer: instance, batch, synchronized batch, group, or layer.', {
      choices: ['in', 'bn', 'sync_bn', 'gn', 'ln'],
    }),
    KERNEL_SIZE: int(3, 'Convolution kernel side.', { workflows: [SEM, INS, DET, DEN, SR, SSL, I2I] }),
    UPSAMPLE_LAYER: text('convtranspose', 'How the decoder enlarges its maps (compared in lower case).', {
      choices: ['upsampling', 'convtranspose'],
      workflows: [SEM, INS, DET, DEN, SR, SSL, I2I],
    }),
    ACTIVATION: text('elu', 'Activation used inside the network.', {
      choices: [
        'relu',
        'tanh',
        'leaky_relu',
        'elu',
        'gelu',
        'silu',
        'sigmoid',
        'softmax',
        'linear',
        'softplus',
        'none',
      ],
    }),
    Z_DOWN: ints([0, 0, 0, 0], 'Downsampling factor (1 or 2) along Z at each level; all zeros becomes 2 everywhere.', {
      choices: [0, 1, 2],
      workflows: [SEM, INS, DET, DEN, SR, SSL, I2I],
      ndim: '3D',
    }),
    YX_DOWN: listOf(
      Type.Union([Type.Integer(), Ints]),
      [0, 0, 0, 0],
      'Downsampling factor (1 or 2) along Y and X at each level, or a [y,x] pair in one level for most U-Nets; all zeros becomes 2 everywhere.',
      { workflows: [SEM, INS, DET, DEN, SR, SSL, I2I] },
    ),
    ISOTROPY: listOf(
      Type.Boolean(),
      [true, true, true, true, true],
      'List of booleans, one for each level: whether kernels act on Z as on Y and X.',
      { workflows: [SEM, INS, DET, DEN, SR, SSL, I2I], ndim: '3D' },
    ),
    LARGER_IO: bool(false, 'Add convolutions with larger kernels at the input and at the output.', {
      workflows: [SEM, INS, DET, DEN, SR, SSL, I2I],
    }),
    CONV_LAYERS: ints(
      [2, 2, 2, 2, 2],
      'Number of convolutions (ConvNeXt blocks in the U-NeXt networks) at each level; one value is repeated.',
      { workflows: [SEM, INS, DET, DEN, SR, SSL, I2I] },
    ),
    CONV_BLOCK_ORDER: text('conv_norm_act', 'Order of the layers in a convolution block.', {
      choices: ['conv_norm_act', 'norm_act_conv'],
      workflows: [SEM, INS, DET, DEN, SR, SSL, I2I],
    }),
    CONVNEXT_SD_PROB: float(0.1, 'Largest stochastic-depth probability of the U-NeXt networks.', {
      workflows: [SEM, INS, DET, DEN, SR, SSL, I2I],
    }),
    CONVNEXT_LAYER_SCALE: float(1e-6, 'Starting layer scale of unext_v1.', {
      workflows: [SEM, INS, DET, DEN, SR, SSL, I2I],
    }),
    CONVNEXT_STEM_K_SIZE: int(2, 'Kernel side of the U-NeXt stem.', { workflows: [SEM, INS, DET, DEN, SR, SSL, I2I] }),
    UNETR_VIT_MODEL: text('custom', 'ViT used as the encoder of UNETR; its token side must be a power of two.', {
      choices: [
        'custom',
        'vit_base_patch16',
        'vit_large_patch16',
        'vit_huge_patch14',
        'sam3_vit',
        'celldino_vit',
        'dinov3_vit',
      ],
      workflows: [SEM, INS, DET, DEN, SSL, I2I],
    }),
    UNETR_VIT_HIDD_MULT: int(
      -1,
      'Every how many encoder blocks a skip connection is taken; -1 spaces them evenly (layers divided by log2 of the token side).',
      { workflows: [SEM, INS, DET, DEN, SSL, I2I] },
    ),
    UNETR_VIT_NUM_FILTERS: int(16, 'Filters of the first UNETR decoder level, doubled at each further level.', {
      workflows: [SEM, INS, DET, DEN, SSL, I2I],
    }),
    UNET_SR_UPSAMPLE_POSITION: text('pre', 'Whether U-Nets enlarge the image before or after the network.', {
      choices: ['pre', 'post'],
      workflows: [SR],
    }),
    VIT_MODEL: text('custom', 'ViT preset; custom takes the other ViT settings and the rest fix them.', {
      choices: [
        'custom',
        'vit_base_patch16',
        'vit_large_patch16',
        'vit_huge_patch14',
        'sam3_vit',
        'celldino_vit',
        'dinov3_vit',
      ],
      workflows: [SEM, INS, DET, DEN, SSL, CLS, I2I],
    }),
    VIT_PRETRAINED_WEIGHTS: text(
      '',
      'Hub repository, address or file of the pretrained ViT weights; empty trains from scratch.',
      { workflows: [SEM, INS, DET, DEN, SSL, CLS, I2I], ndim: '2D' },
    ),
    VIT_TOKEN_SIZE: int(16, 'Side in pixels of a ViT token (custom preset).', {
      workflows: [SEM, INS, DET, DEN, SSL, CLS, I2I],
    }),
    VIT_EMBED_DIM: int(768, 'Embedding width of the ViT.', { workflows: [SEM, INS, DET, DEN, SSL, CLS, I2I] }),
    VIT_NUM_LAYERS: int(12, 'Number of ViT encoder blocks.', { workflows: [SEM, INS, DET, DEN, SSL, CLS, I2I] }),
    VIT_NUM_HEADS: int(12, 'Number of attention heads of the ViT; must divide the embedding width.', {
      workflows: [SEM, INS, DET, DEN, SSL, CLS, I2I],
    }),
    VIT_MLP_RATIO: float(4, 'Hidden width of the ViT feed-forward layers as a multiple of the embedding width.', {
      workflows: [SEM, INS, DET, DEN, SSL, CLS, I2I],
    }),
    VIT_NORM_EPS: float(1e-6, 'Epsilon of the ViT normalization layers.', {
      workflows: [SEM, INS, DET, DEN, SSL, CLS, I2I],
    }),
    VIT_TOKEN_STRIDE: int(-1, 'Stride in pixels between tokens for dpt and vit_readout; -1 equals the token side.', {
      workflows: [SEM, INS, DET, DEN, I2I],
      ndim: '2D',
    }),
    VIT_DROP_PATH_RATE: float(0, 'Stochastic-depth rate in 0..1 of the last ViT block for dpt and vit_readout.', {
      workflows: [SEM, INS, DET, DEN, I2I],
      ndim: '2D',
    }),
    VIT_GRAD_CHECKPOINTING: bool(
      false,
      'Recompute ViT blocks in the backward pass to save memory for dpt and vit_readout.',
      { workflows: [SEM, INS, DET, DEN, I2I], ndim: '2D' },
    ),
    MAE_DEC_HIDDEN_SIZE: int(512, 'Embedding width of the MAE decoder.', { workflows: [SSL] }),
    MAE_DEC_NUM_LAYERS: int(8, 'Number of MAE decoder blocks.', { workflows: [SSL] }),
    MAE_DEC_NUM_HEADS: int(16, 'Number of attention heads of the MAE decoder.', { workflows: [SSL] }),
    MAE_DEC_MLP_DIMS: int(2048, 'Hidden width of the MAE decoder feed-forward layers.', { workflows: [SSL] }),
    MAE_MASK_TYPE: text('grid', 'Pattern of the masked tokens.', { choices: ['grid', 'random'], workflows: [SSL] }),
    MAE_MASK_RATIO: float(0.5, 'Share of masked tokens in 0..1 for the random pattern.', { workflows: [SSL] }),
    DPT: DptSchema,
    VIT_READOUT: VitReadoutSchema,
    RCAN_RG_BLOCK_NUM: int(10, 'Number of residual groups of RCAN.', { workflows: [SEM, SR, SSL, I2I] }),
    RCAN_RCAB_BLOCK_NUM: int(20, 'Number of attention blocks in each residual group of RCAN.', {
      workflows: [SEM, SR, SSL, I2I],
    }),
    RCAN_CONV_FILTERS: int(16, 'Filters of the RCAN convolutions.', { workflows: [SEM, SR, SSL, I2I] }),
    RCAN_REDUCTION_RATIO: int(16, 'Channel reduction of the RCAN channel attention.', {
      workflows: [SEM, SR, SSL, I2I],
    }),
    RCAN_UPSCALING_LAYER: bool(true, 'Keep the upscaling layer of RCAN.', { workflows: [SEM, SR, SSL, I2I] }),
    HRNET: HrnetSchema,
    STUNET: StunetSchema,
    NAFNET: NafnetSchema,
    RDBM: RdbmSchema,
    WAVELETTENTION_EMBED_DIM: int(180, 'Width of the patch features of the wavelet attention network.', {
      workflows: [SR],
    }),
    WAVELETTENTION_DEPTHS: ints([6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6], 'Number of attention blocks in each group.', {
      workflows: [SR],
    }),
    WAVELETTENTION_NUM_HEADS: ints(
      [6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6],
      'Number of attention heads in each group, as many entries as groups.',
      { workflows: [SR] },
    ),
    WAVELETTENTION_WINDOW_SIZE: int(16, 'Side in pixels of the attention window.', { workflows: [SR] }),
    WAVELETTENTION_COMPRESS_RATIO: int(3, 'Channel compression in the convolutional attention block.', {
      workflows: [SR],
    }),
    WAVELETTENTION_SQUEEZE_FACTOR: int(30, 'Channel squeeze of the channel attention.', { workflows: [SR] }),
    WAVELETTENTION_CONV_SCALE: float(0.01, 'Weight of the convolutional branch next to the attention branch.', {
      workflows: [SR],
    }),
    WAVELETTENTION_OVERLAP_RATIO: float(0.5, 'Overlap of the cross-attention windows.', { workflows: [SR] }),
    WAVELETTENTION_MLP_RATIO: float(2, 'Hidden width of the feed-forward layers as a multiple of the feature width.', {
      workflows: [SR],
    }),
    LOAD_CHECKPOINT: bool(false, 'Start from a checkpoint file.'),
    ITEMS_TO_LOAD_FROM_CHECKPOINT: texts(['weights', 'norm', 'model_arch'], 'What is taken from the checkpoint.', {
      choices: ['weights', 'norm', 'model_arch', 'optimizer', 'epoch'],
    }),
    LOAD_CHECKPOINT_EPOCH: text('best_on_val', 'Which checkpoint of the job to load when no file is named.', {
      choices: ['best_on_val', 'last_on_train'],
    }),
    OUT_CHECKPOINT_FORMAT: text('pth', 'File format of saved checkpoints.', { choices: ['pth', 'safetensors'] }),
    SKIP_UNMATCHED_LAYERS: bool(false, 'Skip checkpoint layers whose shape does not fit instead of failing.'),
    SAVE_CKPT_FREQ: int(-1, 'Save a further checkpoint every this many epochs; -1 only keeps the usual ones.'),
    FREEZE_LAYERS_MATCHING: texts(
      [],
      'Regular expressions; parameters whose full name matches any of them are not trained.',
    ),
    FIND_UNUSED_PARAMETERS: bool(false, 'Tell distributed training that some parameters may be unused in a step.'),
    BMZ: BmzSchema,
    TORCHVISION_MODEL_NAME: text('', 'Name of the TorchVision model; the allowed names depend on the workflow.', {
      workflows: [SEM, INS, DET, CLS],
      ndim: '2D',
    }),
    PARAMETERS: mapping('Parameters of an architecture that a plugin brings; the plugin says which. Biagraph only.'),
  },
  { description: 'The network, its checkpoint and its export.' },
);
