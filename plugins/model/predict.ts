/**
 * Runs a trained network over patches, with test-time augmentation where asked.
 */
import { type Static, Type } from 'typebox';
import { TensorError } from '../../core/errors.js';
import { ACTIVATIONS, activateChannels } from '../../core/image/activation.js';
import { DirectedChannels } from '../../core/image/directed-channels.js';
import { isLeftOutPatch } from '../../core/image/dropped-patch.js';
import { findNonFinite } from '../../core/image/finite.js';
import { type Image, image, sizeOf } from '../../core/image/image.js';
import { joinChannels } from '../../core/image/join-channels.js';
import type { Sample } from '../../core/image/sample.js';
import type { Symmetry } from '../../core/image/symmetry.js';
import { formsOf, predictAugmented } from '../../core/image/test-time-augmentation.js';
import { defineNode } from '../../core/plugin/define.js';
import { buildNetwork } from '../../core/plugin/network.js';
import { NetworkSpec } from '../../core/plugin/network-spec.js';
import { atImageSize } from '../../core/plugin/prediction-size.js';
import { services } from '../../core/plugin/services.js';
import type { InferenceProgram } from '../../core/tensor/index.js';
import { planPrediction } from './plan-prediction.js';
import { inBatches, loadNetwork } from './run-network.js';

const Augmentation = Type.Object(
  {
    group: Type.Union([Type.Literal('full'), Type.Literal('flips'), Type.Literal('none')], {
      default: 'full',
      description: 'full: 8 forms in 2D, 16 in 3D; flips: 4 and 8.',
    }),
    mode: Type.Union([Type.Literal('mean'), Type.Literal('min'), Type.Literal('max')], { default: 'mean' }),
    directed: Type.Array(DirectedChannels, {
      default: [],
      description: 'Channels of the prediction that turn with the image. Forms that they cannot follow are left out.',
    }),
  },
  { additionalProperties: false },
);

const Parameters = Type.Object(
  {
    network: NetworkSpec,
    batchSize: Type.Integer({ minimum: 1, default: 2, description: 'Patches predicted at once.' }),
    activations: Type.Array(Type.Enum(ACTIVATIONS), {
      minItems: 1,
      default: ['linear'],
      description: 'For each channel; the last one holds for the rest.',
    }),
    augmentation: Type.Union([Augmentation, Type.Null()], { default: null, description: 'Test-time augmentation.' }),
  },
  { additionalProperties: false },
);

type PredictParameters = Static<typeof Parameters>;

export const predictNetwork = defineNode({
  id: 'model/predict',
  role: 'model',
  summary: 'Predicts patches with the trained network.',
  inputs: { main: ['patch'] },
  output: 'patch',
  parameters: Parameters,
  needs: {
    events: services.events,
    tensors: services.tensors,
    catalog: services.catalog,
    training: services.training,
  },
  plan: (parameters, { main }, planner) => planPrediction(parameters, main, planner),
  create(parameters, { events, tensors, catalog, training }, place) {
    const network = buildNetwork(parameters.network, catalog);
    return ({ main }) =>
      inBatches(main, {
        start: async () =>
          new Predictor(await loadNetwork(network, parameters.network, { tensors, training }, place), parameters),
        size: parameters.batchSize,
        work: (predictor, batch) => predictor.predict(batch),
        events,
        place,
      });
  },
});

class Predictor {
  private readonly symmetries: Symmetry[] | undefined;

  constructor(
    private readonly program: InferenceProgram,
    private readonly parameters: PredictParameters,
  ) {
    const { augmentation, network } = parameters;
    if (augmentation) this.symmetries = formsOf(network.ndim, augmentation.group, augmentation.directed);
  }

  /** The shape that a patch of a shape is predicted as, where one was. */
  private readonly predicted = new Map<string, readonly number[]>();

