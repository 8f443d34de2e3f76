/** BiaPy's small convolutional classifier, 2D and 3D. Weights start as PyTorch's do. */
import Type, { type Static } from 'typebox';
import { TensorError } from '../../core/errors.js';
import {
  Activation,
  BatchNormalization,
  Convolution,
  Dropout,
  Linear,
  MaxPooling,
  Module,
  type Pass,
  Sequential,
  type Tensor,
  tf,
} from '../../core/tensor/index.js';
import { cube } from './blocks.js';
import { defineNetwork } from './define-network.js';
import { headProperties } from './heads.js';
import { checkImageSize, imageSizeFromConfig, imageSizeProperty, requireImageSize } from './image-size.js';
import { imageProperties, levelProperties } from './levels.js';
import { flatten, SingleHead } from './single-head.js';

const WIDTHS = [32, 64];

export const SimpleCNNParameters = Type.Object({
  ...imageProperties,
  ...imageSizeProperty,
  activation: levelProperties.activation,
  softmax: Type.Boolean({
    default: true,
    description:
      'End with a softmax, as BiaPy does in training too, although its loss applies another one to the result.',
  }),
  heads: headProperties.heads,
});
export type SimpleCNNParameters = Static<typeof SimpleCNNParameters>;

/**
 * Builds the network over channels-last images of one size. The output is `[n, classes]`.
 *
 * @throws TensorError when images are too small for two poolings.
 */
export function buildSimpleCNN(parameters: SimpleCNNParameters): Module<Tensor[]> {
  return new SimpleCNN(parameters);
}

class SimpleCNN extends Module<Tensor[]> {
  readonly blocks: Sequential[];
  readonly dropout = new Dropout(0.5);
  readonly classifier: Linear;

  constructor(readonly parameters: SimpleCNNParameters) {
    super();
    const { ndim, inputChannels, imageSize, activation } = parameters;
    checkImageSize('simple_cnn', imageSize, ndim);
    if (imageSize.some((side) => side < 4))
      throw new TensorError(
        `simple_cnn halves images twice, and nothing is left of ${imageSize.join('×')}. Take sides of 4 or more.`,
        { where: { key: 'DATA.PATCH_SIZE' } },
      );
    const { channels } = new SingleHead('simple_cnn', parameters);
    const convolution = (inputs: number, outputs: number, side: number) =>
      new Convolution(inputs, outputs, { kernel: cube(side, ndim) });
    const act = () => new Activation(activation);
    const norm = (width: number) => new BatchNormalization(width);
    const pool = () => new MaxPooling(cube(2, ndim));
    const [narrow, wide] = WIDTHS;
    // The second block normalises after the activation, the first one before it.
    const first = new Sequential([
      ...[convolution(inputChannels, narrow, 3), norm(narrow), act()],
      ...[convolution(narrow, narrow, 3), norm(narrow), act()],
      ...[convolution(narrow, narrow, 5), pool(), norm(narrow), act(), new Dropout(0.4)],
    ]);
    const second = new Sequential([
      ...[convolution(narrow, wide, 3), act(), norm(wide)],
      ...[convolution(wide, wide, 3), act(), norm(wide)],
      ...[convolution(wide, wide, 5), pool(), act(), norm(wide), new Dropout(0.4)],
    ]);
    this.blocks = [this.child('block1', first), this.child('block2', second)];
    const pixels = imageSize.reduce((product, side) => product * Math.floor(side / 4), 1);
    this.classifier = this.child('heads.2', new Linear(wide * pixels, channels));
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    requireImageSize('simple_cnn', this.parameters.imageSize, image);
    const features = this.blocks.reduce((x, block) => block.forward(x, pass), image);
    const classes = this.classifier.forward(this.dropout.forward(flatten(features), pass), pass);
    return [this.parameters.softmax ? tf.softmax(classes) : classes];
  }
}

export const simpleCNN = defineNetwork({
  id: 'simple_cnn',
  summary: "BiaPy's small convolutional classifier, 2D and 3D.",
  schema: SimpleCNNParameters,
  fromConfig: (config) => ({
    imageSize: imageSizeFromConfig(config),
    activation: config.MODEL.ACTIVATION.toLowerCase(),
    // BiaPy's second softmax only dulls the gradients. Weights and the chosen class are the same without it.
    softmax: false,
  }),
  build: buildSimpleCNN,
});
