import { expect, test } from 'vitest';
import { dataSectionOf } from '../../../core/plugin/data-section.js';
import { configOf } from '../../graphs/config.js';

const PARTS = ['train', 'validation', 'test'] as const;
const sections = (changes: Parameters<typeof configOf>[0]) =>
  PARTS.map((part) => dataSectionOf(configOf(changes), part));

test('every part has its own section', () => {
  const own = { 'DATA.VAL.FROM_TRAIN': false, 'DATA.VAL.PATH': 'data/val/raw', 'DATA.VAL.GT_PATH': 'data/val/label' };
  expect(sections(own)).toEqual(['TRAIN', 'VAL', 'TEST']);
});

test('parts of the training set have its section', () => {
  expect(sections({})).toEqual(['TRAIN', 'TRAIN', 'TEST']);
  const folds = { 'DATA.VAL.CROSS_VAL': true, 'DATA.TEST.USE_VAL_AS_TEST': true };
  expect(sections(folds)).toEqual(['TRAIN', 'TRAIN', 'TRAIN']);
});
