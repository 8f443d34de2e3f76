/**
 * U-Net, O. Ronneberger, P. Fischer, T. Brox, MICCAI 2015, as BiaPy defines it: double convolutions with
 * normalisation and activation, max pooling, transposed convolution or interpolation, `[upsampled, skip]`.
 */
import Type, { type Static } from 'typebox';
import { TensorError } from '../../core/errors.js';
import {
  ACTIVATION_NAMES,
  type ActivationName,
  activate,
  type Convolution,
  MaxPooling,
  Module,
  type Pass,
  type Tensor,
  TransposedConvolution,
  tf,
} from '../../core/tensor/index.js';
import { type BlockOptions, convolution, cube, DoubleConvBlock, UpBlock } from './blocks.js';

const Factors = (description: string, minimum = 0) => Type.Array(Type.Integer({ minimum }), { description });

export const UNetParameters = Type.Object({
  ndim: Type.Union([Type.Literal(2), Type.Literal(3)], { description: 'Spatial axes of the image.' }),
  inputChannels: Type.Integer({ minimum: 1, description: 'Channels of the image.' }),
  featureMaps: Type.Array(Type.Integer({ minimum: 1 }), {
    minItems: 2,
    default: [16, 32, 64, 128, 256],
    description: 'Feature maps per level, the last one for the bottleneck.',
  }),
  dropout: Type.Array(Type.Number({ minimum: 0, exclusiveMaximum: 1 }), {
    default: [],
    description: 'Dropout probability per level, the last one for the bottleneck; empty for none.',
  }),
  normalization: Type.Enum(['none', 'bn', 'sync_bn', 'in', 'gn', 'ln'], {
    default: 'bn',
    description: 'Normalisation after each convolution.',
  }),
  instanceNormAffine: Type.Boolean({ default: false, description: 'Learnable scale and shift of instance norm.' }),
  kernelSize: Type.Integer({ minimum: 1, default: 3, description: 'Side of the convolution kernels.' }),
  activation: Type.Enum(ACTIVATION_NAMES, { default: 'elu', description: 'Activation after each normalisation.' }),
  upsampleLayer: Type.Union([Type.Literal('convtranspose'), Type.Literal('upsampling')], {
    default: 'convtranspose',
    description: 'How the decoder enlarges: a transposed convolution, or linear interpolation and a 1×1 convolution.',
  }),
  yxDown: Type.Optional(Factors('In-plane pooling factor per level; 2 where 0 or left out.')),
  zDown: Type.Optional(Factors('Depth pooling factor per level, 1 keeps the depth; 2 where 0 or left out.')),
  heads: Type.Array(
    Type.Object({
      channels: Type.Integer({ minimum: 1 }),
      kind: Type.Union([Type.Literal('prediction'), Type.Literal('class')], { default: 'prediction' }),
    }),
    { minItems: 1, description: 'Output heads in order; class heads form an output of their own.' },
  ),
  separatedDecoders: Type.Boolean({ default: false, description: 'A decoder for each head.' }),
  headActivations: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Activations inside the network, one per channel of the prediction or one for all; logits without.',
    }),
  ),
  upscaling: Type.Optional(Factors('Super-resolution factor per spatial axis.', 1)),
  upscalingPosition: Type.Union([Type.Literal('pre'), Type.Literal('post')], {
    default: 'pre',
    description: 'Whether the image or the last feature map is enlarged.',
  }),
});

export type UNetParameters = Static<typeof UNetParameters>;

/**
 * Builds the network over channels-last images `[n, y, x, c]` or `[n, z, y, x, c]`; sides must be divisible by the
 * product of the pooling factors. Outputs: the prediction heads joined on channels, then the class heads.
 *
 * @throws TensorError when factors or activations do not fit the levels or channels.
 */
export function buildUNet(parameters: UNetParameters): Module<Tensor[]> {
  return new UNet(parameters);
}

class UNet extends Module<Tensor[]> {
  readonly encoder: DoubleConvBlock[];
  readonly pools: MaxPooling[];
  readonly bottleneck: DoubleConvBlock;
  readonly decoders: UpBlock[][];
  readonly heads: Convolution[];
  readonly before: TransposedConvolution | undefined;
  readonly after: TransposedConvolution | undefined;
  readonly activations: HeadActivations | undefined;

