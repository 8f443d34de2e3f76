/** The networks and images of the group `tensors`; the reference reads the same descriptions. */

export interface TensorCase {
  name: string;
  network: 'unet' | 'resunet';
  normalization: 'bn' | 'in';
  mode: 'train' | 'infer';
  batch: number;
  /** `[y, x]` or `[z, y, x]`. */
  space: readonly number[];
}

const NETWORKS = [
  { name: 'U-Net 2D', network: 'unet', normalization: 'bn', batch: 4, space: [128, 128] },
  { name: 'U-Net 2D', network: 'unet', normalization: 'bn', batch: 4, space: [256, 256] },
  { name: 'U-Net 3D', network: 'unet', normalization: 'bn', batch: 1, space: [32, 64, 64] },
  { name: 'residual U-Net 2D', network: 'resunet', normalization: 'in', batch: 4, space: [128, 128] },
] as const;

/** Feature maps of every network here. */
export const FEATURE_MAPS = [16, 32, 64, 128, 256];

/** Each network trained, then each applied. */
export const tensorCases: readonly TensorCase[] = (['train', 'infer'] as const).flatMap((mode) =>
  NETWORKS.map(({ name, ...rest }) => ({
    ...rest,
    mode,
    name: `${name}, ${rest.batch}×${rest.space.join('×')}, ${mode === 'train' ? 'training step' : 'inference'}`,
  })),
);
