/** What sample filters tell and show of their work. */
import { Type } from 'typebox';
import { DataError } from '../../core/errors.js';

/** Where examples of what was kept and left out are written. */
export const Examples = Type.Union(
  [Type.Object({ folder: Type.String(), count: Type.Integer({ minimum: 0 }) }), Type.Null()],
  { default: null, description: 'Folder and number of the example images that are written; null for none.' },
);

/** Samples met so far. */
export interface Seen {
  kept: number;
  dropped: number;
}

/** What a filter did, for people. */
export function told({ kept, dropped }: Seen, what: string): string {
  return `kept ${kept} of ${kept + dropped} ${what}`;
}

/** The error of a filter that leaves too little to work with. */
export function tooFew(name: string, seen: Seen, what: string): DataError {
  return new DataError(
    `the sample filter '${name}' ${told(seen, what)}, too few to train with. Relax FILTER_SAMPLES.VALUES, or switch ` +
      'FILTER_SAMPLES.ENABLE off.',
    { where: { node: name, key: 'DATA.TRAIN.FILTER_SAMPLES.VALUES' } },
  );
}
