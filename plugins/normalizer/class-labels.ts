/**
 * Brings semantic masks to class ids 0 … N−1 and checks them.
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { type Config, ignoredClass } from '../../core/config/index.js';
import { DataError } from '../../core/errors.js';
import { mapImage } from '../../core/image/deferred.js';
import { type Image, image } from '../../core/image/image.js';
import { defineNode } from '../../core/plugin/define.js';

export const classLabels = defineNode({
  id: 'normalizer/class-labels',
  role: 'normalizer',
  summary: 'Brings masks to class ids: 0/255 becomes 0/1; refuses ids above the number of classes.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object(
    {
      classes: Type.Integer({ minimum: 1, default: 2, description: 'Number of classes, the background included.' }),
      ignore: Type.Integer({ default: -1, description: 'An id that losses and metrics leave out; -1 for none.' }),
    },
    { additionalProperties: false },
  ),
  keys: ['PROBLEM.SEMANTIC_SEG.IGNORE_CLASS_ID'],
  fromConfig: (config: Config) => ({ classes: Math.max(config.DATA.N_CLASSES, 2), ignore: ignoredClass(config) }),
  create:
    ({ classes, ignore }) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          if (!sample.target) return sample;
          const file = String(sample.facts.targetFile ?? sample.file);
          const work = (mask: Image) => toClassIds(mask, classes, ignore, file);
          return { ...sample, target: mapImage(sample.target, work, { dtype: 'float32' }) };
        }),
      ),
});

/**
 * A mask with ids 0 … classes−1 (and `ignore`), as float32. Masks with larger values are divided by 255, as BiaPy does.
 *
 * @throws DataError naming the file and the values when they are no class ids.
 */
export function toClassIds(mask: Image, classes: number, ignore: number, file: string): Image {
  const values = distinct(mask);
  const largest = Math.max(...values);
  const scaled = largest > Math.max(classes - 1, ignore) && largest === 255 && ignore !== 255;
  const ids = [...values].map((value) => (scaled ? value / 255 : value)).sort((a, b) => a - b);
  const wrong = ids.filter((id) => id !== ignore && !(Number.isInteger(id) && id >= 0 && id < classes));
  if (wrong.length > 0) {
    const told = [...values].sort((a, b) => a - b);
    throw new DataError(
      `${file}: expected class ids from 0 to ${classes - 1}${classes === 2 ? ' (or 0 and 255)' : ''}, found ` +
        `${told.slice(0, 12).join(', ')}${told.length > 12 ? `, ... (${told.length}${told.length > MOST ? ' or more' : ''} values)` : ''}. ` +
        'Set DATA.N_CLASSES to the number of classes with the background, or correct the mask.',
      { where: { file, key: 'DATA.N_CLASSES' } },
    );
  }
  const data = new Float32Array(mask.data.length);
  for (let i = 0; i < data.length; i++) data[i] = scaled ? mask.data[i] / 255 : mask.data[i];
  return image(data, mask.shape, mask.metadata);
}

/** More values than any mask of classes has: an image took its place. */
const MOST = 1000;

function distinct(mask: Image): Set<number> {
  const values = new Set<number>();
  let previous = Number.NaN;
  for (const value of mask.data) {
    if (value === previous) continue;
    values.add(value);
    if (values.size > MOST) break;
    previous = value;
  }
  return values;
}
