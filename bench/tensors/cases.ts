/** The networks and images of the group `tensors`; the reference reads the same descriptions. */

export interface TensorCase {
  name: string;
  network: 'unet' | 'resunet' | 'vit';
  normalization: 'bn' | 'in' | 'ln';
  mode: 'train' | 'infer';
  batch: number;
  /** `[y, x]` or `[z, y, x]`. */
  space: readonly number[];
  /** Of the input images. */
  channels: number;
}

const NETWORKS = [
  { name: 'U-Net 2D', network: 'unet', normalization: 'bn', batch: 4, space: [128, 128], channels: 1 },
  { name: 'U-Net 2D', network: 'unet', normalization: 'bn', batch: 4, space: [256, 256], channels: 1 },
  { name: 'U-Net 3D', network: 'unet', normalization: 'bn', batch: 1, space: [32, 64, 64], channels: 1 },
  { name: 'residual U-Net 2D', network: 'resunet', normalization: 'in', batch: 4, space: [128, 128], channels: 1 },
  { name: 'ViT-tiny classifier', network: 'vit', normalization: 'ln', batch: 8, space: [224, 224], channels: 3 },
] as const;

/** Feature maps of every U-Net here. */
export const FEATURE_MAPS = [16, 32, 64, 128, 256];

/** A. Dosovitskiy et al., ICLR 2021, in the size that H. Touvron et al., ICML 2021, call tiny. */
export const VIT = { patch: 16, width: 192, heads: 3, depth: 12, classes: 10 };

/** Each network trained, then each applied. */
export const tensorCases: readonly TensorCase[] = (['train', 'infer'] as const).flatMap((mode) =>
  NETWORKS.map(({ name, ...rest }) => ({
    ...rest,
    mode,
    name: `${name}, ${rest.batch}×${rest.space.join('×')}, ${mode === 'train' ? 'training step' : 'inference'}`,
  })),
);
