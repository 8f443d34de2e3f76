import { expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
import { bench, ramp, sampleOf } from '../nodes.js';

const labels = image(Uint8Array.of(1, 1, 0, 0, 1, 1, 0, 4, 0, 0, 0, 4), [3, 4, 1]);
const channels = image(Float32Array.of(1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 1), [3, 4, 1]);
const run = async (plugin: string, parameters: object) => {
  const sample = sampleOf(ramp([3, 4, 1]), { products: { labels, channels } });
  const [after] = await bench().run(node('one', plugin, parameters), [sample]);
  return after;
};
const list = async (plugin: string, parameters: object) => [...(await run(plugin, parameters)).products.labels.data];

test('steps of refinement change the labels', async () => {
  const steps = [
    { operation: 'remove_small_objects', pixels: 2 },
    { operation: 'dilation', size: [1, 3] },
  ];
  expect(await list('postprocessor/refine-objects', { steps })).toEqual([1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0]);
});

test('large objects take what lies in their box', async () => {
  expect(await list('postprocessor/repair-large-objects', { pixels: 4 })).toEqual([...labels.data]);
});

test('objects fill the predicted mask', async () => {
  const grown = await list('postprocessor/grow-over-mask', { channels: ['F'], threshold: 0.5 });
  expect(grown).toEqual([1, 1, 1, 4, 1, 1, 0, 4, 0, 0, 0, 4]);
});

test('measures lie beside the labels that are left', async () => {
  const removeIf = [[{ property: 'npixels', sign: 'le', value: 2 }]];
  const { products, facts } = await run('postprocessor/measure-objects', { measures: ['intensity_max'], removeIf });
  expect([...products.labels.data]).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0]);
  expect(facts.objectTable).toMatchObject({
    regions: [
      { label: 1, values: { npixels: 4, intensity_max: 5 } },
      { label: 4, values: { npixels: 2, intensity_max: 11 } },
    ],
    judgements: [{ removed: false }, { removed: true, conditions: 'npixels le 2' }],
  });
});
