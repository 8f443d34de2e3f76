import { expect, it } from 'vitest';
import { type Image, image } from '../../../core/image/image.js';
import { attempt, Data, expectNumbers, expectTold, grey, SIDE, type Tree, textured } from './attempt.js';

const stripes = grey((x) => Number(x % 8 > 3));

async function run(labels: { train?: Image; test?: Image }, settings: Tree = {}) {
  const data = new Data();
  for (const [part, names] of [
    ['train', ['a', 'b']],
    ['test', ['a']],
  ] as const)
    for (const [i, name] of names.entries()) {
      await data.picture(`${part}/raw/${name}.tif`, textured(i));
      await data.picture(`${part}/label/${name}.tif`, labels[part] ?? stripes);
    }
  return attempt(data, { 'PROBLEM.TYPE': 'SEMANTIC_SEG', ...settings });
}

it('labels that are no whole numbers', async () => {
  const halves = image(
    Float32Array.from(stripes.data, (value) => value / 2),
    stripes.shape,
  );
  expectTold(await run({ train: halves }), 'train/label/a.tif: expected class ids from 0 to 1', 'found 0, 0.5');
});

it('labels in the test that are no class', async () => {
  expectTold(await run({ test: grey((x) => x) }), 'test/label/a.tif: expected class ids from 0 to 1');
});

it('nothing but background: everything is 0 that nothing can be divided by', async () => {
  const outcome = await run({ train: grey(() => 0), test: grey(() => 0) });
  expectNumbers(outcome);
  expect(Number(outcome.rows.a['IoU (merge patches)'])).toBe(0);
});

it('an object as large as the image', async () => {
  expectNumbers(await run({ train: grey(() => 255), test: grey(() => 255) }));
});

it('a class that no image has', async () => {
  expectNumbers(await run({}, { 'DATA.N_CLASSES': 4 }));
});

it('flat images, which have no contrast to normalise', async () => {
  const data = new Data();
  for (const file of ['train/raw/a.tif', 'train/raw/b.tif', 'test/raw/a.tif']) {
    await data.picture(
      file,
      grey(() => 7),
    );
    await data.picture(file.replace('raw', 'label'), stripes);
  }
  for (const type of ['zero_mean_unit_variance', 'scale_range'])
    expectNumbers(await attempt(data, { 'PROBLEM.TYPE': 'SEMANTIC_SEG', 'DATA.NORMALIZATION.TYPE': type }));
});

it('an image smaller than the patch, and one pixel wide', async () => {
  const data = new Data();
  for (const file of ['train/raw/a.tif', 'train/raw/b.tif']) {
    await data.picture(file, textured());
    await data.picture(file.replace('raw', 'label'), stripes);
  }
  const line = (of: Image) => image(of.data.slice(0, SIDE), [SIDE, 1, 1]);
  await data.picture('test/raw/a.tif', line(textured()));
  await data.picture('test/label/a.tif', line(stripes));
  expectNumbers(await attempt(data, { 'PROBLEM.TYPE': 'SEMANTIC_SEG' }));
});

const coloured = (of: Image) =>
  image(
    Uint8Array.from({ length: 3 * of.data.length }, (_, i) => of.data[Math.floor(i / 3)]),
    [...of.shape.slice(0, 2), 3],
  );

it('masks that are saved in colours', async () => {
  const masks = coloured(grey((x) => (x % 8 > 3 ? 255 : 0)));
  expectTold(await run({ train: masks }), 'train/label/a.tif: the target has 3 channels, expected 1', 'grey images');
  expectTold(await run({ test: masks }), 'test/label/a.tif: the target has 3 channels');
});

it('edges of coloured images', async () => {
  const data = new Data();
  for (const file of ['train/raw/a.tif', 'train/raw/b.tif', 'test/raw/a.tif']) {
    await data.picture(file, coloured(textured()));
    await data.picture(file.replace('raw', 'label'), stripes);
  }
  const edges = { 'DATA.PREPROCESS.TRAIN': true, 'DATA.PREPROCESS.TEST': true, 'DATA.PREPROCESS.CANNY.ENABLE': true };
  expectNumbers(await attempt(data, { 'PROBLEM.TYPE': 'SEMANTIC_SEG', ...edges }));
});
