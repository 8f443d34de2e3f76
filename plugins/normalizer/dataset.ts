/**
 * Brings intensities to a common range by the numbers of the whole training set (DATA.NORMALIZATION.MEASURE_BY: dataset).
 */
import { concatMap, defer, lastValueFrom, map, type Observable, switchMap } from 'rxjs';
import { Type } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { DataError } from '../../core/errors.js';
import { DatasetMeasure } from '../../core/image/dataset-normalization.js';
import { mapImage } from '../../core/image/deferred.js';
import { channelCount, type Image, type MakePixels, sizeOf } from '../../core/image/image.js';
import {
  isMeasuredBy,
  NormalizationParameters,
  normalizationFromConfig,
  normalizationOptions,
} from '../../core/image/normalization-parameters.js';
import {
  type Normalization,
  type NormalizationOptions,
  normalize,
  OUTPUT_NORMALIZATION,
} from '../../core/image/normalize.js';
import { partsOf } from '../../core/image/parts.js';
import type { Sample, TargetKind } from '../../core/image/sample.js';
import { defineNode, type Part } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

/** Under which name the numbers are kept with the weights. */
const KEPT = { image: 'normalization', target: 'targetNormalization' } as const;

/**
 * A training measures its images before it begins, in one to three passes over them, and keeps the numbers with its
 * checkpoints. Validation, tests and a training that goes on take them from there.
 */
export const datasetNormalizer = defineNode({
  id: 'normalizer/dataset',
  role: 'normalizer',
  summary: 'Brings intensities to a common range, measured on all training images together.',
  inputs: { main: ['image'] },
  output: 'same',
  parameters: Type.Object(
    {
      ...NormalizationParameters.properties,
      of: Type.Enum(['image', 'target'] as const, { default: 'image', description: 'What is measured and changed.' }),
      measures: Type.Boolean({
        default: false,
        description: 'These are the training images, which are measured. Others take the numbers that were kept.',
      }),
    },
    { additionalProperties: false },
  ),
  fromConfig: (config, part) => fromConfig(config, part, 'image'),
  // The raw image is kept beside the normalised one, for pictures and for undoing the normalisation.
  memory: (_, { shape }) => sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT,
  needs: { memory: services.memory, training: services.training, signal: services.signal, events: services.events },
  create({ of, measures, ...parameters }, { memory, training, signal, events }) {
    const options = { ...normalizationOptions(parameters), unitFloats: of === 'target' };
    const pictureOf = (sample: Sample) => (of === 'image' ? sample.image : sample.target);
    const make: MakePixels = (dtype, length) => memory.pixels(dtype, length);

    async function numbers(images: Observable<Sample>): Promise<Normalization> {
      const kept = await training.kept(KEPT[of], { wait: !measures });
      if (kept !== undefined) return kept as Normalization;
      if (!measures) throw notKept();
      const measured = await measure(images, options, pictureOf, signal);
      events.emit({ type: 'notice', message: `Measured on all training ${of}s: ${shown(measured)}.` });
      training.keep(KEPT[of], measured);
      return measured;
    }

    return ({ main }) =>
      defer(async () => ({
        numbers: await numbers(main),
        // What the network gives is in the range of its targets.
        output: measures || of === 'target' ? undefined : await training.kept(KEPT.target, { wait: false }),
      })).pipe(
        switchMap(({ numbers, output }) =>
          main.pipe(
            map((sample): Sample => {
              const picture = pictureOf(sample);
              if (!picture) return sample;
              const work = (part: Image) => normalize(part, numbers, picture.source ? undefined : make);
              const normalized = mapImage(picture, work, { dtype: 'float32' });
              if (of === 'target') {
                const targetKinds = new Array<TargetKind>(channelCount(picture)).fill('image');
                const facts = { ...sample.facts, targetNormalization: numbers };
                return { ...sample, target: normalized, targetKinds, facts };
              }
              const facts = {
                ...sample.facts,
                normalization: numbers,
                ...(output ? { [OUTPUT_NORMALIZATION]: output } : {}),
              };
              return { ...sample, image: normalized, products: { raw: picture, ...sample.products }, facts };
            }),
          ),
        ),
      );
  },
});

/** Parameters for images or their targets; undefined where something else is measured. Targets of a test stay as they are. */
export function fromConfig(config: Config, part: Part, of: 'image' | 'target') {
  if (!isMeasuredBy(config, 'dataset') || (of === 'target' && part === 'test')) return undefined;
  return { ...normalizationFromConfig(config, of === 'image' ? 'input' : 'target'), of, measures: part === 'train' };
}

/** As many passes over all images as it takes. */
async function measure(
  images: Observable<Sample>,
  options: NormalizationOptions,
  pictureOf: (sample: Sample) => Image | undefined,
  signal: AbortSignal,
): Promise<Normalization> {
  const dataset = new DatasetMeasure(options);
  const pass = images.pipe(
    concatMap(async (sample) => {
      const picture = pictureOf(sample);
      if (picture) for await (const part of partsOf(picture, signal)) dataset.add(part, sample.file || sample.id);
      sample.lease.release();
    }),
  );
  do await lastValueFrom(pass, { defaultValue: undefined });
  while (dataset.again());
  return dataset.result();
}

function notKept(): DataError {
  const key = 'DATA.NORMALIZATION.MEASURE_BY';
  return new DataError(
    'images are to be normalised by the numbers of their training set, but the checkpoint has none. Take one that was trained with ' +
      `${key}: dataset, or write image.`,
    { where: { key } },
  );
}

/** The numbers of each channel, in a few words. */
function shown({ channels }: Normalization): string {
  return channels
    .map((statistics) =>
      Object.entries(statistics)
        .map(([name, value]) => `${name} ${Number(value.toPrecision(6))}`)
        .join(', '),
    )
    .join('; ');
}
