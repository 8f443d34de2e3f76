import { existsSync, readdirSync } from 'node:fs';
import { CLS, DEN, INS, SSL } from '../schema/key.js';
import { showPlain } from '../value.js';
import type { Check } from './context.js';
import { checkJointZarr } from './zarr.js';

const phases = ['TRAIN', 'VAL', 'TEST'] as const;

/** Folders, splits and the geometry of patches (rules R237 to R242, R250 to R256). */
export function checkData(c: Check): void {
  const { DATA, TRAIN, TEST } = c.config;
  if (TRAIN.ENABLE) {
    checkPaths(c, 'TRAIN', 'R237');
    if (!DATA.VAL.FROM_TRAIN) checkPaths(c, 'VAL', 'R238');
    checkJointZarr(c, 'TRAIN');
    if (!DATA.VAL.FROM_TRAIN) checkJointZarr(c, 'VAL');
    checkAxesOrder(c);
  }
  if (TEST.ENABLE) checkTestData(c);
  checkSplit(c);
  for (const phase of phases) checkGeometry(c, phase);
  checkPatch(c);
}

/** Workflows whose targets are made from the raw images, or are the names of folders. */
function readsTargets(c: Check, phase: 'TRAIN' | 'VAL' | 'TEST'): boolean {
  return c.workflow !== undefined && !c.is(CLS, SSL) && !c.config.DATA[phase].INPUT_ZARR_MULTIPLE_DATA;
}

function checkPaths(c: Check, phase: 'TRAIN' | 'VAL', rule: string): void {
  c.exists(rule, `DATA.${phase}.PATH`, ['TRAIN.ENABLE']);
  if (readsTargets(c, phase) && !c.is(DEN)) c.exists(rule, `DATA.${phase}.GT_PATH`, ['TRAIN.ENABLE']);
}

function checkTestData(c: Check): void {
  const { DATA } = c.config;
  if (DATA.TEST.USE_VAL_AS_TEST)
    c.exists('R240', DATA.VAL.FROM_TRAIN ? 'DATA.TRAIN.PATH' : 'DATA.VAL.PATH', ['DATA.TEST.USE_VAL_AS_TEST']);
  // BiaPy looks at the plain test folder only when it lists it; a missing one is reported as early as the others here.
  else c.exists('R240', 'DATA.TEST.PATH', ['TEST.ENABLE']);
  if (DATA.TEST.LOAD_GT && !DATA.TEST.USE_VAL_AS_TEST && readsTargets(c, 'TEST'))
    c.exists('R240', 'DATA.TEST.GT_PATH', ['DATA.TEST.LOAD_GT']);
  if (c.is(CLS)) checkClassFolders(c);
  const mask = DATA.TEST.ROI_MASK;
  if (mask.ENABLE) c.exists('R242', 'DATA.TEST.ROI_MASK.PATH', ['DATA.TEST.ROI_MASK.ENABLE']);
}

