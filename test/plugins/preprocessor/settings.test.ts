import { expect, test } from 'vitest';
import { preprocessing } from '../../../plugins/preprocessor/settings.js';
import { configOf } from '../../graphs/config.js';

const prepared = (part: 'train' | 'validation' | 'test', changes: Record<string, unknown>) =>
  preprocessing(configOf({ 'DATA.PREPROCESS.CLAHE.ENABLE': true, ...changes }), part) !== undefined;
const train = { 'DATA.PREPROCESS.TRAIN': true };

test('each part is prepared as its section says', () => {
  expect(prepared('train', train)).toBe(true);
  expect(prepared('test', train)).toBe(false);
  expect(prepared('test', { 'DATA.PREPROCESS.TEST': true })).toBe(true);
});

test('images out of the training set are prepared as that is', () => {
  expect(prepared('validation', train)).toBe(true);
  const own = { 'DATA.VAL.FROM_TRAIN': false, 'DATA.VAL.PATH': 'data/val/raw', 'DATA.VAL.GT_PATH': 'data/val/label' };
  expect(prepared('validation', { ...train, ...own })).toBe(false);
  const fold = { 'DATA.VAL.CROSS_VAL': true, 'DATA.VAL.CROSS_VAL_NFOLD': 5, 'DATA.VAL.CROSS_VAL_FOLD': 1 };
  expect(prepared('test', { ...train, ...fold, 'DATA.TEST.USE_VAL_AS_TEST': true })).toBe(true);
});
