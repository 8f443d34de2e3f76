import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { biagraph, type Outcome } from './command.js';
import { tinyJob, writeFloats, writeGrey } from './tiny-job.js';

interface Case {
  spoil?: (folder: string) => Promise<void> | void;
  words?: string[];
  code: number;
  /** The error names these. */
  says: (string | RegExp)[];
}

const inFolder =
  (...parts: string[]) =>
  (folder: string) =>
    path.join(folder, ...parts);
const trainRaw = inFolder('train/raw/1.png');
const trainLabel = inFolder('train/label/1.png');

const CASES: Record<string, Case> = {
  'an empty folder': {
    spoil(folder) {
      rmSync(path.join(folder, 'train/raw'), { recursive: true });
      mkdirSync(path.join(folder, 'train/raw'));
    },
    code: 3,
    says: ['train/raw: the folder is empty'],
  },
  'fewer labels than images': {
    spoil: (folder) => rmSync(trainLabel(folder)),
    code: 3,
    says: ['train/raw holds 3 images, but train/label holds 2', 'train/raw/1.png'],
  },
  'a label of another shape': {
    spoil: (folder) => writeGrey(trainLabel(folder), () => 0, 48),
    code: 3,
    says: ['train/label/1.png: is 48×48, but its image train/raw/1.png is 64×64'],
  },
  'a damaged TIFF in the test, before the training starts': {
    spoil: (folder) =>
      writeFileSync(inFolder('test/raw/1.png')(folder), Buffer.from('II*\0\x08\0\0\0\xff\xff', 'latin1')),
    code: 3,
    says: ['test/raw/1.png: ', 'truncated or damaged'],
  },
  'a file that is no image': {
    spoil: (folder) => writeFileSync(trainRaw(folder), 'hello'),
    code: 3,
    says: [/train\/raw\/1\.png: (expected|the content)/],
  },
  'a colour image among grey ones': {
    async spoil(folder) {
      const red = { width: 64, height: 64, channels: 3 as const, background: 'red' };
      await sharp({ create: red }).png().toFile(trainRaw(folder));
    },
    code: 3,
    says: ['train/raw/1.png: has 3 channels, expected 1 (last entry of DATA.PATCH_SIZE)'],
  },
  'pixels that are not finite': {
    async spoil(folder) {
      rmSync(trainRaw(folder));
      await writeFloats(path.join(folder, 'train/raw/1.tif'), (i) => (i === 77 ? Number.NaN : i / 4096));
    },
    code: 3,
    says: ['train/raw/1.tif: ', 'found NaN at y=1, x=13'],
  },
  'label values above the number of classes': {
    spoil: (folder) => writeGrey(trainLabel(folder), (x) => x % 7),
    code: 3,
    says: ['train/label/1.png: ', 'DATA.N_CLASSES'],
  },
  'patches larger than the images': {
    words: ['--set', 'DATA.PATCH_SIZE=(128,128,1)', '--set', 'DATA.REFLECT_TO_COMPLETE_SHAPE=False'],
    code: 3,
    says: ['train/raw/0.png: ', 'the patch (128) is longer than the image (64)'],
  },
  'a memory budget that no image fits into': {
    words: ['--set', 'SYSTEM.MEMORY_BUDGET=20KB'],
    code: 1,
    says: ['train/raw/0.png: ', 'SYSTEM.MEMORY_BUDGET'],
  },
  'a job name that is a path': { words: ['--name', 'a/b'], code: 2, says: ['"a/b" is not a plain name'] },
  'a test without a trained network': {
    words: ['--set', 'TRAIN.ENABLE=False', '--set', 'MODEL.LOAD_CHECKPOINT=True'],
    code: 2,
    says: ['MODEL.LOAD_CHECKPOINT', 'out/job/checkpoints'],
  },
  'a result folder that is a file': {
    spoil: (folder) => writeFileSync(path.join(folder, 'out'), 'mine'),
    code: 4,
    says: [/Cannot write .*out\/job/],
  },
};

describe('bad input ends in a clear error and leaves nothing half done:', () => {
  it.each(Object.entries(CASES))('%s', async (_, { spoil, words = [], code, says }) => {
    const cwd = await tinyJob();
    await spoil?.(cwd);
    const outcome = await biagraph(['run', 'job.yaml', ...words], { cwd });
    expectClear(outcome, code, says);
    expectNothingHalfDone(cwd);
  });

  it('a result folder that is read-only', async ({ skip }) => {
    const cwd = await tinyJob();
    const out = path.join(cwd, 'out');
    mkdirSync(out);
    // Root may write into any folder, but not into a read-only file system.
    if (process.getuid?.() === 0) mountTmpfs(out, 'ro', skip);
    else chmodSync(out, 0o555);
    const outcome = await biagraph(['run', 'job.yaml'], { cwd });
    expectClear(outcome, 4, [/Cannot write .*out\/job/, /read-only|no permission/]);
  });

  it('a disk that is full', async ({ skip }) => {
    const cwd = await tinyJob();
    const out = path.join(cwd, 'out');
    mkdirSync(out);
    mountTmpfs(out, 'size=1m', skip);
    const outcome = await biagraph(['run', 'job.yaml'], { cwd });
    expectClear(outcome, 4, ['out/job', /free, and a job needs at least/]);
  });
});

function expectClear({ code, stderr }: Outcome, expected: number, says: Case['says']): void {
  for (const text of says)
    if (typeof text === 'string') expect(stderr).toContain(text);
    else expect(stderr).toMatch(text);
  expect(code).toBe(expected);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toContain('defect of Biagraph');
}

/** Results are written aside and renamed; neither a result nor what was written aside may be there. */
function expectNothingHalfDone(folder: string): void {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/'));
  const left = files.filter((file) => /^out\/.*(\.tif|\.safetensors|\.partial|\.tmp|\.lock)/.test(file));
  expect(left).toEqual([]);
}

function mountTmpfs(folder: string, options: string, skip: (reason: string) => void): void {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    skip('a file system of its own cannot be mounted here');
    return;
  }
  onTestFinished(() => {
    execFileSync('umount', [folder]);
  });
}
