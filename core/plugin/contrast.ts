/** The contrastive part of a loss (LOSS.CONTRAST): a memory beside the network, and what is compared with it. */
import { Type } from 'typebox';
import { TensorError } from '../errors.js';
import {
  interpolate,
  type Measure,
  Module,
  type NetworkOutput,
  type Pass,
  type Scalar,
  type Slot,
  type Tensor,
  tf,
} from '../tensor/index.js';
import { contrastMemory, pixelContrast, remember, withoutGradient } from '../tensor/measure/pixel-contrast.js';

/** Share of the contrast in the loss, as in BiaPy. */
const WEIGHT = 0.1;

export const Contrast = Type.Object(
  {
    classes: Type.Integer({
      minimum: 2,
      description: 'Classes that are contrasted; two are background and foreground.',
    }),
    memory: Type.Integer({ minimum: 1, description: 'Vectors that are kept of each class, of regions and of pixels.' }),
    dims: Type.Integer({ minimum: 1, description: 'Length of the vectors.' }),
    pixels: Type.Integer({ minimum: 1, description: 'Pixels of each class and image that are kept in a step.' }),
    start: Type.Integer({ minimum: 0, description: 'Steps before the contrast counts; the memory fills meanwhile.' }),
  },
  { additionalProperties: false },
);
export type Contrast = { classes: number; memory: number; dims: number; pixels: number; start: number };

/** A network with the memory among its buffers, so that it is saved and restored with it. */
class WithMemory extends Module<Tensor | Tensor[]> {
  constructor(
    readonly network: Module,
    readonly memory: ReturnType<typeof contrastMemory>,
  ) {
    super();
  }

  override prepare(): Promise<void> {
    return this.network.prepare();
  }

  override *slots(): Generator<[name: string, slot: Slot]> {
    yield* this.network.slots();
    for (const [name, slot] of Object.entries(this.memory)) yield [`contrast_memory.${name}`, slot];
  }

  override parts(): ReturnType<Module['parts']> {
    return this.network.parts();
  }

  forward(x: Tensor, pass: Pass): Tensor | Tensor[] {
    return this.network.forward(x, pass);
  }
}

/** What is learned, and how losses and metrics of the network's predictions become those of what it gives. */
export interface Contrasted {
  network: Module;
  loss(plain: Measure): Measure;
  metric(plain: Measure): Measure;
}

/**
 * The network with a memory, and losses that add the contrast in training: `loss + 0.1 · contrast` once enough steps have gone by. The
 * last output of the network in training are its feature vectors; losses and metrics see what is before.
 *
 * @param options without them all stays as it is.
 */
export function contrasted(network: Module, options: Contrast | null | undefined): Contrasted {
  if (!options) return { network, loss: (plain) => plain, metric: (plain) => plain };
  const memory = contrastMemory(options.classes, options.memory, options.dims);
  const metric =
    (plain: Measure): Measure =>
    (output, target, pass) =>
      plain(pass?.training ? output.slice(0, -1) : output, target, pass);
  const loss =
    (plain: Measure): Measure =>
    (output, target, pass) => {
      if (!pass?.training) return plain(output, target, pass);
      const inputs = inputsOf(output, target, options);
      const own = metric(plain)(output, target, pass);
      const contrast = pixelContrast(inputs, memory, pass);
      const counts = tf.cast(tf.greaterEqual(pass.value(memory.steps), options.start), 'float32');
      const total = tf.add(own, tf.mul(contrast, tf.mul(counts, WEIGHT)));
      remember(inputs, memory, options.pixels, pass);
      return total as Scalar;
    };
  return { network: new WithMemory(network, memory), loss, metric };
}

/** Labels at the size of the features. Two classes are told by the first channel of target and prediction. */
function inputsOf(output: NetworkOutput, target: Tensor, { classes, dims }: Contrast) {
  const features = output[output.length - 1];
  if (output.length < 2 || features.shape[features.shape.length - 1] !== dims)
    throw new TensorError('this network gives no feature vectors for LOSS.CONTRAST. Take another MODEL.ARCHITECTURE.', {
      where: { key: 'LOSS.CONTRAST.ENABLE' },
    });
  const space = features.shape.slice(1, -1);
  const fitted = (x: Tensor) =>
    x.shape.slice(1, -1).join() === space.join() ? x : interpolate(x, space, { mode: 'nearest' });
  const first = (x: Tensor) =>
    tf.slice(
      x,
      x.shape.map(() => 0),
      [...x.shape.slice(0, -1), 1],
    );
  const [prediction] = output;
  const several = classes > 2;
  const labels = fitted(first(target));
  return {
    features,
    labels: several ? labels : tf.cast(tf.greater(labels, 0), 'float32'),
    predicted: withoutGradient(prediction, (x) =>
      several ? tf.cast(tf.argMax(fitted(x), -1), 'float32') : tf.cast(tf.greater(fitted(first(x)), 0), 'float32'),
    ),
  };
}
