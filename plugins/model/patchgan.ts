/**
 * PatchGAN, the discriminator of P. Isola et al., Image-to-Image Translation with Conditional Adversarial Networks,
 * CVPR 2017, as BiaPy defines it: one logit for each patch of the image, real or made. 2D.
 */
import Type, { type Static } from 'typebox';
import { TensorError } from '../../core/errors.js';
import { defineModel } from '../../core/plugin/define.js';
import {
  Activation,
  BatchNormalization,
  Convolution,
  Module,
  type Pass,
  Sequential,
  type Tensor,
} from '../../core/tensor/index.js';

const PatchGANOptions = Type.Object(
  { baseFilters: Type.Integer({ minimum: 1, default: 64, description: 'Channels of the first layer.' }) },
  { additionalProperties: false },
);

export type PatchGANParameters = Static<typeof PatchGANOptions> & { inputChannels: number };

/** Layers that halve the image; each has twice the channels of the one before. */
const HALVINGS = 4;

/**
 * Builds the network over images `[n, y, x, c]` of sides of 32 or more; its output is a map of logits `[n, y', x', 1]`,
 * with sides of a sixteenth less one.
 */
export function buildPatchGAN({ inputChannels, baseFilters }: PatchGANParameters): Module<Tensor[]> {
  return new PatchGAN(inputChannels, baseFilters);
}

class PatchGAN extends Module<Tensor[]> {
  readonly model: Sequential;

  constructor(inputChannels: number, baseFilters: number) {
    super();
    const layer = (inputs: number, outputs: number, stride: number) =>
      new Convolution(inputs, outputs, { kernel: [4, 4], stride: [stride, stride], padding: [1, 1] });
    let channels = inputChannels;
    const parts: Module<Tensor>[] = [];
    for (let i = 0; i < HALVINGS; i++) {
      const outputs = baseFilters * 2 ** i;
      parts.push(
        layer(channels, outputs, 2),
        ...(i > 0 ? [new BatchNormalization(outputs)] : []),
        new Activation('leaky_relu'),
      );
      channels = outputs;
    }
    parts.push(layer(channels, 1, 1));
    this.model = this.child('model', new Sequential(parts));
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    const small = image.shape.slice(1, -1).find((side) => side < 2 ** (HALVINGS + 1));
    if (small !== undefined)
      throw new TensorError(
        `PatchGAN: a side of ${small} pixels is too small. Give patches of ${2 ** (HALVINGS + 1)} or more.`,
        {
          where: { key: 'DATA.PATCH_SIZE' },
        },
      );
    return [this.model.forward(image, pass)];
  }
}

export const patchGAN = defineModel({
  id: 'patchgan',
  summary: 'PatchGAN (Isola et al. 2017), the discriminator of adversarial training as BiaPy builds it, 2D.',
  parameters: PatchGANOptions,
  fromConfig: ({ MODEL }) => ({ baseFilters: MODEL.NAFNET.PATCHGAN.BASE_FILTERS }),
  build({ baseFilters }, { ndim, inputChannels }) {
    if (ndim === 3) throw new TensorError('PatchGAN: the network is 2D.', { where: { key: 'PROBLEM.NDIM' } });
    return buildPatchGAN({ inputChannels, baseFilters });
  },
});
