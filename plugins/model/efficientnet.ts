/**
 * EfficientNet B0 to B7, M. Tan and Q. V. Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks,
 * ICML 2019, as torchvision builds them.
 */
import Type, { type Static } from 'typebox';
import type { ModelDefinition } from '../../core/plugin/define.js';
import {
  activate,
  BatchNormalization,
  Convolution,
  Dropout,
  DropPath,
  heNormal,
  Linear,
  Module,
  type Pass,
  type Tensor,
  tf,
} from '../../core/tensor/index.js';
import { cube } from './blocks.js';
import { requirePlanes } from './blocks-sub-pixel.js';
import { defineNetwork } from './define-network.js';
import { headProperties } from './heads.js';
import { imageProperties } from './levels.js';
import { SingleHead } from './single-head.js';

/** Widths and depths are those of B0 times these. */
interface Scale {
  width: number;
  depth: number;
  /** Before the last layer. */
  dropout: number;
}

const SCALES: readonly Scale[] = [
  { width: 1, depth: 1, dropout: 0.2 },
  { width: 1, depth: 1.1, dropout: 0.2 },
  { width: 1.1, depth: 1.2, dropout: 0.3 },
  { width: 1.2, depth: 1.4, dropout: 0.3 },
  { width: 1.4, depth: 1.8, dropout: 0.4 },
  { width: 1.6, depth: 2.2, dropout: 0.4 },
  { width: 1.8, depth: 2.6, dropout: 0.5 },
  { width: 2, depth: 3.1, dropout: 0.5 },
];

/** Stages of B0 (table 1 of the paper), widths before and after them, and how often a block is repeated. */
const STAGES = [
  { expansion: 1, kernel: 3, stride: 1, inputs: 32, outputs: 16, repeats: 1 },
  { expansion: 6, kernel: 3, stride: 2, inputs: 16, outputs: 24, repeats: 2 },
  { expansion: 6, kernel: 5, stride: 2, inputs: 24, outputs: 40, repeats: 2 },
  { expansion: 6, kernel: 3, stride: 2, inputs: 40, outputs: 80, repeats: 3 },
  { expansion: 6, kernel: 5, stride: 1, inputs: 80, outputs: 112, repeats: 3 },
  { expansion: 6, kernel: 5, stride: 2, inputs: 112, outputs: 192, repeats: 4 },
  { expansion: 6, kernel: 3, stride: 1, inputs: 192, outputs: 320, repeats: 1 },
];

/** Squeeze-and-excitation has a quarter of the channels that enter a block. */
const SQUEEZE = 4;

const EfficientNetParameters = Type.Object({
  ...imageProperties,
  width: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      description:
        'Feature maps beside those of B0, rounded to multiples of 8; those of the named network unless given.',
    }),
  ),
  depth: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      description: 'Blocks beside those of B0, rounded up; those of the named network unless given.',
    }),
  ),
  stochasticDepth: Type.Number({
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0.2,
    description: 'Probability that a sample skips the last block during training; earlier blocks less.',
  }),
  dropout: Type.Optional(
    Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      description: 'Dropout before the last layer; from 0.2 for B0 to 0.5 for B7 unless given.',
    }),
  ),
  ...headProperties,
});
export type EfficientNetParameters = Static<typeof EfficientNetParameters>;

/**
 * Builds the network over channels-last images of any size. The output is `[n, classes]`, logits unless activations are
 * asked for.
 *
 * @param size 0 for B0 to 7 for B7.
 * @throws TensorError for volumes.
 */
export function buildEfficientNet(size: number, parameters: EfficientNetParameters): Module<Tensor[]> {
  return new EfficientNet(size, parameters);
}

/** The multiple of 8 that is nearest to a width, and not smaller than it by more than a tenth. */
export function scaledWidth(width: number, scale: number): number {
  const wanted = width * scale;
  const rounded = Math.max(8, Math.floor((wanted + 4) / 8) * 8);
  return rounded < 0.9 * wanted ? rounded + 8 : rounded;
}

/** torchvision's start of convolutions: for layers followed by ReLU, by the number of outputs. */
const start = { weight: heNormal('out') };

/** Convolution without bias, batch normalisation, and SiLU where asked: `0`, `1`. */
class ConvNormActivation extends Module<Tensor> {
  readonly convolution: Convolution;
  readonly norm: BatchNormalization;

  constructor(
    inputs: number,
    outputs: number,
    { kernel = 1, stride = 1, groups = 1, activated = true }: ConvOptions,
    norm: NormOptions,
  ) {
    super();
    this.activated = activated;
    this.convolution = this.child(
      '0',
      new Convolution(inputs, outputs, {
        kernel: cube(kernel, 2),
        stride: cube(stride, 2),
        padding: cube((kernel - 1) / 2, 2),
        groups,
        bias: false,
        init: start,
      }),
    );
    this.norm = this.child('1', new BatchNormalization(outputs, norm));
  }

  readonly activated: boolean;

  forward(x: Tensor, pass: Pass): Tensor {
    const y = this.norm.forward(this.convolution.forward(x, pass), pass);
    return this.activated ? activate('silu', y) : y;
  }
}

interface ConvOptions {
  kernel?: number;
  stride?: number;
  groups?: number;
  activated?: boolean;
}

