/**
 * Brings predicted images from the range of the network back to intensities: the inverse of the normalisation.
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { DataError } from '../../core/errors.js';
import { castPixels } from '../../core/image/cast.js';
import { mapImage } from '../../core/image/deferred.js';
import { type DType, type Image, image } from '../../core/image/image.js';
import {
  NormalizationParameters,
  normalizationFromConfig,
  normalizationOptions,
} from '../../core/image/normalization-parameters.js';
import {
  denormalize,
  measureNormalization,
  type Normalization,
  type NormalizationOptions,
  OUTPUT_NORMALIZATION,
  OWN_INTENSITIES,
} from '../../core/image/normalize.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { defineNode } from '../../core/plugin/define.js';

const DTYPES = ['uint8', 'uint16', 'uint32', 'int8', 'int16', 'int32', 'float32', 'float64'] as const;

export const denormalizePrediction = defineNode({
  id: 'postprocessor/denormalize',
  role: 'postprocessor',
  summary: 'Brings predicted images back to intensities, in the number type of the input.',
  inputs: { main: ['channels', 'patch'] },
  output: 'same',
  parameters: Type.Object(
    {
      product: Type.String({ default: 'channels', description: 'Prediction to bring back.' }),
      into: Type.String({ default: 'restored', description: 'Name of the product that is made.' }),
      target: Type.Union([NormalizationParameters, Type.Null()], {
        default: null,
        description:
          'How the targets of the training were normalised, where that differs from the input. What it does not fix is ' +
          'measured on the raw input, since the target of a new image is not known; but div is that of the number type of ' +
          'the target, where there is one.',
      }),
      formula: Type.Enum(['exact', 'reference'] as const, {
        default: 'exact',
        description: "exact inverts the normalisation; reference is BiaPy's formula, which overshoots for scale_range.",
      }),
      dtype: Type.Union([Type.Enum(DTYPES), Type.Null()], {
        default: null,
        description:
          'Number type of the result; null for that of the input, or with `target` that of the target, else float32.',
      }),
    },
    { additionalProperties: false },
  ),
  fromConfig(config, part) {
    if (part !== 'test') return undefined;
    const target = config.DATA.NORMALIZATION.TARGET.ENABLE ? normalizationFromConfig(config, 'target') : null;
    return { product: 'channels', into: 'restored', target, formula: 'exact' as const, dtype: null };
  },
  // The result, and its float64 values before they are cast.
  memory: (_, { shape }) => shape.reduce((product, side) => product * side, 2 * Float64Array.BYTES_PER_ELEMENT),
  create({ product, into, target, formula, dtype }, _, place) {
    const options = target && normalizationOptions(target);
    return ({ main }) =>
      main.pipe(
        map((sample) => {
          // A patch has no products of the image it was cut from.
          const parent = sample.placement?.parent ?? sample;
          const prediction = productOf(sample, product, place.name);
          const restore = () => {
            const normalization = outputNormalization(sample, parent, options, place.name);
            const type = dtype ?? normalization.dtype;
            const work = (part: Image) => denormalize(part, normalization, { formula, dtype: type });
            return mapImage(prediction, work, { dtype: type });
          };
          // Joined of patches that were brought back each: what is left is the number type.
          const restored = sample.facts[OWN_INTENSITIES]
            ? inType(prediction, dtype ?? typeOfResult(sample, options !== null))
            : restore();
          return { ...sample, products: { ...sample.products, [into]: restored } };
        }),
      );
  },
});

/** How what the network gives was normalised: as its targets, where that is known. */
function outputNormalization(
  sample: Sample,
  parent: Sample,
  options: NormalizationOptions | null,
  node: string,
): Normalization {
  const kept = parent.facts[OUTPUT_NORMALIZATION] as Normalization | undefined;
  if (kept) return kept;
  if (!options) return normalizationOf(sample, node);
  // Of a patch that was normalised on its own, the raw patch stands for the image.
  return targetNormalization(sample.products.raw ? { ...parent, products: sample.products } : parent, options, node);
}

/** That of the input as it was read, or of targets. */
function typeOfResult({ products, image, target }: Sample, ofTargets: boolean): DType {
  if (ofTargets) return target?.dtype ?? 'float32';
  return (products.raw ?? image).dtype;
}

function inType(prediction: Image, dtype: DType): Image {
  const work = ({ data, shape, metadata }: Image) => image(castPixels(data, dtype), shape, metadata);
  return mapImage(prediction, work, { dtype });
}

/**
 * How the target of an image was normalised. Its statistics are those of the input, since a new image has no target; a
 * division by the limit of the number type says nothing of the pixels, and so is that of the target where there is one.
 */
function targetNormalization(parent: Sample, options: NormalizationOptions, node: string): Normalization {
  const raw = productOf(parent, 'raw', node);
  const measured = options.type === 'div' && parent.target ? parent.target : raw;
  const normalization = measureNormalization(measured, { ...options, unitFloats: true }, parent.file);
  return { ...normalization, dtype: parent.target?.dtype ?? 'float32' };
}

/** What the normalizer noted. A patch that notes nothing was cut from an image that does. */
function normalizationOf(sample: Sample, node: string): Normalization {
  const noted = sample.facts.normalization ?? sample.placement?.parent.facts.normalization;
  if (noted) return noted as Normalization;
  throw new DataError(
    `${sample.file || sample.id}: node '${node}' undoes the normalisation, but the image was not normalised before. ` +
      "Put a 'normalizer/intensity' before the network, or remove this node.",
    { where: { ...(sample.file && { file: sample.file }), node } },
  );
}