  /** Patches that a filter leaves out are predicted as zero, without asking the network where the shape is known. */
  async predict(patches: readonly Sample[]): Promise<Sample[]> {
    const pictures = patches.map((patch) => patch.image);
    const blank = patches.map(isLeftOutPatch);
    const real = pictures.filter((_, i) => !blank[i]);
    const known = new Set([...this.predicted.keys(), ...real.map(({ shape }) => `${shape}`)]);
    const unknown = pictures.find((picture, i) => blank[i] && !known.has(`${picture.shape}`));
    const asked = unknown ? [...real, unknown] : real;
    const answers = asked.length > 0 ? await this.predictPictures(patches[0], asked) : [];
    asked.forEach(({ shape }, i) => {
      this.predicted.set(`${shape}`, answers[i].shape);
    });
    return patches.map((patch, i) => {
      const picture = pictures[i];
      const channels = blank[i]
        ? zeros(this.predicted.get(`${picture.shape}`)!, picture.metadata)
        : answers[asked.indexOf(picture)];
      return { ...patch, image: picture, products: { ...patch.products, channels } };
    });
  }

  private async predictPictures({ file, id }: Sample, pictures: readonly Image[]): Promise<Image[]> {
    const predictions = this.symmetries ? await this.predictEachAugmented(pictures) : await this.run(pictures);
    if (predictions.some((prediction) => findNonFinite(prediction)))
      throw new TensorError(
        `${file || id}: the network predicts values that are not finite, so its weights are of no use. ` +
          'Train again with a lower TRAIN.LR or with TRAIN.GRADIENT_CLIP_NORM, or load another checkpoint.',
        { where: { file, key: 'TRAIN.LR' } },
      );
    return predictions;
  }

  private async predictEachAugmented(pictures: readonly Image[]): Promise<Image[]> {
    const { augmentation, batchSize } = this.parameters;
    const { mode: reduction, directed } = augmentation!;
    const settings = { symmetries: this.symmetries!, reduction, batchSize, directed };
    const predictions: Image[] = [];
    for (const picture of pictures)
      predictions.push(await predictAugmented(picture, settings, (forms) => this.run(forms)));
    return predictions;
  }

  /** Activated channels of every picture; heads are joined on channels. */
  private async run(pictures: readonly Image[]): Promise<Image[]> {
    const [first] = pictures;
    const data = pictures.length === 1 ? ownValues(first) : undefined;
    const heads = await this.program.predict({
      data: data ?? joinedValues(pictures),
      shape: [pictures.length, ...first.shape],
    });
    return pictures.map((picture, i) => {
      const parts = heads.map((head) => {
        const size = head.data.length / pictures.length;
        return image(head.data.subarray(i * size, (i + 1) * size), head.shape.slice(1), picture.metadata);
      });
      return activateChannels(asImage(joinChannels(atImageSize(parts, picture)), picture), this.parameters.activations);
    });
  }
}

/** Pixels as they are; undefined where a network cannot take them so, as those that threads share. */
function ownValues({ data }: Image): Float32Array | undefined {
  return data instanceof Float32Array &&
    data.buffer instanceof ArrayBuffer &&
    data.byteLength === data.buffer.byteLength
    ? data
    : undefined;
}

function joinedValues(pictures: readonly Image[]): Float32Array {
  const { length } = pictures[0].data;
  const data = new Float32Array(length * pictures.length);
  pictures.forEach((picture, i) => {
    data.set(picture.data, i * length);
  });
  return data;
}

/** Scores of a whole image `[c]` as an image of one pixel. */
function asImage(prediction: Image, { shape }: Image): Image {
  if (prediction.shape.length > 1) return prediction;
  const space = new Array<number>(shape.length - 1).fill(1);
  return image(prediction.data, [...space, ...prediction.shape], prediction.metadata);
}

function zeros(shape: readonly number[], metadata: Image['metadata']): Image {
  return image(new Float32Array(sizeOf(shape)), shape, metadata);
}