interface NormOptions {
  epsilon?: number;
  momentum?: number;
}

/** Channels weighted by what the whole image holds: `fc1`, SiLU, `fc2`, sigmoid. */
class SqueezeExcitation extends Module<Tensor> {
  readonly down: Convolution;
  readonly up: Convolution;

  constructor(channels: number, hidden: number) {
    super();
    this.down = this.child('fc1', new Convolution(channels, hidden, { kernel: [1, 1], init: start }));
    this.up = this.child('fc2', new Convolution(hidden, channels, { kernel: [1, 1], init: start }));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const hidden = activate('silu', this.down.forward(tf.mean(x, [1, 2], true), pass));
    return tf.mul(x, tf.sigmoid(this.up.forward(hidden, pass)));
  }
}

/** Mobile inverted bottleneck, M. Sandler et al., CVPR 2018, with squeeze-and-excitation. */
class InvertedBottleneck extends Module<Tensor> {
  readonly layers: Module<Tensor>[];
  readonly residual: boolean;
  readonly dropPath: DropPath;

  constructor(
    { inputs, outputs, expansion, kernel, stride }: (typeof STAGES)[number],
    dropPath: number,
    norm: NormOptions,
  ) {
    super();
    const wide = inputs * expansion;
    const layers = [
      ...(expansion === 1 ? [] : [new ConvNormActivation(inputs, wide, {}, norm)]),
      new ConvNormActivation(wide, wide, { kernel, stride, groups: wide }, norm),
      new SqueezeExcitation(wide, Math.max(1, Math.floor(inputs / SQUEEZE))),
      new ConvNormActivation(wide, outputs, { activated: false }, norm),
    ];
    this.layers = layers.map((layer, i) => this.child(`block.${i}`, layer));
    this.residual = stride === 1 && inputs === outputs;
    this.dropPath = new DropPath(dropPath);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const y = this.layers.reduce((input, layer) => layer.forward(input, pass), x);
    return this.residual ? tf.add(this.dropPath.forward(y, pass), x) : y;
  }
}

class EfficientNet extends Module<Tensor[]> {
  readonly features: Module<Tensor>[] = [];
  readonly dropout: Dropout;
  readonly classifier: Linear;
  readonly head: SingleHead;

  constructor(size: number, parameters: EfficientNetParameters) {
    super();
    const name = `efficientnet_b${size}`;
    requirePlanes(name, parameters.ndim, 'In 3D take simple_cnn or vit.');
    this.head = new SingleHead(name, parameters);
    const { width = SCALES[size].width, depth = SCALES[size].depth, dropout = SCALES[size].dropout } = parameters;
    const norm = size < 5 ? {} : { epsilon: 1e-3, momentum: 0.01 };
    const add = (key: string, part: Module<Tensor>) => this.features.push(this.child(`features.${key}`, part));

    const first = scaledWidth(STAGES[0].inputs, width);
    add('0', new ConvNormActivation(parameters.inputChannels, first, { kernel: 3, stride: 2 }, norm));
    const stages = STAGES.map((stage) => ({ ...stage, repeats: Math.ceil(stage.repeats * depth) }));
    const total = stages.reduce((sum, { repeats }) => sum + repeats, 0);
    let block = 0;
    stages.forEach((stage, i) => {
      const outputs = scaledWidth(stage.outputs, width);
      for (let k = 0; k < stage.repeats; k++) {
        const inputs = k === 0 ? scaledWidth(stage.inputs, width) : outputs;
        const own = { ...stage, inputs, outputs, stride: k === 0 ? stage.stride : 1 };
        const dropPath = (parameters.stochasticDepth * block++) / total;
        add(`${i + 1}.${k}`, new InvertedBottleneck(own, dropPath, norm));
      }
    });
    const last = scaledWidth(STAGES[STAGES.length - 1].outputs, width);
    // Four times the last stage. BiaPy takes 1280, the width of B0 and B1, for all, and so has only these two.
    const wide = 4 * last;
    add(String(STAGES.length + 1), new ConvNormActivation(last, wide, {}, norm));
    this.dropout = new Dropout(dropout);
    // The last layer is one that BiaPy puts in place of torchvision's, and starts as PyTorch's do.
    this.classifier = this.child('classifier.1', new Linear(wide, this.head.channels));
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    const features = this.features.reduce((x, part) => part.forward(x, pass), image);
    const [n, height, width, channels] = features.shape as [number, number, number, number];
    // Reshaped first: a sum right after a product compiles to one thing or another by the size of the image, and a file for
    // images of any size has to be one thing.
    const pooled = tf.mean(tf.reshape(features, [n, height * width, channels]), 1);
    return this.head.finish(this.classifier.forward(this.dropout.forward(pooled, pass), pass));
  }
}

/** The eight networks, B0 first. */
export const efficientNets: ModelDefinition[] = SCALES.map((_, size) =>
  defineNetwork({
    id: `efficientnet_b${size}`,
    summary: `EfficientNet B${size} (Tan and Le 2019) for classes of whole images, 2D.`,
    schema: EfficientNetParameters,
    fromConfig: () => ({}),
    build: (parameters) => buildEfficientNet(size, parameters),
  }),
);
