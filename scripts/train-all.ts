/**
 * Trains every architecture for some steps on real images, from a template of its workflow:
 *
 *     npm run train-all -- FOLDER [--only TEXT] [--steps 20]
 *
 * FOLDER holds the example sets semantic-em-2d, semantic-em-3d, super-resolution-2d, image-to-image-2d,
 * self-supervision-em-2d and classification-blood. One line an architecture with its loss, at the end `N passed, M failed`. An architecture passes
 * when its last losses are below its first and nothing was told, such as a fall back to the eager runtime.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', default: '' }, steps: { type: 'string', default: '20' } },
});
if (positionals.length !== 1) {
  console.error('usage: npm run train-all -- FOLDER [--only TEXT] [--steps 20]');
  process.exit(2);
}
const folder = path.resolve(positionals[0]);
const steps = Number(values.steps);

interface Training {
  architecture: string;
  template: string;
  sets: string[];
  /** Fewest steps, where 20 are too few to see the loss fall. */
  steps?: number;
}

const pair = (set: string, image: string, target: string) => [
  `DATA.TRAIN.PATH=${folder}/${set}/train/${image}`,
  `DATA.TRAIN.GT_PATH=${folder}/${set}/train/${target}`,
];
const family = (architectures: string[], template: string, sets: string[]): Training[] =>
  architectures.map((architecture) => ({ architecture, template, sets }));

const segmenters = ['unet', 'attention_unet', 'resunet', 'seunet', 'resunet_se', 'multiresunet', 'resunet++'];
const others = ['hrnet', 'unetr'];
const plane = [...pair('semantic-em-2d', 'raw', 'label'), 'DATA.PATCH_SIZE=(64, 64, 1)', 'DATA.TEST.PADDING=(0, 0)'];
const volume = [
  ...pair('semantic-em-3d', 'raw', 'label'),
  'DATA.PATCH_SIZE=(16, 32, 32, 1)',
  'DATA.TEST.PADDING=(0, 0, 0)',
];
const small = ['MODEL.FEATURE_MAPS=[8, 16, 32, 64]', 'MODEL.VIT_EMBED_DIM=96', 'MODEL.VIT_NUM_HEADS=4'];
const tokens = ['MODEL.VIT_NUM_LAYERS=9', 'MODEL.VIT_TOKEN_SIZE=16', 'MODEL.VIT_EMBED_DIM=96', 'MODEL.VIT_NUM_HEADS=4'];

const trainings: Training[] = [
  ...family([...segmenters, ...others], 'semantic-segmentation-2d', [...plane, ...small, 'MODEL.VIT_NUM_LAYERS=9']),
  // Blocks that start next to the identity (layer scale 1e-6, response norm 0) change the output late.
  ...family(['unext_v1', 'unext_v2'], 'semantic-segmentation-2d', [...plane, ...small]).map((training) => ({
    ...training,
    steps: 120,
  })),
  ...family([...segmenters.filter((name) => name !== 'multiresunet'), 'stunet'], 'semantic-segmentation-3d', [
    ...volume,
    'MODEL.FEATURE_MAPS=[8, 16, 32, 64]',
    'MODEL.Z_DOWN=[1, 1, 1]',
  ]),
  ...family(['multiresunet'], 'semantic-segmentation-3d', [...volume, 'MODEL.Z_DOWN=[1, 1, 1, 1]']),
  ...family(['edsr', 'rcan', 'dfcan', 'wdsr'], 'super-resolution-2d', [
    ...pair('super-resolution-2d', 'LR', 'HR'),
    'DATA.PATCH_SIZE=(32, 32, 1)',
    'MODEL.RCAN_RG_BLOCK_NUM=3',
    'MODEL.RCAN_RCAB_BLOCK_NUM=4',
  ]),
  ...family(['nafnet'], 'image-to-image-2d', [
    ...pair('image-to-image-2d', 'raw', 'target'),
    'DATA.PATCH_SIZE=(64, 64, 1)',
    'MODEL.FEATURE_MAPS=[8, 16, 32, 64, 128]',
    'MODEL.NAFNET.ENC_BLK_NUMS=[1, 1, 1, 2]',
    'MODEL.NAFNET.DEC_BLK_NUMS=[1, 1, 1, 1]',
    'MODEL.NAFNET.MIDDLE_BLK_NUM=2',
    'MODEL.NAFNET.PATCHGAN.BASE_FILTERS=16',
    'LOSS.TYPE=[MAE, BCE]',
    'LOSS.WEIGHTS=[1, 0.01]',
    'TRAIN.OPTIMIZER=[ADAMW, ADAMW]',
    'TRAIN.LR=[1e-3, 1e-4]',
  ]),
  ...family(['mae'], 'self-supervision-masking-2d', [
    `DATA.TRAIN.PATH=${folder}/self-supervision-em-2d/pre-train`,
    'DATA.PATCH_SIZE=(64, 64, 1)',
    ...tokens,
  ]),
  // Four cells of different kinds are a noisy batch: with batch normalisation their loss would rise and fall by chance.
  ...family(['simple_cnn', 'vit', ...Array.from({ length: 8 }, (_, i) => `efficientnet_b${i}`)], 'classification-2d', [
    `DATA.TRAIN.PATH=${folder}/classification-blood/train`,
    'DATA.PATCH_SIZE=(64, 64, 3)',
    'TRAIN.BATCH_SIZE=16',
    'TRAIN.LR=[5e-4]',
    ...tokens,
    // The deep ones drop whole blocks at random, and need more steps to be seen falling.
  ]).map((training) => (/_b[4-7]$/.test(training.architecture) ? { ...training, steps: 60 } : training)),
];

