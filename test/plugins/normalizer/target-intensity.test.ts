import { expect, test } from 'vitest';
import { defaultConfig, setKey } from '../../../core/config/keys.js';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
import { bench, catalog, sampleOf } from '../nodes.js';

const picture = image(Uint8Array.of(0, 51, 102, 255), [2, 2, 1]);
const target = image(Uint16Array.of(0, 7, 500, 7, 1000, 107, 250, 57), [2, 2, 2]);
const run = async (parameters: object) =>
  (
    await bench().run(node('n', 'normalizer/target-intensity', parameters), [sampleOf(picture, { target })], 'train')
  )[0];

test('measures the target on its own, channel by channel, and says that it holds images', async () => {
  const normalized = await run({ type: 'scale_range' });
  expect([...normalized.target!.data]).toEqual([0, 0, 0.5, 0, 1, 1, 0.25, 0.5]);
  expect(normalized.targetKinds).toEqual(['image', 'image']);
  expect(normalized.image).toBe(picture);
  expect(normalized.facts.targetNormalization).toMatchObject({
    dtype: 'uint16',
    channels: [{ max: 1000 }, { min: 7 }],
  });
});

test('passes on a sample without target', async () => {
  const [sample] = await bench().run(node('n', 'normalizer/target-intensity'), [sampleOf(picture)]);
  expect(sample.target).toBeUndefined();
});

const parametersFor = (keys: Record<string, unknown>, part: 'train' | 'test' = 'train') => {
  const config = defaultConfig();
  for (const [key, value] of Object.entries(keys)) setKey(config, key, value);
  return catalog.node('normalizer/target-intensity').fromConfig?.(config, part);
};

test('takes the settings of the input until the section of targets is on', () => {
  const input = { 'DATA.NORMALIZATION.TYPE': 'div', 'DATA.NORMALIZATION.TARGET.TYPE': 'scale_range' };
  expect(parametersFor(input)).toMatchObject({ type: 'div', upperPercentile: null });
  const own = {
    ...input,
    'DATA.NORMALIZATION.TARGET.ENABLE': true,
    'DATA.NORMALIZATION.TARGET.PERC_CLIP.ENABLE': true,
    'DATA.NORMALIZATION.TARGET.PERC_CLIP.UPPER_PERC': 99,
  };
  expect(parametersFor(own)).toMatchObject({ type: 'scale_range', lowerPercentile: null, upperPercentile: 99 });
  expect(parametersFor({ ...own, 'DATA.NORMALIZATION.TARGET.TYPE': '' })).toMatchObject({ type: 'div' });
});

test('leaves targets of a test as they are', () => {
  expect(parametersFor({}, 'test')).toBeUndefined();
});

test('div leaves decimals from 0 to 1 as they are, whether they reach 1 or not', async () => {
  for (const largest of [0.5, 1]) {
    const distances = image(Float32Array.of(0, largest), [1, 2, 1]);
    const [sample] = await bench().run(
      node('n', 'normalizer/target-intensity', { type: 'div' }),
      [sampleOf(distances, { target: distances })],
      'train',
    );
    expect([...sample.target!.data]).toEqual([0, largest]);
  }
});
