import { expect, test } from 'vitest';
import { bindGraph } from '../../core/graph/compile.js';
import { instanceSegmentation } from '../../graphs/instance-segmentation.js';
import { leftOutForms } from '../../graphs/left-out-forms.js';
import { catalog } from '../plugins/nodes.js';
import { configOf, VOLUMES } from './config.js';

type Changes = NonNullable<Parameters<typeof configOf>[0]>;
const SECTION = 'PROBLEM.INSTANCE_SEG';
const turned = (letters: string[], changes: Changes = {}) =>
  configOf({
    ...{ 'PROBLEM.TYPE': 'INSTANCE_SEG', 'TEST.AUGMENTATION': true, [`${SECTION}.DATA_CHANNELS`]: letters },
    ...changes,
  });
const options = (own: unknown) => ({ [`${SECTION}.DATA_CHANNELS_EXTRA_OPTS`]: [own] });
const told = (...job: Parameters<typeof turned>) => leftOutForms(turned(...job)).map(({ message }) => message);

test('channels that follow every form, and tests without forms, are not spoken of', () => {
  expect(told(['F', 'V', 'H'])).toEqual([]);
  expect(told(['Db', 'R'])).toEqual([]);
  expect(told(['Db', 'R'], { ...VOLUMES, 'TEST.AUGMENTATION': false })).toEqual([]);
  expect(told(['Db', 'R'], { ...VOLUMES, 'TEST.AUGMENTATION_GROUP': 'none' })).toEqual([]);
});

test('forms that are left out are told, and why', () => {
  expect(told(['Db', 'R'], VOLUMES)).toEqual([
    'images are predicted as they are alone: the rays cannot be turned in the others.',
  ]);
  expect(told(['Db', 'R'], options({ R: { nrays: 6 } }))).toEqual([
    'images are predicted in 4 of 8 forms: the rays cannot be turned in the others.',
  ]);
  const steps = options({ A: { z_affinities: [1, 2], y_affinities: [1, 3], x_affinities: [1, 9] } });
  const volumes = { ...VOLUMES, ...steps, 'DATA.N_CLASSES': 2 };
  expect(told(['A'], volumes)).toEqual([
    'images are predicted in 8 of 16 forms: the affinities cannot be turned in the others.',
  ]);
  expect(told(['A'], { ...volumes, 'TEST.AUGMENTATION_GROUP': 'flips' })).toEqual([]);
});

test('the network is told which channels turn', () => {
  const { test: tested } = instanceSegmentation.graphs(turned(['F', 'V', 'H']), catalog);
  expect(bindGraph(tested!, catalog).problems).toEqual([]);
  expect(tested!.nodes.find(({ name }) => name === 'model')!.with!.augmentation).toEqual({
    ...{ group: 'full', mode: 'mean', directed: [{ kind: 'vector', channels: [2, 1], signed: true }] },
  });
});
