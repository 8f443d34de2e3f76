import { describe, expect, it } from 'vitest';
import { type Image, image } from '../../../core/image/image.js';
import { attempt, Data, expectNumbers, expectTold, grey, type Outcome, SIDE, type Tree, textured } from './attempt.js';

const SECTION = 'PROBLEM.INSTANCE_SEG';

/** Four objects that touch. */
const quarters = grey((x, y) => (x > 4 && y > 4 && x < 28 && y < 28 ? 1 + Number(x > 15) + 2 * Number(y > 15) : 0));
const nothing = grey(() => 0);
const giant = grey(() => 3);

async function run(
  { train = quarters, test = [quarters] }: { train?: Image; test?: Image[] },
  settings: Tree = {},
  raw: (i: number) => Image = textured,
) {
  const data = new Data();
  for (const [part, labels] of Object.entries({ train: [train, train], test }))
    for (const [i, picture] of labels.entries()) {
      await data.picture(`${part}/raw/${'abc'[i]}.tif`, raw(i));
      await data.picture(`${part}/label/${'abc'[i]}.tif`, picture);
    }
  return attempt(data, { 'PROBLEM.TYPE': 'INSTANCE_SEG', [`${SECTION}.DATA_CHANNELS`]: ['F', 'C'], ...settings });
}

/** Channels for each way to make objects. */
const WAYS: [string, string[]][] = [
  ['watershed', ['F', 'C', 'Db']],
  ['offsets to centres', ['F', 'V', 'H']],
  ['stardist', ['Db', 'R']],
  ['gradient-flow', ['F', 'Gv', 'Gh']],
  ['embeddings', ['E_offset', 'E_sigma', 'E_seediness']],
];

/** Thresholds of a network that has learned nothing: with low ones everything is foreground, with high ones nothing. */
const cuts = (foreground: number) => ({
  [`${SECTION}.STARDIST.PROB_THRESH`]: foreground,
  [`${SECTION}.CELLPOSE.FG_THRESH`]: foreground,
  [`${SECTION}.EMBEDSEG.FG_THRESH`]: foreground,
  [`${SECTION}.EMBEDSEG.SEED_THRESH`]: foreground,
});

it.each(WAYS)(
  'by %s: labels of one object over everything, and of none, with everything predicted',
  async (_, letters) => {
    const settings = { [`${SECTION}.DATA_CHANNELS`]: letters, ...cuts(0.01) };
    expectNumbers(await run({ train: giant, test: [giant, nothing] }, settings));
  },
);

it.each(WAYS.filter(([way]) => way !== 'offsets to centres'))('by %s: no object anywhere', async (_, letters) => {
  const settings = { [`${SECTION}.DATA_CHANNELS`]: letters, ...cuts(0.999) };
  expectNumbers(await run({ train: nothing, test: [nothing] }, settings));
});

describe('labels', () => {
  const fractions = (value: number) =>
    image(
      Float32Array.from(quarters.data, (label) => label * value),
      quarters.shape,
    );

  it('that are no whole numbers, or below 0', async () => {
    expectTold(
      await run({ train: fractions(0.5) }),
      'train/label/a.tif: labels are whole numbers from 0 on, found 0.5',
    );
    expectTold(await run({ test: [fractions(-1)] }), 'test/label/a.tif: labels are whole numbers from 0 on, found -1');
    expectTold(await run({ train: fractions(Number.NaN) }), 'train/label/a.tif');
  });

  it('of another size than their image', async () => {
    expectTold(await run({ train: grey(() => 1, 40) }), 'train/label/a.tif: is 40×40');
  });

  it('with numbers beyond those that floating point tells apart', async () => {
    const large = image(
      Uint32Array.from(quarters.data, (label) => (label === 0 ? 0 : 2 ** 31 + label)),
      quarters.shape,
    );
    expectNumbers(await run({ train: large, test: [large] }));
  });

  it('without the classes that are asked for, and of a class that there is not', async () => {
    expectTold(
      await run({}, { 'DATA.N_CLASSES': 3 }),
      'train/label/a.tif: the target has 1 channel, expected 2, labels and the class',
    );
    const classed = (id: number) =>
      image(
        Uint8Array.from({ length: 2 * quarters.data.length }, (_, i) =>
          i % 2 === 0 ? quarters.data[i >> 1] : Number(quarters.data[i >> 1] > 0) * id,
        ),
        [SIDE, SIDE, 2],
      );
    expectTold(
      await run({ train: classed(5), test: [classed(1)] }, { 'DATA.N_CLASSES': 3 }),
      'from 0, the background, to 2',
    );
    // One of the two classes is missing everywhere.
    expectNumbers(await run({ train: classed(1), test: [classed(1)] }, { 'DATA.N_CLASSES': 3 }));
  });
});

describe('images', () => {
  it('with values that are no numbers', async () => {
    const none = () => image(new Float32Array(SIDE * SIDE).fill(Number.NaN), [SIDE, SIDE, 1]);
    expectTold(await run({}, {}, none), 'train/raw/a.tif', /not finite|no number|NaN/);
  });

  it('of one pixel', async () => {
    const data = new Data();
    for (const name of ['a', 'b']) {
      await data.picture(`train/raw/${name}.tif`, textured());
      await data.picture(`train/label/${name}.tif`, quarters);
    }
    await data.picture('test/raw/a.tif', image(Uint8Array.of(7), [1, 1, 1]));
    await data.picture('test/label/a.tif', image(Uint8Array.of(1), [1, 1, 1]));
    expectNumbers(await attempt(data, { 'PROBLEM.TYPE': 'INSTANCE_SEG', [`${SECTION}.DATA_CHANNELS`]: ['F', 'C'] }));
  });
});

const values = ({ rows }: Outcome, name: string) => Number(rows.a[`${name} (IoU 0.5) (per image)`]);

it('nothing found where there are objects: all of them are missed', async () => {
  const outcome = await run({}, { [`${SECTION}.DATA_CHANNELS`]: ['Db', 'R'], ...cuts(1) });
  expectNumbers(outcome);
  expect([values(outcome, 'fn'), values(outcome, 'tp'), values(outcome, 'f1')]).toEqual([4, 0, 0]);
});

it('all post-processing of an image without objects', async () => {
  const post = 'TEST.POST_PROCESSING';
  const outcome = await run(
    { test: [nothing] },
    {
      ...{ [`${SECTION}.DATA_CHANNELS`]: ['Db', 'R'], ...cuts(1) },
      [`${post}.INSTANCE_REFINEMENT.ENABLE`]: true,
      [`${post}.INSTANCE_REFINEMENT.OPERATIONS`]: ['fill_holes', 'clear_border', 'dilation', 'remove_small_objects'],
      [`${post}.INSTANCE_REFINEMENT.VALUES`]: ['none', 'none', 2, 10],
      [`${post}.MEASURE_PROPERTIES.ENABLE`]: true,
      [`${post}.MEASURE_PROPERTIES.EXTRA_PROPS`]: ['solidity', 'eccentricity', 'feret_diameter_max'],
    },
  );
  expectNumbers(outcome);
});
