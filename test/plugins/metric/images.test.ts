import { describe, expect, it, test } from 'vitest';
import { type Image, image } from '../../../core/image/image.js';
import { type NamedTensors, type Tensor, tf } from '../../../core/tensor/index.js';
import { runCompiled, runEager } from '../../core/tensor/run.js';
import { metrics as golden, pixels } from '../loss/images.js';
import { catalog } from '../nodes.js';

const NAMES = { mae: 'MAE', mse: 'MSE', psnr: 'PSNR', ssim: 'SSIM', pcc: 'PCC' } as const;

/** The first image of a batch of the fixture. */
function first(name: string): Image {
  const { data, shape } = pixels(name);
  const [count, ...sides] = shape;
  return image(Float32Array.from(data.slice(0, data.length / count)), sides);
}

const flat = (value: number) => image(new Float32Array(400).fill(value), [20, 20, 1]);
const batch = (picture: Image) => ({ data: picture.data as Float32Array, shape: [1, ...picture.shape] });

describe.each(Object.entries(NAMES))('%s', (id, name) => {
  const metric = catalog.metric(id);
  const onImages = metric.onImages!({});
  const onTensors = metric.onTensors!({ masked: false, greyLevels: false });

  const compute = (feeds: Map<string, Tensor>) =>
    new Map([['value', onTensors([feeds.get('prediction')!], feeds.get('target')!) as Tensor]]);

  it.each(['plane', 'volume'])('equals scikit-image and numpy on a %s, on images and on tensors', async (shape) => {
    const [prediction, target] = [first(`${shape}/prediction`), first(`${shape}/target`)];
    expect(onImages(prediction, target)).toBeCloseTo(golden[shape][name], 6);
    const inputs: NamedTensors = new Map([
      ['prediction', batch(prediction)],
      ['target', batch(target)],
    ]);
    for (const results of [runEager(inputs, compute), await runCompiled(inputs, compute)])
      expect(results.get('value')!.data[0]).toBeCloseTo(golden[shape][name], 3);
  });

  test.each([
    ['equal images', flat(0.5), flat(0.5)],
    ['flat ones', flat(0.25), flat(0.5)],
    ['black ones', flat(0), flat(0)],
    ['a black target', flat(0.5), flat(0)],
  ])('is a number for %s', (_, prediction, target) => {
    expect(Number.isFinite(onImages(prediction, target))).toBe(true);
    const results = runEager(
      new Map([
        ['prediction', batch(prediction)],
        ['target', batch(target)],
      ]),
      compute,
    );
    expect(Number.isFinite(results.get('value')!.data[0])).toBe(true);
  });
});

test('PSNR of 8-bit grey levels while a super-resolution is trained', () => {
  const onTensors = catalog.metric('psnr').onTensors!({ greyLevels: true });
  // Values above 1 are cut: what remains is a difference of 51 grey levels.
  const value = onTensors([tf.tensor4d([1.5, 0.2], [1, 1, 2, 1])], tf.tensor4d([1, 0.4], [1, 1, 2, 1]));
  expect(value.dataSync()[0]).toBeCloseTo(10 * Math.log10(255 ** 2 / (51 ** 2 / 2)), 4);
});

test('Noise2Void is measured on the pixels that were replaced', () => {
  const [prediction, target] = [tf.tensor4d([1, 5], [1, 1, 2, 1]), tf.tensor4d([4, 1, 0, 0], [1, 1, 2, 2])];
  expect(catalog.metric('mae').onTensors!({ masked: true })([prediction], target).dataSync()[0]).toBe(3);
  expect(catalog.metric('mse').onTensors!({ masked: true })([prediction], target).dataSync()[0]).toBe(9);
});

test('8-bit images are measured without wrapping around', () => {
  const [dark, bright] = [0, 255].map((value) => image(new Uint8Array(400).fill(value), [20, 20, 1]));
  expect(catalog.metric('mae').onImages!({})(dark, bright)).toBe(255);
  expect(catalog.metric('psnr').onImages!({})(dark, bright)).toBeCloseTo(0, 9);
});
