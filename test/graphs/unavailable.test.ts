import { describe, expect, test } from 'vitest';
import { type Catalog, defineNode } from '../../core/plugin/define.js';
import { unavailableSwitches } from '../../graphs/unavailable.js';
import { catalog } from '../plugins/nodes.js';
import { configOf, TEST_ONLY, VOLUMES } from './config.js';

type Changes = NonNullable<Parameters<typeof configOf>[0]>;
const bare = { ...catalog, nodes: () => [] };
/** Keys that are told beside those of the job itself. */
function told(changes: Changes, nodes: Catalog = bare): string[] {
  const keys = (config: ReturnType<typeof configOf>) => unavailableSwitches(config, nodes).map(({ key }) => key!);
  const usual = [...keys(configOf()), 'AUGMENTOR.ZFLIP'];
  return keys(configOf(changes)).filter((key) => !usual.includes(key));
}

test('what the built-in nodes act on is available', () => {
  expect(unavailableSwitches(configOf(), catalog)).toEqual([]);
  const smooth = {
    'TEST.POST_PROCESSING.MEDIAN_FILTER': true,
    'TEST.POST_PROCESSING.MEDIAN_FILTER_AXIS': ['xy'],
    'TEST.POST_PROCESSING.MEDIAN_FILTER_SIZE': [5],
  };
  expect(unavailableSwitches(configOf(smooth), catalog)).toEqual([]);
  expect(told(smooth)).toEqual(['TEST.POST_PROCESSING.MEDIAN_FILTER']);
});

test('a switch without node is an error that says what to do', () => {
  const [problem] = unavailableSwitches(configOf({ 'AUGMENTOR.ROT90': false, 'AUGMENTOR.VFLIP': false }), bare);
  expect(problem).toEqual({
    severity: 'error',
    key: 'AUGMENTOR.HFLIP',
    message: 'this version of Biagraph has no node for it yet.',
    advice: 'Switch it off.',
  });
});

describe('is told', () => {
  test.each<[string, Changes]>([
    ['AUGMENTOR.ELASTIC', { 'AUGMENTOR.ELASTIC': true }],
    ['PROBLEM.SEMANTIC_SEG.IGNORE_CLASS_ID', { 'PROBLEM.SEMANTIC_SEG.IGNORE_CLASS_ID': 2, 'DATA.N_CLASSES': 3 }],
    [
      'DATA.TRAIN.FILTER_SAMPLES.ENABLE',
      {
        'DATA.TRAIN.FILTER_SAMPLES.ENABLE': true,
        'DATA.TRAIN.FILTER_SAMPLES.PROPS': [['mean']],
        'DATA.TRAIN.FILTER_SAMPLES.VALUES': [[5]],
        'DATA.TRAIN.FILTER_SAMPLES.SIGNS': [['gt']],
      },
    ],
    ['TEST.BY_CHUNKS.ENABLE', { ...VOLUMES, 'TEST.BY_CHUNKS.ENABLE': true }],
    ['TEST.REUSE_PREDICTIONS', { 'TEST.REUSE_PREDICTIONS': true }],
    ['DATA.TEST.RESOLUTION_FROM_JSON', { 'DATA.TEST.RESOLUTION_FROM_JSON': true }],
    ['MODEL.CONV_BLOCK_ORDER', { 'MODEL.CONV_BLOCK_ORDER': 'norm_act_conv' }],
  ])('%s', (key, changes) => {
    expect(told(changes)).toEqual([key]);
  });
});

test('a step of the preparation is told once, and only where images are prepared', () => {
  const keys = (changes: Changes) =>
    unavailableSwitches(configOf({ 'DATA.PREPROCESS.CLAHE.ENABLE': true, ...changes }), bare)
      .map(({ key }) => key)
      .filter((key) => key?.startsWith('DATA.PREPROCESS'));
  expect(keys({ 'DATA.PREPROCESS.TRAIN': true, 'DATA.PREPROCESS.TEST': true })).toEqual([
    'DATA.PREPROCESS.CLAHE.ENABLE',
  ]);
  expect(keys({})).toEqual([]);
});

test('what the run does not reach is not told', () => {
  expect(told({ ...TEST_ONLY, 'AUGMENTOR.ELASTIC': true })).toEqual([]);
  expect(told({ 'AUGMENTOR.ENABLE': false, 'AUGMENTOR.ELASTIC': true })).toEqual([]);
  expect(told({ 'TEST.ENABLE': false, 'TEST.REUSE_PREDICTIONS': true })).toEqual([]);
});

test('a plugin that answers to a switch makes it available', () => {
  const elastic = defineNode({ ...catalog.node('augmenter/flip'), id: 'lab/elastic', keys: ['AUGMENTOR.ELASTIC'] });
  const changes = { 'AUGMENTOR.ELASTIC': true };
  expect(told(changes)).toEqual(['AUGMENTOR.ELASTIC']);
  expect(told(changes, { ...bare, nodes: () => [elastic] })).toEqual([]);
});
