/** A job on images that are made on the spot: stripes of 64 by 64 pixels, trained for one epoch in a second. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import { image } from '../../core/image/image.js';
import { writeTiff } from '../../plugins/format/tiff-writer.js';

export const SIDE = 64;

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'biagraph-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes images, labels and `job.yaml` in a folder of its own. */
export async function tinyJob(images = { train: 3, test: 2 }): Promise<string> {
  const folder = temporaryFolder();
  for (const [part, count] of Object.entries(images))
    for (let i = 0; i < count; i++) {
      await writeGrey(
        path.join(folder, part, 'raw', `${i}.png`),
        (x, y) => (isStripe(x, i) ? 200 : 40) + ((x * y) % 20),
      );
      await writeGrey(path.join(folder, part, 'label', `${i}.png`), (x) => (isStripe(x, i) ? 255 : 0));
    }
  writeFileSync(path.join(folder, 'job.yaml'), JOB);
  return folder;
}

/** An 8-bit grey PNG. */
export async function writeGrey(file: string, value: (x: number, y: number) => number, side = SIDE): Promise<void> {
  const pixels = Buffer.from(Array.from({ length: side * side }, (_, i) => value(i % side, Math.floor(i / side))));
  mkdirSync(path.dirname(file), { recursive: true });
  await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(file);
}

/** A floating-point TIFF. */
export async function writeFloats(file: string, value: (i: number) => number): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true });
  await writeTiff(
    file,
    image(
      Float32Array.from({ length: SIDE * SIDE }, (_, i) => value(i)),
      [SIDE, SIDE, 1],
    ),
  );
}

function isStripe(x: number, shift: number): boolean {
  return ((x + 3 * shift) >> 3) % 2 === 1;
}

const JOB = `PROBLEM:
  TYPE: SEMANTIC_SEG
  NDIM: 2D
DATA:
  PATCH_SIZE: (32, 32, 1)
  N_CLASSES: 2
  NORMALIZATION:
    TYPE: div
  TRAIN:
    PATH: train/raw
    GT_PATH: train/label
  VAL:
    FROM_TRAIN: True
    SPLIT_TRAIN: 0.3
  TEST:
    PATH: test/raw
    GT_PATH: test/label
    LOAD_GT: True
MODEL:
  ARCHITECTURE: unet
  FEATURE_MAPS: [8, 16, 32]
LOSS:
  TYPE: [CE]
TRAIN:
  ENABLE: True
  OPTIMIZER: [ADAMW]
  LR: [1.E-3]
  BATCH_SIZE: 4
  EPOCHS: 1
  METRICS: [iou]
TEST:
  ENABLE: True
  METRICS: [iou]
`;
