/**
 * Vision transformer, A. Dosovitskiy et al., An Image is Worth 16x16 Words, ICLR 2021, as timm builds it: the class token
 * stands first, and the class is read from it.
 */
import Type, { type Static } from 'typebox';
import {
  LayerNormalization,
  Linear,
  type Module,
  normal,
  type Pass,
  type Tensor,
  tf,
  truncatedNormal,
} from '../../core/tensor/index.js';
import {
  dropoutFromConfig,
  dropoutProperty,
  presetFromConfig,
  presetProperty,
  TokenNetwork,
  transformerFromConfig,
  transformerProperties,
  withPreset,
} from './blocks-transformer.js';
import { defineNetwork } from './define-network.js';
import { headProperties } from './heads.js';
import { imageProperties } from './levels.js';
import { SingleHead } from './single-head.js';

export const ViTParameters = Type.Object({
  ...imageProperties,
  ...presetProperty,
  ...transformerProperties,
  ...dropoutProperty,
  ...headProperties,
});
export type ViTParameters = Static<typeof ViTParameters>;

/**
 * Builds the network over channels-last images of one size. The output is `[n, classes]`, logits unless activations are
 * asked for.
 *
 * @throws TensorError when images, tokens and attention heads do not fit together.
 */
export function buildViT(parameters: ViTParameters): Module<Tensor[]> {
  return new ViT(withPreset(parameters));
}

class ViT extends TokenNetwork {
  readonly norm: LayerNormalization;
  readonly head: SingleHead;
  readonly classifier: Linear;

  constructor(parameters: ViTParameters) {
    const dense = { weight: truncatedNormal(0.02) };
    super(
      'vit',
      parameters,
      { classToken: normal(1e-6), positions: normal(0.02), projection: 'default', dense },
      parameters.dropout,
    );
    const { embedDim, epsilon } = parameters;
    this.head = new SingleHead('vit', parameters);
    this.norm = this.child('norm', new LayerNormalization(embedDim, epsilon));
    this.classifier = this.child('head', new Linear(embedDim, this.head.channels, { init: dense }));
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    const tokens = this.blocks.reduce((x, block) => block.forward(x, pass), this.embed(image, pass));
    const [n, , width] = tokens.shape;
    // The norm is that of each token, so only that of the class token is needed.
    const first = tf.reshape(tf.slice(tokens, [0, 0, 0], [-1, 1, -1]), [n, width as number]);
    return this.head.finish(this.classifier.forward(this.norm.forward(first, pass), pass));
  }
}

export const vit = defineNetwork({
  id: 'vit',
  summary: 'Vision transformer (Dosovitskiy et al. 2021) for classes of whole images, 2D and 3D.',
  schema: ViTParameters,
  fromConfig: (config) => ({
    ...transformerFromConfig(config),
    preset: presetFromConfig('MODEL.VIT_MODEL', config.MODEL.VIT_MODEL),
    dropout: dropoutFromConfig(config),
  }),
  build: buildViT,
});
