/**
 * What of a training is spent waiting for samples: a job of a small U-Net whose patches go through the usual augmentations, in
 * a process of its own. The event loop must stay free too, for progress, stops and the page of a job.
 */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { JobEvent } from '../../core/job/events.js';
import type { GroupOptions, Measure } from '../measure.js';

const CLI = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const IMAGES = fileURLToPath(new URL('../../examples/data/membranes/train', import.meta.url));
/** The first epoch compiles the network, and JavaScript. */
const WARM_UPS = 1;
const EPOCHS = 3;
/** Slices of 512×512, of which one is held out: eight batches an epoch. */
const SLICES = 9;

const JOB = `
SYSTEM: { SEED: 1 }
PROBLEM: { TYPE: SEMANTIC_SEG, NDIM: 2D }
DATA:
  PATCH_SIZE: (256, 256, 1)
  N_CLASSES: 2
  TRAIN: { PATH: raw, GT_PATH: label }
  VAL: { FROM_TRAIN: True, SPLIT_TRAIN: 0.1 }
AUGMENTOR:
  ENABLE: True
  AUG_SAMPLES: False
  ROT90: True
  VFLIP: True
  HFLIP: True
  RANDOM_ROT: True
  ZOOM: True
  SHIFT: True
  ELASTIC: True
  BRIGHTNESS: True
  CONTRAST: True
  G_BLUR: True
  GAUSSIAN_NOISE: True
MODEL: { ARCHITECTURE: unet, FEATURE_MAPS: [16, 32, 64, 128, 256], NORMALIZATION: bn }
TRAIN: { ENABLE: True, OPTIMIZER: [ADAMW], LR: [1.E-3], BATCH_SIZE: 4, EPOCHS: ${WARM_UPS + EPOCHS} }
TEST: { ENABLE: False }
`;

/** The process tells the 99th percentile of the event loop's delay when it ends, milliseconds. */
const TELL_DELAY = `data:text/javascript,${encodeURIComponent(`
import { monitorEventLoopDelay } from 'node:perf_hooks';
const delay = monitorEventLoopDelay({ resolution: 5 });
process.on('SIGUSR2', () => delay.enable());
process.on('exit', () => process.stderr.write('\\ndelay ' + delay.percentile(99) / 1e6 + '\\n'));
`)}`;

/** Half a minute long, so only when it is asked for by its name: `--only "training wait"`. */
export async function* trainingWait({ only, note }: GroupOptions): AsyncGenerator<Measure> {
  const name = 'training wait, U-Net of 4×256×256, eleven augmentations';
  if (only === '' || !name.includes(only)) return;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'biagraph-wait-'));
  try {
    await writeFile(path.join(folder, 'job.yaml'), JOB);
    for (const kind of ['raw', 'label']) await copySlices(path.join(IMAGES, kind), path.join(folder, kind));
    const { waiting, seconds, steps, delay } = await train(folder);
    note(`${steps} steps of ${((1000 * seconds) / steps).toFixed(0)} ms.`);
    yield { name: `${name}, share`, ours: (100 * waiting) / seconds, unit: '%' };
    yield { name: 'event loop delay meanwhile, 99th percentile', ours: delay, unit: 'ms' };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copySlices(from: string, to: string): Promise<void> {
  const names = (await readdir(from)).sort().slice(0, SLICES);
  for (const name of names) await cp(path.join(from, name), path.join(to, name));
}

async function train(folder: string) {
  const args = ['--import', TELL_DELAY, '--import', import.meta.resolve('tsx'), CLI, 'run', 'job.yaml', '--json'];
  const child = spawn(process.execPath, args, { cwd: folder });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  let [waiting, seconds, steps] = [0, 0, 0];
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as JobEvent;
    if (event.type !== 'epoch.done') continue;
    if (event.epoch < WARM_UPS) {
      child.kill('SIGUSR2');
      continue;
    }
    waiting += event.waiting;
    seconds += event.seconds;
    steps += event.steps;
  }
  const code = child.exitCode ?? (await new Promise((resolve) => child.on('close', resolve)));
  if (code !== 0) throw new Error(`the job ended with code ${code}: ${errors}`);
  return { waiting, seconds, steps, delay: Number(/delay ([\d.]+)/.exec(errors)?.[1]) };
}
