import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compareWithCheckpoint, findCheckpoint } from '../../../../core/config/check/checkpoint.js';
import { defaultConfig } from '../../../../core/config/keys.js';

const folder = mkdtempSync(join(tmpdir(), 'biagraph-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of [
  'job-checkpoint-best.pth',
  'job-checkpoint-9.pth',
  'job-checkpoint-10.safetensors',
  'job2-checkpoint-99.pth',
  'job-checkpoint-11.txt',
])
  writeFileSync(join(folder, name), '');

function config(epoch = 'best_on_val') {
  const made = defaultConfig();
  made.PATHS.CHECKPOINT = folder;
  made.MODEL.LOAD_CHECKPOINT_EPOCH = epoch;
  return made;
}

describe('findCheckpoint', () => {
  it('takes the best, or the highest epoch as a number', () => {
    expect(findCheckpoint(config(), 'job')).toBe(join(folder, 'job-checkpoint-best.pth'));
    expect(findCheckpoint(config('last_on_train'), 'job')).toBe(join(folder, 'job-checkpoint-10.safetensors'));
    expect(findCheckpoint(config(), 'other')).toBeUndefined();
  });

  it('takes the file given, if it is there', () => {
    const made = config();
    made.PATHS.CHECKPOINT_FILE = join(folder, 'job-checkpoint-9.pth');
    expect(findCheckpoint(made, 'x')).toBe(made.PATHS.CHECKPOINT_FILE);
    made.PATHS.CHECKPOINT_FILE = join(folder, 'none.pth');
    expect(findCheckpoint(made, 'job')).toBeUndefined();
  });
});

describe('compareWithCheckpoint', () => {
  const compare = (change: (ours: ReturnType<typeof config>, theirs: ReturnType<typeof config>) => void) => {
    const [ours, theirs] = [defaultConfig(), defaultConfig()];
    change(ours, theirs);
    return compareWithCheckpoint(ours, theirs).map(({ severity, key }) => `${severity} ${key}`);
  };

  it('finds what contradicts (R312)', () => {
    expect(compare(() => {})).toEqual([]);
    expect(compare((_, theirs) => Object.assign(theirs.PROBLEM, { NDIM: '3D', TYPE: 'DETECTION' }))).toEqual([
      'error PROBLEM.TYPE',
      'error PROBLEM.NDIM',
    ]);
    expect(compare((ours) => Object.assign(ours.DATA, { N_CLASSES: 5, PATCH_SIZE: [512, 512, 1] }))).toEqual([
      'error DATA.PATCH_SIZE',
      'error DATA.N_CLASSES',
    ]);
  });

  it('lets through what may differ', () => {
    expect(compare((_, theirs) => Object.assign(theirs.PROBLEM, { TYPE: 'SELF_SUPERVISED' }))).toEqual([]);
    expect(compare((ours) => Object.assign(ours.DATA, { PATCH_SIZE: [128, 256, 1] }))).toEqual([
      'warning DATA.PATCH_SIZE',
    ]);
    expect(
      compare((ours) => {
        ours.DATA.N_CLASSES = 5;
        ours.MODEL.SKIP_UNMATCHED_LAYERS = true;
        ours.TRAIN.OPTIMIZER = ['ADAM'];
      }),
    ).toEqual([]);
  });
});
