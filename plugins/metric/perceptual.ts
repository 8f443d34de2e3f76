/**
 * Compares images by the features of networks that were trained on photographs (TEST.METRICS: fid, is, lpips).
 */
import { defer, type Observable, tap } from 'rxjs';
import { Type } from 'typebox';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { dropBorder } from '../../core/image/border-crop.js';
import { type Image, sizeOf } from '../../core/image/image.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { type EventBus, METRIC_VARIANTS, type MetricVariant } from '../../core/job/events.js';
import { frechetDistance } from '../../core/nd/frechet-distance.js';
import { extent } from '../../core/nd/image-error.js';
import { inceptionScore } from '../../core/nd/inception-score.js';
import { defineNode } from '../../core/plugin/define.js';
import {
  findNetwork,
  INCEPTION_FILES,
  networkFolders,
  PERCEPTUAL_FILES,
  readNetwork,
} from '../../core/plugin/network-files.js';
import { services } from '../../core/plugin/services.js';
import type { InferenceProgram, Module, TensorRuntime } from '../../core/tensor/index.js';
import { BACKBONES, LEAST_SIDE, PerceptualDistance } from '../../core/tensor/measure/perceptual-network.js';
import { fitCheckpoint } from '../../core/train/fit-checkpoint.js';
import { INCEPTION_SIDE, Inception, inceptionInput } from './inception.js';

export const PERCEPTUAL_METRICS = ['fid', 'is', 'lpips'] as const;
type PerceptualMetric = (typeof PERCEPTUAL_METRICS)[number];

/** Parts that the inception score is the mean of, from so many images on; of fewer it is taken over all at once. */
const SPLITS = 10;
const LEAST_FOR_SPLITS = 2 * SPLITS;

export const measurePerceptual = defineNode({
  id: 'metric/perceptual',
  role: 'metric',
  summary: 'Compares images by features of networks that were trained on photographs: FID, IS, LPIPS.',
  inputs: { main: ['channels'] },
  output: 'same',
  parameters: Type.Object(
    {
      metrics: Type.Array(Type.Enum(PERCEPTUAL_METRICS), { minItems: 1 }),
      product: Type.String({ default: 'restored', description: 'Images that are measured, [y, x, 1 or 3].' }),
      variant: Type.Enum(METRIC_VARIANTS, { default: 'per image' }),
      border: Type.Array(Type.Integer({ minimum: 0 }), {
        default: [],
        description: 'Pixels left out at both ends of each axis (TEST.EVAL_BORDER_CROP).',
      }),
      folder: Type.String({
        default: '',
        description: 'Folder of the weights; empty for BIAGRAPH_NETWORKS, ~/.cache/biagraph and the cache of PyTorch.',
      }),
    },
    { additionalProperties: false },
  ),
  needs: { events: services.events, tensors: services.tensors },
  // Both images in colours, and as the networks take them.
  memory: (_, { shape }) =>
    2 * 3 * Float32Array.BYTES_PER_ELEMENT * (2 * sizeOf(shape.slice(0, -1)) + INCEPTION_SIDE ** 2),
  create:
    ({ metrics, product, variant, border, folder }, { events, tensors }, place) =>
    ({ main }): Observable<Sample> =>
      defer(() => {
        const networks = new Networks(metrics, networkFolders(folder), events);
        place.onClose(() => networks.close());
        const found = new Features();
        return main.pipe(
          mapOrdered(1, async (sample: Sample) => {
            const { target, file, id } = sample;
            if (!target) return sample;
            const pair = coloured(
              dropBorder(productOf(sample, product, place.name), border),
              dropBorder(target, border),
            );
            if (!pair) {
              events.emit({
                type: 'warning',
                message:
                  `${file || id}: ${metrics.join(', ')} are for planes of 1 or 3 channels with sides of ${LEAST_SIDE} or more, so ` +
                  'this image is left out of them.',
              });
              return sample;
            }
            const { inception, perceptual } = await networks.open(tensors);
            if (inception) found.add(await featuresOf(inception, pair));
            const distance = perceptual && (await distanceOf(perceptual, pair));
            if (distance === undefined) return sample;
            return { ...sample, metrics: { ...sample.metrics, [`LPIPS (${variant})`]: distance } };
          }),
          tap({ complete: () => found.tell(metrics, variant, events) }),
        );
      }),
});

interface Pair {
  /** `[y, x, 3]` from 0 to 1. */
  prediction: Float32Array;
  target: Float32Array;
  sides: readonly number[];
}

/**
 * Two planes as colours from 0 to 1, black and white being the least and the greatest of the target; a grey plane becomes three equal
 * channels. Undefined for what is no such plane.
 */
export function coloured(prediction: Image, target: Image): Pair | undefined {
  const sides = target.shape.slice(0, -1);
  const fits = ({ shape }: Image) => shape.length === 3 && (shape[2] === 1 || shape[2] === 3);
  if (prediction.source || target.source || !fits(prediction) || !fits(target)) return undefined;
  if (prediction.shape.join() !== target.shape.join() || sides.some((side) => side < LEAST_SIDE)) return undefined;
  const [min, max] = extent(target);
  const scale = max > min ? 1 / (max - min) : 0;
  const channels = target.shape[2];
  const inColours = ({ data }: Image) => {
    const result = new Float32Array(sizeOf(sides) * 3);
    for (let i = 0; i < result.length; i++) {
      const value = data[channels === 3 ? i : Math.floor(i / 3)];
      result[i] = Math.min(Math.max((value - min) * scale, 0), 1);
    }
    return result;
  };
  return { prediction: inColours(prediction), target: inColours(target), sides };
}