/** Classification reads one folder for each class, or one for all where the classes are not known. */
function checkClassFolders(c: Check): void {
  const { PATH, LOAD_GT, USE_VAL_AS_TEST } = c.config.DATA.TEST;
  if (!c.options.checkPaths || USE_VAL_AS_TEST || PATH === '' || !existsSync(PATH)) return;
  const folders = readdirSync(PATH, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const expected = LOAD_GT ? c.config.DATA.N_CLASSES : 1;
  if (folders.length !== expected)
    c.error(
      'R241',
      ['DATA.TEST.PATH', 'DATA.N_CLASSES', 'DATA.TEST.LOAD_GT'],
      `Expected ${expected} ${expected === 1 ? 'folder' : 'folders'} in ${showPlain(PATH)}, there ${folders.length === 1 ? 'is' : 'are'} ${folders.length}.`,
      LOAD_GT ? 'Make one folder for each class, named after it.' : 'Put all images into one folder below.',
    );
}

function checkAxesOrder(c: Check): void {
  for (const phase of ['TRAIN', 'VAL'] as const)
    for (const kind of ['IMG', 'MASK'] as const) {
      const order = c.config.DATA[phase][`INPUT_${kind}_AXES_ORDER`];
      const key = `DATA.${phase}.INPUT_${kind}_AXES_ORDER`;
      if (c.dims === 2 && order !== 'TZCYX')
        c.error(
          'R251',
          [key, 'PROBLEM.NDIM'],
          `The order of axes is for 3D containers; it stays TZCYX in 2D, came ${showPlain(order)}.`,
          'Remove the key.',
        );
      else if (order.length < 3)
        c.error('R251', key, `Expected at least three axes, came ${showPlain(order)}.`, 'Write ZYX, for example.');
    }
}

function checkSplit(c: Check): void {
  const { VAL, TEST } = c.config.DATA;
  if (c.config.TRAIN.ENABLE && VAL.FROM_TRAIN && !VAL.CROSS_VAL && !(VAL.SPLIT_TRAIN > 0 && VAL.SPLIT_TRAIN < 1))
    c.error(
      'R250',
      ['DATA.VAL.SPLIT_TRAIN', 'DATA.VAL.FROM_TRAIN'],
      `Expected a fraction above 0 and below 1, came ${VAL.SPLIT_TRAIN}.`,
      'Write 0.1, for example.',
    );
  if (VAL.CROSS_VAL && !VAL.FROM_TRAIN)
    c.error(
      'R252',
      ['DATA.VAL.CROSS_VAL', 'DATA.VAL.FROM_TRAIN'],
      'Cross validation takes its folds from the training set.',
      'Write FROM_TRAIN: True.',
    );
  if (VAL.CROSS_VAL && VAL.CROSS_VAL_NFOLD < 2)
    c.error(
      'R252',
      'DATA.VAL.CROSS_VAL_NFOLD',
      `Expected at least two folds, came ${VAL.CROSS_VAL_NFOLD}.`,
      'Write 5, for example.',
    );
  else if (VAL.CROSS_VAL && (VAL.CROSS_VAL_NFOLD < VAL.CROSS_VAL_FOLD || VAL.CROSS_VAL_FOLD < 1))
    c.error(
      'R252',
      ['DATA.VAL.CROSS_VAL_FOLD', 'DATA.VAL.CROSS_VAL_NFOLD'],
      `Expected a fold from 1 to ${VAL.CROSS_VAL_NFOLD}, came ${VAL.CROSS_VAL_FOLD}.`,
      'Folds are counted from 1.',
    );
  if (TEST.USE_VAL_AS_TEST && !VAL.FROM_TRAIN)
    c.error(
      'R253',
      ['DATA.TEST.USE_VAL_AS_TEST', 'DATA.VAL.FROM_TRAIN'],
      'Testing on the validation set needs one taken from training.',
      'Write DATA.VAL.FROM_TRAIN: True.',
    );
}

function checkGeometry(c: Check, phase: (typeof phases)[number]): void {
  const { RESOLUTION, OVERLAP, PADDING } = c.config.DATA[phase];
  const section = `DATA.${phase}`;
  const stacked = phase === 'TEST' && c.is(INS) && c.config.TEST.ANALIZE_2D_IMGS_AS_3D_STACK;
  const fine = stacked ? [1, 2, 3] : [1, c.dims];
  if (!fine.includes(RESOLUTION.length))
    c.error(
      'R254',
      [`${section}.RESOLUTION`, 'PROBLEM.NDIM'],
      `Expected ${c.dims} voxel sizes (${c.axes()}), came ${showPlain(RESOLUTION)}.`,
      'Give one for each axis, or (-1,).',
    );
  else if (RESOLUTION.some((size) => !(size > 0)))
    c.error(
      'R254',
      `${section}.RESOLUTION`,
      `Expected lengths above 0, came ${showPlain(RESOLUTION)}.`,
      'Give the size of a voxel along each axis, or (-1,).',
    );
  // An overlap of 1 would never get to the next patch.
  const overlaps = c.hasLength('R255', `${section}.OVERLAP`, c.dims, c.axes(), ['PROBLEM.NDIM']);
  const within = overlaps && OVERLAP.every((value) => value >= 0 && value < 1);
  if (overlaps && !within)
    c.error(
      'R255',
      `${section}.OVERLAP`,
      `Expected fractions from 0 to below 1, came ${showPlain(OVERLAP)}.`,
      'Write 0.25 for a quarter.',
    );
  if (!c.hasLength('R255', `${section}.PADDING`, c.dims, c.axes(), ['PROBLEM.NDIM'])) return;
  if (checkPadding(c, section, PADDING) && within) checkStep(c, section, OVERLAP, PADDING);
}

/** The next patch must start a pixel further on at least. */
function checkStep(c: Check, section: string, overlap: readonly number[], padding: readonly number[]): void {
  const patch = c.config.DATA.PATCH_SIZE;
  const stands = overlap.some((share, i) => patch[i] > 0 && Math.trunc((patch[i] - 2 * padding[i]) * (1 - share)) < 1);
  if (stands && patch.length === c.dims + 1)
    c.error(
      'R255',
      [`${section}.OVERLAP`, `${section}.PADDING`, 'DATA.PATCH_SIZE'],
      `The overlap ${showPlain(overlap)} leaves no step from one patch of ${showPlain(patch)} to the next.`,
      'Overlap less.',
    );
}

function checkPadding(c: Check, section: string, padding: readonly number[]): boolean {
  const patch = c.config.DATA.PATCH_SIZE;
  const key = `${section}.PADDING`;
  const negative = padding.some((value) => value < 0);
  const wide = padding.some((value, i) => value > 0 && value >= Math.floor(patch[i] / 2));
  if (negative)
    c.error('R255', key, `Expected sizes of at least 0, came ${showPlain(padding)}.`, 'Write (0, 0) for none.');
  else if (wide)
    c.error(
      'R255',
      [key, 'DATA.PATCH_SIZE'],
      `The padding ${showPlain(padding)} leaves nothing of the patch ${showPlain(patch)}.`,
      'Pad by less than half of the patch.',
    );
  return !negative && !wide;
}

function checkPatch(c: Check): void {
  const { PATCH_SIZE } = c.config.DATA;
  const expected = c.dims + 1;
  if (PATCH_SIZE.length === expected) return;
  const message = `Expected ${expected} sides (${c.axes(true)}), came ${showPlain(PATCH_SIZE)}.`;
  const advice = `Write ${c.dims === 3 ? '(40, 128, 128, 1)' : '(256, 256, 1)'}, for example.`;
  const keys = ['DATA.PATCH_SIZE', 'PROBLEM.NDIM'];
  if (c.config.MODEL.SOURCE === 'bmz')
    c.warn('R256', keys, `${message} The model of the zoo has a shape of its own.`, advice);
  else {
    c.error('R256', keys, message, advice);
    c.spoil('DATA.PATCH_SIZE');
  }
}