interface Seen {
  losses: number[];
  told: string[];
}

/** Runs a job until it has done its steps, and stops it then. */
function train({ architecture, template, sets, steps: fewest = 0 }: Training, out: string): Promise<Seen> {
  const count = Math.max(steps, fewest);
  const settings = [
    `MODEL.ARCHITECTURE=${architecture}`,
    'TEST.ENABLE=False',
    'TRAIN.BATCH_SIZE=4',
    'TRAIN.LR=[1e-3]',
    "TRAIN.LR_SCHEDULER.NAME=''",
    'SYSTEM.DEVICE=cpu',
    ...sets,
  ];
  const words = [
    '--import',
    'tsx',
    path.join(ROOT, 'cli/main.ts'),
    'run',
    path.join(ROOT, `templates/${template}.yaml`),
  ];
  const options = ['--json', '--result-dir', out, '--name', architecture.replaceAll('+', 'p')];
  const child = spawn(process.execPath, [...words, ...options, ...settings.flatMap((set) => ['--set', set])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const seen: Seen = { losses: [], told: [] };
  let failure = '';
  child.stderr.on('data', (text) => {
    failure += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as { type: string; loss: number; message: string };
    if (event.type === 'warning') seen.told.push(event.message);
    if (event.type !== 'batch.done' || seen.losses.length >= count) return;
    seen.losses.push(event.loss);
    if (seen.losses.length === count) child.kill('SIGTERM');
  });
  return new Promise((resolve) => {
    child.on('close', () => {
      if (seen.losses.length < count) seen.told.push(failure.trim().slice(0, 300) || 'the job ended early');
      resolve(seen);
    });
  });
}

const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
const out = mkdtempSync(path.join(os.tmpdir(), 'biagraph-train-all-'));
let failed = 0;
let passed = 0;
for (const training of trainings) {
  const name = `${training.architecture}, ${training.template}`;
  if (!name.includes(values.only)) continue;
  const { losses, told } = await train(training, out);
  const quarter = Math.max(1, Math.floor(losses.length / 4));
  const [first, last] = [mean(losses.slice(0, quarter)), mean(losses.slice(-quarter))];
  const ok = told.length === 0 && last < first;
  if (ok) passed++;
  else failed++;
  const figures = `loss ${first.toFixed(4)} → ${last.toFixed(4)} in ${losses.length} steps`;
  console.log(`${name.padEnd(46)} ${figures}  ${ok ? 'ok' : `FAILED ${told.join('; ')}`}`);
}
rmSync(out, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