/** Opens the networks whose weights are found, and tells once of those that are not. */
class Networks {
  #opened: Promise<{ inception?: InferenceProgram; perceptual?: InferenceProgram }> | undefined;

  constructor(
    private readonly metrics: readonly PerceptualMetric[],
    private readonly folders: readonly string[],
    private readonly events: EventBus,
  ) {}

  open(tensors: () => Promise<TensorRuntime>) {
    this.#opened ??= this.#open(tensors);
    return this.#opened;
  }

  async #open(tensors: () => Promise<TensorRuntime>) {
    const wanted = (name: PerceptualMetric) => this.metrics.includes(name);
    const inception = wanted('fid') || wanted('is') ? await this.#inception() : undefined;
    const perceptual = wanted('lpips') ? await this.#perceptual() : undefined;
    const load = async (found: { network: Module; files: string[]; name: string } | undefined) => {
      if (!found) return undefined;
      const weights = await readNetwork(found.files);
      const program = await (await tensors()).infer(found.network);
      await program.restore(fitCheckpoint(found.network, weights, { network: found.name }).tensors);
      this.events.emit({ type: 'notice', message: `${found.name} is measured with ${found.files.join(' and ')}.` });
      return program;
    };
    const [first, second] = [await load(inception), await load(perceptual)];
    return { ...(first && { inception: first }), ...(second && { perceptual: second }) };
  }

  async #inception() {
    const file = findNetwork(this.folders, INCEPTION_FILES);
    const asked = this.metrics.filter((name) => name !== 'lpips').map((name) => name.toUpperCase());
    if (file) return { network: new Inception(), files: [file], name: asked.join(' and ') };
    this.#missing(asked.join(' and '), `Inception v3 (${INCEPTION_FILES[0]})`);
    return undefined;
  }

  async #perceptual() {
    for (const backbone of BACKBONES) {
      const { network, features } = PERCEPTUAL_FILES[backbone];
      const files = [findNetwork(this.folders, network), findNetwork(this.folders, features)];
      if (files.every((file) => file !== undefined))
        return { network: new PerceptualDistance(backbone), files, name: `LPIPS (${backbone})` };
    }
    const names = BACKBONES.map((backbone) => {
      const { network, features } = PERCEPTUAL_FILES[backbone];
      return `${network[0]} and ${features[0]}`;
    });
    this.#missing('LPIPS', `one of its networks (${names.join('; ')})`);
    return undefined;
  }

  #missing(what: string, network: string): void {
    this.events.emit({
      type: 'warning',
      message:
        `${what} cannot be measured: the weights of ${network} were not found in ${this.folders.join(', ')}. Biagraph does not ` +
        'bring them: put the files there, or take the metric out of TEST.METRICS. All else is measured.',
    });
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.inception?.dispose();
    await opened?.perceptual?.dispose();
  }
}

interface PairFeatures {
  prediction: Float32Array;
  target: Float32Array;
  /** Of the prediction. */
  logits: Float32Array;
}

async function featuresOf(program: InferenceProgram, { prediction, target, sides }: Pair): Promise<PairFeatures> {
  const inputs = [inceptionInput(prediction, sides), inceptionInput(target, sides)];
  const data = new Float32Array(inputs[0].length * 2);
  inputs.forEach((input, i) => {
    data.set(input, i * input.length);
  });
  const [features, logits] = await program.predict({ data, shape: [2, INCEPTION_SIDE, INCEPTION_SIDE, 3] });
  const half = features.data.length / 2;
  return {
    prediction: features.data.slice(0, half),
    target: features.data.slice(half),
    logits: logits.data.slice(0, logits.data.length / 2),
  };
}

async function distanceOf(program: InferenceProgram, { prediction, target, sides }: Pair): Promise<number> {
  const data = new Float32Array(prediction.length * 2);
  data.set(prediction);
  data.set(target, prediction.length);
  const [{ data: distance }] = await program.predict({ data, shape: [2, ...sides, 3] });
  return distance[0];
}

/** Features of all images of a test. */
class Features {
  readonly #pairs: PairFeatures[] = [];

  add(features: PairFeatures): void {
    this.#pairs.push(features);
  }

  /** What is a value of all images together. */
  tell(metrics: readonly PerceptualMetric[], variant: MetricVariant, events: EventBus): void {
    const count = this.#pairs.length;
    if (count === 0) return;
    const emit = (name: string, value: number) =>
      events.emit({ type: 'metric', level: 'overall', name, variant, value });
    if (metrics.includes('fid')) {
      if (count < 2)
        events.emit({ type: 'warning', message: 'FID compares sets of images: it needs two test images or more.' });
      else
        emit(
          'FID',
          frechetDistance(
            this.#pairs.map(({ target }) => target),
            this.#pairs.map(({ prediction }) => prediction),
          ),
        );
    }
    if (metrics.includes('is'))
      emit(
        'IS',
        inceptionScore(
          this.#pairs.map(({ logits }) => logits),
          count >= LEAST_FOR_SPLITS ? SPLITS : 1,
        ),
      );
  }
}
