/**
 * Evens out local contrast (DATA.PREPROCESS.CLAHE).
 */
import { concatMap } from 'rxjs';
import { Type } from 'typebox';
import { MemoryError } from '../../core/errors.js';
import { readRegion } from '../../core/image/deferred.js';
import { bytesPerValue, type Image, spatialShape } from '../../core/image/image.js';
import { madeInParts } from '../../core/image/made-in-parts.js';
import { partBoxes } from '../../core/image/parts.js';
import type { Sample } from '../../core/image/sample.js';
import { formatBytes } from '../../core/job/memory.js';
import { type EqualizeOptions, equalizeAdaptive } from '../../core/nd/equalize-adaptive.js';
import { EqualizationInParts } from '../../core/nd/equalize-in-parts.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';
import { inTypeOf, preprocessing, surroundingsBudget, workingBytes } from './settings.js';

export const clahe = defineNode({
  id: 'preprocessor/clahe',
  role: 'preprocessor',
  summary: 'Equalises histograms region by region, with a limit to the contrast.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object(
    {
      region: Type.Union([Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 4 }), Type.Null()], {
        default: null,
        description: 'Sides of a region in pixels, one for all axes or one for each; null for an eighth of the image.',
      }),
      clipLimit: Type.Number({
        minimum: 0,
        default: 0.01,
        description: "Share of a region's pixels that one grey level may have.",
      }),
    },
    { additionalProperties: false },
  ),
  order: 50,
  keys: ['DATA.PREPROCESS.CLAHE.ENABLE'],
  fromConfig(config, part) {
    const settings = preprocessing(config, part)?.CLAHE;
    if (!settings?.ENABLE) return undefined;
    const region = settings.KERNEL_SIZE as number | number[] | null;
    return { region: typeof region === 'number' ? [region] : region, clipLimit: settings.CLIP_LIMIT };
  },
  memory: (_, { shape }) => workingBytes(shape, 3),
  needs: { memory: services.memory, signal: services.signal },
  create({ region, clipLimit }, { memory, signal }, { phase }) {
    const options = { clipLimit, ...(region && { region: region.length === 1 ? region[0] : region }) };
    const budget = surroundingsBudget(phase, memory.budget);
    const equalized = async ({ image: picture, file }: Sample): Promise<Image> =>
      picture.source
        ? inParts(picture, options, { file, budget, signal })
        : inTypeOf(picture, equalizeAdaptive(picture, options), true);
    return ({ main }) => main.pipe(concatMap(async (sample) => ({ ...sample, image: await equalized(sample) })));
  },
});

/** Measured in three passes, then equalised part by part. Half of the budget is for the histograms. */
async function inParts(
  picture: Image,
  options: EqualizeOptions,
  { file, budget, signal }: { file: string; budget: number; signal: AbortSignal },
): Promise<Image> {
  const { shape, dtype } = picture;
  const bytes = EqualizationInParts.bytes(shape, options);
  if (bytes > budget / 2)
    throw new MemoryError(
      `${file}: the histograms of all regions take ${formatBytes(bytes)}, more than the ${formatBytes(budget / 2)} that the memory ` +
        'budget leaves for them. Raise DATA.PREPROCESS.CLAHE.KERNEL_SIZE, or SYSTEM.MEMORY_BUDGET.',
      { where: { file, key: 'DATA.PREPROCESS.CLAHE.KERNEL_SIZE' } },
    );
  const equalization = new EqualizationInParts(shape, dtype, options);
  const boxes = [...partBoxes(spatialShape(picture))];
  do {
    picture.source!.expect?.(boxes);
    for (const box of boxes) equalization.add(await readRegion(picture, box, signal), box);
  } while (equalization.again());
  return madeInParts(picture, {
    what: 'CLAHE',
    origin: (box) => box,
    make: (part, box) => inTypeOf(part, equalization.equalize(part, box), true),
    bytesPerValue: bytesPerValue(dtype) + 2 * Float64Array.BYTES_PER_ELEMENT,
    budget: budget / 2,
  });
}
