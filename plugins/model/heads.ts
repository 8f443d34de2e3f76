/** Output heads: a convolution of one pixel each, and activations where the network applies them itself. */
import Type, { type Static } from 'typebox';
import { TensorError } from '../../core/errors.js';
import {
  ACTIVATION_NAMES,
  Activation,
  type ActivationName,
  activate,
  BatchNormalization,
  Convolution,
  Module,
  type Pass,
  Sequential,
  type Tensor,
  tf,
} from '../../core/tensor/index.js';
import { cube } from './blocks.js';

export const HeadKind = Type.Union([Type.Literal('prediction'), Type.Literal('class')], { default: 'prediction' });

/** What every network of the family gives. */
export const headProperties = {
  heads: Type.Array(Type.Object({ channels: Type.Integer({ minimum: 1 }), kind: HeadKind }), {
    minItems: 1,
    description: 'Output heads in order; class heads form an output of their own.',
  }),
  headActivations: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Activations inside the network, one per channel of the prediction or one for all; logits without.',
    }),
  ),
  contrast: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Length of the vectors that LOSS.CONTRAST compares; none without.' }),
  ),
};

const HeadParameters = Type.Object(headProperties);
export type HeadParameters = Static<typeof HeadParameters>;

/** What LOSS.CONTRAST compares: each pixel of the features as a unit vector, in training alone. */
class Projection extends Module<Tensor> {
  readonly layers: Sequential;

  constructor(inputs: number, ndim: number, dims: number) {
    super();
    const kernel = cube(1, ndim);
    this.layers = this.child(
      'proj',
      new Sequential([
        new Convolution(inputs, inputs, { kernel }),
        new BatchNormalization(inputs),
        new Activation('relu'),
        new Convolution(inputs, dims, { kernel }),
      ]),
    );
  }

  forward(features: Tensor, pass: Pass): Tensor {
    const vectors = this.layers.forward(features, pass);
    return tf.div(vectors, tf.sqrt(tf.maximum(tf.sum(tf.square(vectors), -1, true), 1e-24)));
  }
}

/** The convolutions that end a network, and what becomes of their results. */
export class Heads extends Module<Tensor[]> {
  readonly convolutions: Convolution[];
  readonly activations: HeadActivations | undefined;
  readonly projection: Projection | undefined;

  /**
   * @param inputs channels of the last feature map.
   * @param init `xavier` in the U-Net family, PyTorch's own start in networks that keep it.
   * @throws TensorError for an unknown activation.
   */
  constructor(
    inputs: number,
    ndim: number,
    readonly parameters: HeadParameters,
    init: 'xavier' | 'default' = 'xavier',
  ) {
    super();
    this.activations = headActivations(parameters);
    this.convolutions = parameters.heads.map(({ channels }, k) =>
      this.child(String(k), new Convolution(inputs, channels, { kernel: cube(1, ndim), init })),
    );
    const { contrast } = parameters;
    if (contrast) this.projection = this.child('contrast', new Projection(inputs, ndim, contrast));
  }

  /** All heads on one feature map. Prediction heads joined on channels, then each class head; vectors to contrast come last. */
  forward(features: Tensor, pass: Pass): Tensor[] {
    return this.apply([features], pass);
  }

  /** Each head on the feature map of its own decoder, or all on the only one. */
  apply(features: readonly Tensor[], pass: Pass): Tensor[] {
    const outputs = this.outputs(features, pass);
    return this.projection && pass.training ? [...outputs, this.projection.forward(features[0], pass)] : outputs;
  }

  private outputs(features: readonly Tensor[], pass: Pass): Tensor[] {
    const { heads } = this.parameters;
    const outputs = this.convolutions.map((head, k) => head.forward(features[k] ?? features[0], pass));
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

/** Activations on a prediction that no {@link Heads} made. */
export function activateHeads(prediction: Tensor, parameters: HeadParameters): Tensor {
  const activations = headActivations(parameters);
  return activations ? activateChannels(prediction, activations.prediction) : prediction;
}

export interface HeadActivations {
  /** One for the whole tensor, or one per channel. */
  prediction: ActivationName[];
  /** One per class head. */
  classes: ActivationName[];
}

/** The activations that are asked for. @throws TensorError for an unknown one. */
export function headActivations({ heads, headActivations: written }: HeadParameters): HeadActivations | undefined {
  if (!written) return undefined;
  const names = activationNames(written);
  const channels = heads.reduce((sum, head) => sum + (head.kind === 'prediction' ? head.channels : 0), 0);
  const own = names.length === 1 ? 1 : channels;
  return { prediction: names.slice(0, own), classes: names.slice(own) };
}

/** Names without their `ce_` prefix; nothing after the first softmax counts. */
function activationNames(names: readonly string[]): ActivationName[] {
  const known: ActivationName[] = [];
  for (const written of names) {
    const name = written.toLowerCase().replace(/^ce_/, '');
    const found = ACTIVATION_NAMES.find((candidate) => candidate === name);
    if (!found)
      throw new TensorError(
        `headActivations: ${written} is no activation; expected one of ${ACTIVATION_NAMES.join(', ')}.`,
      );
    known.push(found);
    if (found === 'softmax') break;
  }
  return known;
}

/** One activation for the whole tensor, or one per channel. */
export function activateChannels(x: Tensor, names: readonly ActivationName[]): Tensor {
  if (names.length === 1) return activate(names[0], x);
  const channels = tf.split(x, x.shape[x.shape.length - 1], -1);
  return tf.concat(
    channels.map((channel, i) => activate(names[i] ?? 'linear', channel)),
    -1,
  );
}
