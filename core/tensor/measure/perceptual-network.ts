/**
 * Learned perceptual image patch similarity (LPIPS, Zhang et al. 2018, version 0.1): distance of two images in the features of a network
 * that was trained on photographs. Names of weights are torchvision's for the network, and the authors' for the weights of its
 * features.
 */
import { Activation } from '../nn/activation.js';
import { Convolution } from '../nn/convolution.js';
import { Module, type Pass } from '../nn/module.js';
import { type Tensor, type Tensor4D, tf } from '../tf.js';

export const BACKBONES = ['squeeze', 'alex', 'vgg'] as const;
export type Backbone = (typeof BACKBONES)[number];

/** Least side of an image, so that all poolings have something left. */
export const LEAST_SIDE = 32;

/** What photographs from −1 to 1 are shifted and divided by, one value for each colour. */
const SHIFT = [-0.03, -0.088, -0.188];
const SCALE = [0.458, 0.448, 0.45];
const EPSILON = 1e-10;

type Layer = Module<Tensor>;

interface Plan {
  /** `features` of torchvision, by their numbers. */
  layers: () => Layer[];
  /** Numbers of the layers whose results are compared, and their channels. */
  taps: readonly number[];
  channels: readonly number[];
}

const convolution = (inputs: number, outputs: number, side: number, stride = 1, padding = 0): Layer =>
  new Convolution(inputs, outputs, { kernel: [side, side], stride: [stride, stride], padding: [padding, padding] });
const rectifier = (): Layer => new Activation('relu');

/** Maximum over 3 × 3 or 2 × 2, every second pixel. */
class Halving extends Module<Tensor> {
  /** @param ceil the last window may reach over the edge, as PyTorch's `ceil_mode`. */
  constructor(
    readonly side: 2 | 3,
    readonly ceil = false,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    const over = (length: number) => (this.ceil ? (length - this.side) % 2 : 0);
    const [, height, width] = x.shape as [number, number, number];
    // Features are never below 0 here.
    const padded = tf.pad(x, [
      [0, 0],
      [0, over(height)],
      [0, over(width)],
      [0, 0],
    ]);
    return tf.maxPool(padded as Tensor4D, this.side, 2, 'valid');
  }
}

/** A block of SqueezeNet: few channels, then many by two sizes of kernels. */
class Fire extends Module<Tensor> {
  readonly squeeze: Layer;
  readonly expansions: Layer[];

  constructor(inputs: number, few: number, many: number) {
    super();
    this.squeeze = this.child('squeeze', convolution(inputs, few, 1));
    this.expansions = [
      this.child('expand1x1', convolution(few, many, 1)),
      this.child('expand3x3', convolution(few, many, 3, 1, 1)),
    ];
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const squeezed = tf.relu(this.squeeze.forward(x, pass));
    return tf.concat(
      this.expansions.map((part) => tf.relu(part.forward(squeezed, pass))),
      -1,
    );
  }
}

/** Convolutions of 3 × 3 in VGG 16; 0 stands for a pooling. */
const VGG = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512];

const PLANS: Readonly<Record<Backbone, Plan>> = {
  squeeze: {
    layers: () => [
      convolution(3, 64, 3, 2),
      rectifier(),
      new Halving(3, true),
      new Fire(64, 16, 64),
      new Fire(128, 16, 64),
      new Halving(3, true),
      new Fire(128, 32, 128),
      new Fire(256, 32, 128),
      new Halving(3, true),
      new Fire(256, 48, 192),
      new Fire(384, 48, 192),
      new Fire(384, 64, 256),
      new Fire(512, 64, 256),
    ],
    taps: [1, 4, 7, 9, 10, 11, 12],
    channels: [64, 128, 256, 384, 384, 512, 512],
  },
  alex: {
    layers: () => [
      convolution(3, 64, 11, 4, 2),
      rectifier(),
      new Halving(3),
      convolution(64, 192, 5, 1, 2),
      rectifier(),
      new Halving(3),
      convolution(192, 384, 3, 1, 1),
      rectifier(),
      convolution(384, 256, 3, 1, 1),
      rectifier(),
      convolution(256, 256, 3, 1, 1),
      rectifier(),
    ],
    taps: [1, 4, 7, 9, 11],
    channels: [64, 192, 384, 256, 256],
  },
  vgg: {
    layers: () => {
      let inputs = 3;
      return VGG.flatMap((outputs) => {
        if (outputs === 0) return [new Halving(2)];
        const layer = convolution(inputs, outputs, 3, 1, 1);
        inputs = outputs;
        return [layer, rectifier()];
      });
    },
    taps: [3, 8, 15, 22, 29],
    channels: [64, 128, 256, 512, 512],
  },
};

/** Features of pictures `[n, y, x, 3]` from 0 to 1 in a network that was trained on photographs. */
abstract class PhotographNetwork extends Module<Tensor> {
  readonly layers: Layer[];
  private readonly taps: readonly number[];

  constructor({ layers, taps }: Plan) {
    super();
    this.taps = taps;
    this.layers = layers()
      .slice(0, Math.max(...taps) + 1)
      .map((layer, i) => this.child(`features.${i}`, layer));
  }

  /** What the tapped layers give, in their order. */
  protected features(x: Tensor, pass: Pass): Tensor[] {
    const signed = tf.sub(tf.mul(x, 2), 1);
    let y: Tensor = tf.div(tf.sub(signed, tf.tensor1d(SHIFT)), tf.tensor1d(SCALE));
    const found: Tensor[] = [];
    this.layers.forEach((layer, i) => {
      y = layer.forward(y, pass);
      if (this.taps.includes(i)) found.push(y);
    });
    return found;
  }
}

/** Twice as many pictures `[2 n, y, x, 3]` from 0 to 1, to the mean distance `[1]` of each of the first half to its like in the second; 0 for equal ones. */
export class PerceptualDistance extends PhotographNetwork {
  readonly weights: Layer[];

  constructor(backbone: Backbone) {
    const plan = PLANS[backbone];
    super(plan);
    this.weights = plan.channels.map((count, i) =>
      this.child(`lin${i}.model.1`, new Convolution(count, 1, { kernel: [1, 1], bias: false })),
    );
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const distances = this.features(x, pass).map((y, i) => {
      // Beneath the root, so that features that are all 0 have a slope.
      const length = tf.sqrt(tf.add(tf.sum(tf.square(y), -1, true), EPSILON ** 2));
      const [first, second] = tf.split(tf.div(y, tf.add(length, EPSILON)), 2, 0);
      return tf.mean(this.weights[i].forward(tf.squaredDifference(first, second), pass));
    });
    return tf.reshape(tf.addN(distances), [1]);
  }
}

/** The layer of VGG 16 whose features are compared: the third one of the third block, after its rectifier. */
const RELU_3_3 = 15;

/**
 * The squared difference of features of VGG 16 (J. Johnson, A. Alahi, L. Fei-Fei, ECCV 2016), of pictures as of
 * {@link PerceptualDistance}.
 */
export class FeatureDifference extends PhotographNetwork {
  constructor() {
    super({ ...PLANS.vgg, taps: [RELU_3_3] });
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const [first, second] = tf.split(this.features(x, pass)[0], 2, 0);
    return tf.reshape(tf.mean(tf.squaredDifference(first, second)), [1]);
  }
}
