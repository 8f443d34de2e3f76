import { expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { applySymmetry, flip } from '../../../core/image/symmetry.js';
import { targetChannels } from '../../../core/instances/target-channels.js';
import { golden } from '../../fixtures/regions/load.js';
import { bench, ramp, sampleOf } from '../nodes.js';

const labels = golden('flat');

test('a mirrored target is that of the mirrored labels, without the labels', async () => {
  const parameters = { channels: ['F', 'H', 'V', 'R', 'We', 'I'], options: { R: { nrays: 8 } } };
  const { target, kinds } = targetChannels(labels, parameters.channels, parameters.options);
  const mirrored = applySymmetry(target, flip(2, 1));
  const [found] = await bench().run(node('remake', 'augmenter/remake-channels', parameters), [
    sampleOf(ramp([44, 52, 1]), { target: mirrored, targetKinds: kinds }),
  ]);
  const wanted = targetChannels(applySymmetry(labels, flip(2, 1)), ['F', 'H', 'V', 'R', 'We'], parameters.options);
  expect(found.target).toEqual(wanted.target);
  expect(found.targetKinds).toEqual(wanted.kinds);
  // Mirroring alone does not do it: directions stay as they were.
  expect(mirrored.data.filter((_, i) => i % 13 === 1)).not.toEqual(wanted.target.data.filter((_, i) => i % 12 === 1));
});

test('without labels nothing changes', async () => {
  const sample = sampleOf(ramp([4, 4, 1]), { target: ramp([4, 4, 1]) });
  const [found] = await bench().run(node('remake', 'augmenter/remake-channels', { channels: ['F'] }), [sample]);
  expect(found.target).toBe(sample.target);
});
