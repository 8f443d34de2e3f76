import { describe, expect, it } from 'vitest';
import { type Image, image } from '../../../core/image/image.js';
import { attempt, Data, expectNumbers, expectTold, grey, SIDE, type Tree, textured } from './attempt.js';

async function run(settings: Tree, { train, test }: { train?: Image; test?: Image } = {}, raw = textured()) {
  const data = new Data();
  const usual = textured(3, settings['PROBLEM.TYPE'] === 'SUPER_RESOLUTION' ? 2 * SIDE : SIDE);
  for (const [part, names] of [
    ['train', ['a', 'b']],
    ['test', ['a']],
  ] as const)
    for (const name of names) {
      await data.picture(`${part}/raw/${name}.tif`, raw);
      await data.picture(`${part}/label/${name}.tif`, (part === 'train' ? train : test) ?? usual);
    }
  return attempt(data, settings);
}

describe('super-resolution', () => {
  const settings = { 'PROBLEM.TYPE': 'SUPER_RESOLUTION', 'PROBLEM.SUPER_RESOLUTION.UPSCALING': '(2, 2)' };

  it('targets that are no multiple of their images, or another one', async () => {
    const odd = textured(0, 2 * SIDE - 1);
    expectTold(await run(settings, { train: odd }), 'train/label/a.tif: is 63×63', '64×64');
    expectTold(await run(settings, { test: textured(0, 4 * SIDE) }), 'test/label/a.tif: is 128×128', '64×64');
  });

  it('flat targets, which have no range', async () => {
    const flat = grey(() => 0, 2 * SIDE);
    expectNumbers(await run(settings, { train: flat, test: flat }));
  });
});

describe('image to image', () => {
  const settings = { 'PROBLEM.TYPE': 'IMAGE_TO_IMAGE', 'TEST.METRICS': ['psnr', 'mae', 'mse', 'ssim', 'pcc'] };

  it('targets of another size, or with other channels', async () => {
    expectTold(await run(settings, { train: textured(0, 40) }), 'train/label/a.tif: is 40×40');
    const two = image(new Uint8Array(SIDE * SIDE * 2), [SIDE, SIDE, 2]);
    expectTold(await run(settings, { train: two }), 'train/label/a.tif', '2 channels');
  });

  it('flat images and targets', async () => {
    for (const value of [0, 200]) {
      const flat = grey(() => value);
      const outcome = await run(settings, { train: flat, test: flat }, flat);
      expectNumbers(outcome);
      expect(Number(outcome.rows.a['PCC (merge patches)'])).toBe(0);
    }
  });

  it('targets with values that are not finite', async () => {
    const broken = image(
      Float32Array.from({ length: SIDE * SIDE }, (_, i) => (i === 5 ? Number.NaN : 1)),
      [SIDE, SIDE, 1],
    );
    expectTold(await run(settings, { test: broken }), 'test/label/a.tif', 'NaN');
  });

  it('a sample without versions, or with two targets', async () => {
    const data = new Data();
    const versions = { ...settings, 'PROBLEM.IMAGE_TO_IMAGE.MULTIPLE_RAW_ONE_TARGET_LOADER': true };
    for (const part of ['train', 'test'])
      for (const sample of ['s', 't']) {
        for (const version of [0, 1]) await data.picture(`${part}/raw/${sample}/${version}.tif`, textured(version));
        await data.picture(`${part}/label/${sample}/target.tif`, textured(9));
      }
    expectNumbers(await attempt(data, versions));
    await data.picture('train/label/t/second.tif', textured(9));
    expectTold(await attempt(data, versions), 'train/label/t');
    data.remove('train/label/t/second.tif');
    data.remove('train/raw/t/0.tif');
    data.remove('train/raw/t/1.tif');
    expectTold(await attempt(data, versions), 'train/raw/t');
  });
});

describe('denoising', () => {
  it('flat images have nothing to hide', async () => {
    const flat = grey(() => 100);
    const settings = { 'PROBLEM.TYPE': 'DENOISING', 'DATA.TEST.LOAD_GT': false };
    expect((await run(settings, {}, flat)).error).toBeUndefined();
  });

  it('clean images of another size, or flat ones', async () => {
    const settings = { 'PROBLEM.TYPE': 'DENOISING', 'PROBLEM.DENOISING.LOAD_GT_DATA': true };
    expectTold(await run(settings, { test: textured(0, 31) }), 'test/label/a.tif: is 31×31');
    const flat = grey(() => 0);
    expectNumbers(await run(settings, { train: flat, test: flat }));
  });
});

describe('self-supervision', () => {
  it('flat images to degrade', async () => {
    for (const value of [0, 255]) {
      const settings = {
        'PROBLEM.TYPE': 'SELF_SUPERVISED',
        'PROBLEM.SELF_SUPERVISED.PRETEXT_TASK': 'crappify',
        'DATA.TRAIN.GT_PATH': '',
        'DATA.TEST.LOAD_GT': false,
      };
      expectNumbers(
        await run(
          settings,
          {},
          grey(() => value),
        ),
      );
    }
  });

  it('flat images to hide parts of, and tokens that do not fill the patch', async () => {
    const settings = {
      'PROBLEM.TYPE': 'SELF_SUPERVISED',
      'PROBLEM.SELF_SUPERVISED.PRETEXT_TASK': 'masking',
      'DATA.TEST.LOAD_GT': false,
      'MODEL.ARCHITECTURE': 'mae',
      'MODEL.VIT_TOKEN_SIZE': 8,
      'MODEL.VIT_EMBED_DIM': 16,
      'MODEL.VIT_NUM_LAYERS': 1,
      'MODEL.VIT_NUM_HEADS': 2,
      'MODEL.MAE_DEC_HIDDEN_SIZE': 16,
      'MODEL.MAE_DEC_NUM_LAYERS': 1,
      'MODEL.MAE_DEC_NUM_HEADS': 2,
      'MODEL.MAE_DEC_MLP_DIMS': 32,
    };
    expectNumbers(
      await run(
        settings,
        {},
        grey(() => 0),
      ),
    );
    expectTold(await run({ ...settings, 'MODEL.VIT_TOKEN_SIZE': 7 }), 'VIT_TOKEN_SIZE');
  });
});