  constructor(readonly parameters: UNetParameters) {
    super();
    const { ndim, featureMaps, inputChannels, heads, upscaling } = parameters;
    const levels = featureMaps.length - 1;
    const dropout = (level: number) => parameters.dropout[level] ?? 0;
    const options = blockOptions(parameters);
    const factors = poolingFactors(parameters, levels);
    this.activations = headActivations(parameters);
    const position = upscaling ? parameters.upscalingPosition : undefined;
    this.before =
      position === 'pre'
        ? this.child('pre_upsampling', new TransposedConvolution(inputChannels, inputChannels, upscaling!))
        : undefined;
    this.encoder = featureMaps.slice(0, -1).map((maps, level) => {
      const block = new DoubleConvBlock(
        level === 0 ? inputChannels : featureMaps[level - 1],
        maps,
        dropout(level),
        options,
      );
      return this.child(`down_path.${level}`, block);
    });
    this.pools = factors.map((factor) => new MaxPooling(factor));
    const wide = new DoubleConvBlock(featureMaps[levels - 1], featureMaps[levels], dropout(levels), options);
    this.bottleneck = this.child('bottleneck', wide);
    const decoders = parameters.separatedDecoders ? heads.length : 1;
    this.decoders = Array.from({ length: decoders }, (_, decoder) =>
      Array.from({ length: levels }, (_unused, i) => {
        const level = levels - 1 - i;
        const block = new UpBlock(featureMaps[level + 1], featureMaps[level], factors[level], dropout(level), options);
        return this.child(`up_paths.${decoder}.${i}`, block);
      }),
    );
    this.after =
      position === 'post'
        ? this.child('post_upsampling', new TransposedConvolution(featureMaps[0], featureMaps[0], upscaling!))
        : undefined;
    this.heads = heads.map((head, k) => this.child(`heads.${k}`, convolution(featureMaps[0], head.channels, 1, ndim)));
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    const skips: Tensor[] = [];
    let x = this.before ? this.before.forward(image, pass) : image;
    this.encoder.forEach((block, level) => {
      const features = block.forward(x, pass);
      skips.push(features);
      x = this.pools[level].forward(features);
    });
    const deepest = this.bottleneck.forward(x, pass);
    const features = this.decoders.map((blocks) => {
      const decoded = blocks.reduce((y, block, i) => block.join(y, skips[skips.length - 1 - i], pass), deepest);
      return this.after ? this.after.forward(decoded, pass) : decoded;
    });
    const outputs = this.heads.map((head, k) => head.forward(features[k] ?? features[0], pass));
    return this.collect(outputs);
  }

  /** Joins the prediction heads; class heads stay apart. */
  private collect(outputs: Tensor[]): Tensor[] {
    const { heads } = this.parameters;
    const of = (kind: string) => outputs.filter((_, k) => heads[k].kind === kind);
    const predictions = of('prediction');
    const joined = predictions.length > 1 ? [tf.concat(predictions, -1)] : predictions;
    if (!this.activations) return [...joined, ...of('class')];
    const { prediction, classes } = this.activations;
    return [
      ...joined.map((tensor) => activateChannels(tensor, prediction)),
      ...of('class').map((tensor, k) => activate(classes[k] ?? 'linear', tensor)),
    ];
  }
}

interface HeadActivations {
  /** One for the whole tensor, or one per channel. */
  prediction: ActivationName[];
  /** One per class head. */
  classes: ActivationName[];
}

function headActivations({ heads, headActivations: written }: UNetParameters): HeadActivations | undefined {
  if (!written) return undefined;
  const names = activationNames(written);
  const channels = heads.reduce((sum, head) => sum + (head.kind === 'prediction' ? head.channels : 0), 0);
  const own = names.length === 1 ? 1 : channels;
  return { prediction: names.slice(0, own), classes: names.slice(own) };
}

function blockOptions(parameters: UNetParameters): BlockOptions {
  const { ndim, kernelSize, normalization, instanceNormAffine, activation, upsampleLayer } = parameters;
  return { ndim, kernelSize, normalization, instanceNormAffine, activation, upsampleLayer };
}

/** `[y, x]` or `[z, y, x]` per level. */
function poolingFactors({ ndim, yxDown, zDown }: UNetParameters, levels: number): number[][] {
  for (const [key, list] of Object.entries({ yxDown, zDown })) {
    if (list && list.length > 0 && list.length < levels)
      throw new TensorError(
        `U-Net: ${key} has ${list.length} values, but ${levels} levels are pooled. Give one per level.`,
      );
  }
  return Array.from({ length: levels }, (_, level) => {
    const plane = cube(yxDown?.[level] || 2, 2);
    return ndim === 2 ? plane : [zDown?.[level] || 2, ...plane];
  });
}

/** Names without their `ce_` prefix; nothing after the first softmax counts. */
function activationNames(names: readonly string[]): ActivationName[] {
  const known: ActivationName[] = [];
  for (const written of names) {
    const name = written.toLowerCase().replace(/^ce_/, '');
    const found = ACTIVATION_NAMES.find((candidate) => candidate === name);
    if (!found)
      throw new TensorError(`U-Net: ${written} is no activation; expected one of ${ACTIVATION_NAMES.join(', ')}.`);
    known.push(found);
    if (found === 'softmax') break;
  }
  return known;
}

/** One activation for the whole tensor, or one per channel. */
function activateChannels(x: Tensor, names: readonly ActivationName[]): Tensor {
  if (names.length === 1) return activate(names[0], x);
  const channels = tf.split(x, x.shape[x.shape.length - 1], -1);
  return tf.concat(
    channels.map((channel, i) => activate(names[i] ?? 'linear', channel)),
    -1,
  );
}
