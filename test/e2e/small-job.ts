/** Small jobs on crops of the real membranes, run through the command line in a folder of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { image } from '../../core/image/image.js';
import { tiff } from '../../plugins/format/tiff.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = path.join(ROOT, 'dist/cli/main.js');
const MEMBRANES = path.join(ROOT, 'examples/data/membranes');

export interface Finished {
  code: number | null;
  out: string;
  err: string;
}

/** A temporary folder with a command line in it. */
export class Workbench {
  private constructor(readonly folder: string) {}

  static async open(): Promise<Workbench> {
    return new Workbench(await mkdtemp(path.join(os.tmpdir(), 'biagraph-e2e-')));
  }

  file(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  start(...args: string[]): ChildProcess {
    return spawn(process.execPath, [CLI, ...args], { cwd: this.folder });
  }

  async run(...args: string[]): Promise<Finished> {
    const child = this.start(...args);
    let [out, err] = ['', ''];
    child.stdout!.on('data', (text) => {
      out += text;
    });
    child.stderr!.on('data', (text) => {
      err += text;
    });
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { code, out, err };
  }

  /** Crops of `side` pixels of the first training and test slices, as `data/{train,test}/{raw,label}/*.png`, or `.tif`. */
  async crops(wanted: { train: number; test: number; side: number; tiff?: boolean }): Promise<void> {
    const { train, test, side, tiff: asTiff = false } = wanted;
    for (const [part, count] of [
      ['train', train],
      ['test', test],
    ] as const)
      for (const kind of ['raw', 'label']) {
        const from = path.join(MEMBRANES, part, kind);
        const to = this.file('data', part, kind);
        await mkdir(to, { recursive: true });
        for (const name of (await readdir(from)).sort().slice(0, count)) {
          const crop = sharp(path.join(from, name))
            .extract({ left: 100, top: 100, width: side, height: side })
            .toColourspace('b-w');
          if (asTiff) await crop.tiff({ compression: 'deflate' }).toFile(path.join(to, name.replace(/png$/, 'tif')));
          else await crop.toFile(path.join(to, name));
        }
      }
  }

  /** The same crops stacked to one volume each, as TIFF files of `depth` planes. */
  async volumes({ depth, side }: { depth: number; side: number }): Promise<void> {
    for (const part of ['train', 'test'])
      for (const kind of ['raw', 'label']) {
        const from = path.join(MEMBRANES, part, kind);
        const names = (await readdir(from)).sort();
        const data = new Uint8Array(depth * side * side);
        for (let z = 0; z < depth; z++)
          data.set(
            await sharp(path.join(from, names[z % names.length]))
              .extract({ left: 100, top: 100, width: side, height: side })
              .toColourspace('b-w')
              .raw()
              .toBuffer(),
            z * side * side,
          );
        const folder = this.file('data', part, kind);
        await mkdir(folder, { recursive: true });
        const metadata = { spacing: [0.05, 0.004, 0.004], unit: 'micron' };
        await tiff.write!(path.join(folder, 'stack.tif'), image(data, [depth, side, side, 1], metadata), {});
      }
  }

  yaml(name: string, text: string): Promise<void> {
    return writeFile(this.file(name), text);
  }

  /** Hashes of all files below a folder, by their path in it. */
  async hashes(...parts: string[]): Promise<Record<string, string>> {
    const root = this.file(...parts);
    const hashes: Record<string, string> = {};
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) {
        const full = path.join(entry.parentPath, entry.name);
        hashes[path.relative(root, full)] = createHash('sha256')
          .update(await readFile(full))
          .digest('hex');
      }
    return hashes;
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/** A training of a small U-Net and a test, on {@link Workbench.crops} of 96 pixels or more. */
export function smallJob(changes: { epochs?: number; test?: boolean; more?: string } = {}): string {
  const { epochs = 2, test = true, more = '' } = changes;
  return `
PROBLEM: { TYPE: SEMANTIC_SEG, NDIM: 2D }
DATA:
  PATCH_SIZE: (64, 64, 1)
  NORMALIZATION: { TYPE: div }
  TRAIN: { PATH: data/train/raw, GT_PATH: data/train/label }
  VAL: { FROM_TRAIN: True, SPLIT_TRAIN: 0.25 }
  TEST: { PATH: data/test/raw, GT_PATH: data/test/label, LOAD_GT: True }
AUGMENTOR: { ENABLE: True, VFLIP: True, HFLIP: True, ROT90: True }
MODEL: { ARCHITECTURE: unet, FEATURE_MAPS: [8, 16, 32], NORMALIZATION: bn, DROPOUT_VALUES: [0.1, 0.1, 0.1] }
TRAIN: { ENABLE: True, OPTIMIZER: [ADAMW], LR: [1.E-3], BATCH_SIZE: 4, EPOCHS: ${epochs} }
TEST: { ENABLE: ${test ? 'True' : 'False'} }
${more}`;
}
