import { expect, test } from 'vitest';
import { channelLayout, sortChannels } from '../../../core/instances/channel-layout.js';

test('channels are sorted as BiaPy sorts them, what is carried along stays last', () => {
  expect(sortChannels(['I', 'P', 'Db', 'We', 'R', 'F', 'M', 'C', 'B'])).toEqual([
    'F',
    'B',
    'C',
    'Db',
    'R',
    'M',
    'P',
    'We',
    'I',
  ]);
  expect(sortChannels(['Gv', 'Gh', 'Gz', 'F'])).toEqual(['F', 'Gh', 'Gv', 'Gz']);
});

test('rays and affinities take several channels', () => {
  expect(channelLayout(['R', 'Db'], { R: { nrays: 16 } }, 2)).toEqual([
    { channel: 'Db', first: 0, count: 1, kind: 'heat' },
    { channel: 'R', first: 1, count: 16, kind: 'heat' },
  ]);
  expect(
    channelLayout(['A', 'I'], { A: { y_affinities: [1, 3] } }, 3).map(({ first, count }) => [first, count]),
  ).toEqual([
    [0, 6],
    [6, 1],
  ]);
  expect(channelLayout(['R'], {}, 3)[0].count).toBe(96);
  expect(channelLayout(['Db'], { Db: { val_type: 'discretize' } }, 2)[0].kind).toBe('mask');
});
