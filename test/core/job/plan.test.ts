import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assembly } from '../../../assembly.js';
import { image } from '../../../core/image/image.js';
import { EventBus, type JobEvent } from '../../../core/job/events.js';
import { foretellData, type JobPlan, planJob } from '../../../core/job/plan.js';
import { type PreparedJob, prepareJob } from '../../../core/job/prepare.js';
import { runJob } from '../../../core/job/run.js';
import { writeTiff } from '../../../plugins/format/tiff-writer.js';

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'biagraph-plan-'));
  // Two shapes, so that numbers differ from image to image.
  for (const [part, sides] of Object.entries({ train: [64, 64, 80, 64], test: [64, 100], volume: [48] }))
    for (const [i, side] of sides.entries())
      for (const kind of ['raw', 'label']) {
        const shape = part === 'volume' ? [10, side, 32, 1] : [side, 64, 1];
        const size = shape.reduce((product, length) => product * length, 1);
        const data = Uint8Array.from({ length: size }, (_, p) => (kind === 'raw' ? p % 200 : p % 2));
        mkdirSync(path.join(folder, part, kind), { recursive: true });
        await writeTiff(path.join(folder, part, kind, `${i}.tif`), image(data, shape));
      }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function prepare(overrides: string[] = [], part = 'train'): Promise<PreparedJob> {
  const source = {
    PROBLEM: { TYPE: 'SEMANTIC_SEG', NDIM: part === 'volume' ? '3D' : '2D' },
    SYSTEM: { NUM_WORKERS: 0, MEMORY_BUDGET: '1GB' },
    DATA: {
      PATCH_SIZE: part === 'volume' ? [8, 16, 16, 1] : [32, 32, 1],
      TRAIN: { PATH: path.join(folder, part, 'raw'), GT_PATH: path.join(folder, part, 'label') },
      VAL: { FROM_TRAIN: true, SPLIT_TRAIN: 0.25 },
      TEST: { PATH: path.join(folder, 'test/raw'), GT_PATH: path.join(folder, 'test/label'), LOAD_GT: true },
    },
    MODEL: { ARCHITECTURE: 'unet', FEATURE_MAPS: [4, 8, 16], ...(part === 'volume' && { Z_DOWN: [1, 1] }) },
    LOSS: { TYPE: ['CE'] },
    TRAIN: { ENABLE: true, EPOCHS: 2, BATCH_SIZE: 3, OPTIMIZER: ['ADAMW'], LR: [0.001] },
    TEST: { ENABLE: part === 'train' },
  };
  return prepareJob(
    { source, overrides, jobName: 'planned', resultDir: path.join(folder, 'out'), checkPaths: false },
    assembly,
  );
}

const facts = ({ phases }: JobPlan, node: string) =>
  phases.flatMap(({ findings }) => findings).find((finding) => finding.node === node)?.facts;

describe('planJob', () => {
  it('foretells what the run then does', async () => {
    const job = await prepare();
    const plan = await planJob(job, { measure: false });
    const events = new EventBus();
    const seen: JobEvent[] = [];
    events.events$.subscribe((event) => seen.push(event));
    await runJob(job, { events });

    const of = <T extends JobEvent['type']>(type: T) =>
      seen.filter((event): event is Extract<JobEvent, { type: T }> => event.type === type);
    const done = (node: string) => of('node.finished').find((event) => event.node === node)!.samples;
    const epochs = 2;
    expect(facts(plan, 'train-loader')).toEqual({ images: done('train-loader'), found: 4 });
    expect(facts(plan, 'validation-loader')?.images).toBe(done('validation-loader'));
    expect(facts(plan, 'train-patches')!.patches * epochs).toBe(done('train-patches'));
    expect(facts(plan, 'train-batches')?.batches).toBe(of('epoch.started')[0].steps);
    expect(facts(plan, 'trainer')?.steps).toBe(of('batch.done').length);
    expect(facts(plan, 'loader')?.images).toBe(done('loader'));
    expect(facts(plan, 'cutter')?.patches).toBe(done('cutter'));
    const validation = seen.filter((event) => event.type === 'node.sample' && event.node === 'validation-batches');
    expect(facts(plan, 'validation-batches')!.batches * epochs).toBe(validation.length);
  });

  it('gives each number a reason, writes nothing and takes memory from images and network', async () => {
    const {
      phases,
      memory,
      folder: jobFolder,
      time,
    } = await planJob(await prepare(['TRAIN.EPOCHS=7']), { measure: false });
    for (const { findings, images, network } of phases) {
      for (const { why } of findings) expect(why).toMatch(/^\S.*\.$/);
      expect(images.bytes).toBeGreaterThan(0);
      expect(memory.bytes).toBeGreaterThan(images.bytes + network!.bytes);
    }
    expect(time).toBeUndefined();
    expect(jobFolder).toBe(path.join(folder, 'out', 'planned'));
  });

  it('measures the network', async () => {
    const { phases, time } = await planJob(await prepare(['TEST.AUGMENTATION=True']));
    const [train, test] = phases.map(({ network }) => network!.time!);
    expect(train.shape).toEqual([3, 32, 32, 1]);
    expect(test.shape).toEqual([3, 32, 32, 1]);
    expect(time?.seconds).toBeCloseTo(train.seconds + test.seconds, 10);
    // 14 patches in 8 forms, in batches of 3, 3 and 2: more than a call for each batch that is full.
    expect(test.seconds).toBeGreaterThan(28 * test.call);
  });

  it('divides the patches of a single volume', async () => {
    const plan = await planJob(await prepare([], 'volume'), { measure: false });
    // 10 → 2, 48 → 3, 32 → 2 patches: 12, of which a quarter is held out.
    expect(facts(plan, 'train-patches')).toEqual({ patches: 9 });
    expect(facts(plan, 'validation-patches')).toEqual({ patches: 3 });
  });

  it('counts random patches, repetitions and whole images', async () => {
    const random = await planJob(await prepare(['DATA.TRAIN.EXTRACT_RANDOM_PATCH=True', 'DATA.TRAIN.REPLICATE=3']), {
      measure: false,
    });
    expect(facts(random, 'train-patches')).toEqual({ patches: 9 });
    expect(facts(random, 'validation-patches')).toEqual({ patches: 1 });
    const whole = await planJob(await prepare(['TEST.FULL_IMG=True']), { measure: false });
    expect(facts(whole, 'cutter')).toEqual({ patches: 2 });
  });
});

describe('foretellData', () => {
  it('tells what is wrong in all folders, as the run would', async () => {
    const broken = path.join(folder, 'broken');
    mkdirSync(broken, { recursive: true });
    writeFileSync(path.join(broken, 'a.tif'), 'no image');
    const overrides = [
      `DATA.TEST.PATH=${broken}`,
      'DATA.TEST.LOAD_GT=False',
      `DATA.TRAIN.GT_PATH=${path.join(folder, 'test/label')}`,
    ];
    const job = await prepare(overrides);
    await expect(foretellData(job)).rejects.toThrow(/holds 4 images, but .*holds 2 targets[\s\S]*a\.tif: /);
    expect(existsSync(path.join(folder, 'out', 'broken'))).toBe(false);
  });

  it('keeps the kind of an error that all share', async () => {
    const job = await prepare(['SYSTEM.MEMORY_BUDGET=8KB']);
    await expect(foretellData(job)).rejects.toMatchObject({ _tag: 'memory' });
  });
});
