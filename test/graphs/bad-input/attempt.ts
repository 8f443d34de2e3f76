/** Runs small jobs on damaged data in this process, and says how they ended. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { assembly } from '../../../assembly.js';
import { isBiagraphError } from '../../../core/errors.js';
import { type Image, image } from '../../../core/image/image.js';
import { parseCsv } from '../../../core/job/csv.js';
import { EventBus } from '../../../core/job/events.js';
import { foretellData } from '../../../core/job/plan.js';
import { prepareJob } from '../../../core/job/prepare.js';
import { runJob } from '../../../core/job/run.js';
import { writeTiff } from '../../../plugins/format/tiff-writer.js';
import { sharedRuntime } from '../../core/tensor/shared-runtime.js';

export type Tree = { [key: string]: unknown };

/** A folder for the data of one test. */
export class Data {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'biagraph-bad-'));

  constructor() {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  text(name: string, content: string): void {
    mkdirSync(path.dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
  }

  async picture(name: string, picture: Image): Promise<void> {
    mkdirSync(path.dirname(this.path(name)), { recursive: true });
    await writeTiff(this.path(name), picture);
  }

  remove(name: string): void {
    rmSync(this.path(name), { recursive: true });
  }
}

export const SIDE = 32;

/** `[side, side, 1]` of a formula. */
export function grey(value: (x: number, y: number) => number, side = SIDE): Image {
  const data = Uint8Array.from({ length: side * side }, (_, i) => value(i % side, Math.floor(i / side)));
  return image(data, [side, side, 1]);
}

/** Something that a network can see. */
export const textured = (seed = 0, side = SIDE) =>
  grey((x, y) => 40 + ((x * 7 + y * 13 + seed * 29) % 120) + 60 * (((x + seed) >> 3) % 2), side);

export interface Outcome {
  /** The message of the error that ended the job; undefined where it came to its end. */
  error?: string;
  warnings: string[];
  /** Rows of the metrics file by name, without empty cells. */
  rows: Record<string, Record<string, string>>;
  metrics: Record<string, number>;
  results: string;
}

/** A configuration: keys by dotted name, laid over the settings of all these jobs. */
export function treeOf(data: Data, settings: Tree): Tree {
  const tree: Tree = {};
  for (const [key, value] of Object.entries({ ...SMALL, ...settings })) {
    const steps = key.split('.');
    const last = steps.pop()!;
    const at = steps.reduce((section, step) => {
      section[step] ??= {};
      return section[step] as Tree;
    }, tree);
    at[last] = typeof value === 'string' && /^(train|val|test)\//.test(value) ? data.path(value) : value;
  }
  return tree;
}

/** A small job from its beginning to its end. Settings as {@link treeOf} takes them. */
export async function attempt(data: Data, settings: Tree): Promise<Outcome> {
  const results = data.path('out', 'job', 'results', 'job_1');
  const warnings: string[] = [];
  const outcome: Outcome = { warnings, rows: {}, metrics: {}, results };
  try {
    const job = await prepareJob(
      { source: treeOf(data, settings), jobName: 'job', resultDir: data.path('out') },
      assembly,
    );
    await foretellData(job);
    const events = new EventBus();
    events.events$.subscribe((event) => {
      if (event.type === 'warning') warnings.push(event.message);
    });
    outcome.metrics = (await runJob(job, { events, resume: 'never', tensors: await sharedRuntime('cpu') })).metrics;
  } catch (error) {
    // Anything else is a crash.
    if (!isBiagraphError(error)) throw error;
    outcome.error = error.message.replaceAll(`${data.folder}/`, '');
  }
  const table = path.join(results, 'test_results_metrics.csv');
  if (existsSync(table)) outcome.rows = rowsOf(readFileSync(table, 'utf8'));
  return outcome;
}

function rowsOf(text: string): Outcome['rows'] {
  const [head, ...rows] = parseCsv(text);
  return Object.fromEntries(
    rows.map((row) => [
      row[0],
      Object.fromEntries(row.map((cell, i) => [head[i], cell]).filter(([, cell]) => cell !== '')),
    ]),
  );
}

/** The job came to its end, and every value is a number. */
export function expectNumbers({ error, rows, metrics }: Outcome): void {
  expect(error).toBeUndefined();
  const cells = Object.values(rows).flatMap(({ file, ...values }) => Object.entries(values));
  expect(cells.length).toBeGreaterThan(0);
  expect([...cells, ...Object.entries(metrics)].filter(([, value]) => !Number.isFinite(Number(value)))).toEqual([]);
}

/** The job ended with an error that says this. */
export function expectTold({ error }: Outcome, ...texts: (string | RegExp)[]): void {
  expect(error).toBeDefined();
  for (const text of texts)
    if (typeof text === 'string') expect(error).toContain(text);
    else expect(error).toMatch(text);
}

const SMALL: Tree = {
  'PROBLEM.NDIM': '2D',
  'SYSTEM.NUM_WORKERS': 0,
  'DATA.PATCH_SIZE': `(${SIDE}, ${SIDE}, 1)`,
  'DATA.NORMALIZATION.TYPE': 'div',
  'DATA.TRAIN.PATH': 'train/raw',
  'DATA.TRAIN.GT_PATH': 'train/label',
  'DATA.VAL.FROM_TRAIN': true,
  'DATA.VAL.SPLIT_TRAIN': 0.5,
  'DATA.TEST.PATH': 'test/raw',
  'DATA.TEST.GT_PATH': 'test/label',
  'DATA.TEST.LOAD_GT': true,
  'AUGMENTOR.ENABLE': false,
  'MODEL.ARCHITECTURE': 'unet',
  'MODEL.FEATURE_MAPS': [4, 8, 8],
  'MODEL.DROPOUT_VALUES': [0, 0, 0],
  'TRAIN.ENABLE': true,
  'TRAIN.OPTIMIZER': ['ADAMW'],
  'TRAIN.LR': [1e-3],
  'TRAIN.BATCH_SIZE': 2,
  'TRAIN.EPOCHS': 1,
  'TEST.ENABLE': true,
};
