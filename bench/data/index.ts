/** Reading and preparing images, beside scikit-image, scipy, numpy and tifffile where a Python that has them is found. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { alternate, Contestant } from '../contestant.js';
import { type Group, type GroupOptions, type Measure, median } from '../measure.js';
import type { DataCase } from './case.js';
import { dataCases } from './cases.js';
import { damagedMeasures } from './damaged-files.js';
import { trainingWait } from './training-wait.js';
import { streamMeasures } from './zarr-stream.js';

const OURS = fileURLToPath(new URL('./worker.ts', import.meta.url));
/** Sources of benchmarks, over the built package. */
const LOADERS = ['--import', 'tsx', '--import', new URL('../built.mjs', import.meta.url).href];
const THEIRS = fileURLToPath(new URL('../reference/data.py', import.meta.url));

export const data: Group = {
  summary: 'reading, filtering and normalising images, beside scikit-image, scipy, numpy and tifffile',
  async *measure(options) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'biagraph-bench-'));
    try {
      for (const [place, each] of dataCases.entries())
        if (each.name.includes(options.only)) yield* compare(each, place, folder, options);
      yield* streamMeasures(options);
      yield* damagedMeasures(options);
      yield* trainingWait(options);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Our side of a list of cases: the worker that runs one of them, and turns before it counts. */
export interface OurSide {
  worker: string;
  warmUps: number;
}

// More turns before it counts than elsewhere: JavaScript is compiled in several stages.
const DATA: OurSide = { worker: OURS, warmUps: 4 };

/** Times one case on both sides, in turns. */
export async function* compare(
  each: DataCase,
  place: number,
  folder: string,
  { runs, note }: GroupOptions,
  side = DATA,
): AsyncGenerator<Measure> {
  const python = findPython(each.modules);
  if (!python) note(`${each.name}: no Python with numpy ${each.modules.join(' ')} was found (BENCH_PYTHON names one).`);
  await each.files?.(folder);
  // The reference first: it may write the files that both read.
  const theirs = python ? new Contestant(python, [THEIRS, each.reference, folder]) : undefined;
  await theirs?.ready();
  const ours = new Contestant(process.execPath, [...LOADERS, side.worker, `${place}`, folder]);
  await ours.ready();
  const contestants = theirs ? [ours, theirs] : [ours];
  const compareResults = async () => {
    if (each.checked) requireAlike(each.name, await Promise.all(contestants.map((contestant) => contestant.check())));
  };
  await compareResults();
  await alternate(contestants, runs, each.warmUps ?? side.warmUps);
  await compareResults();
  const middle = (contestant: Contestant) => median(contestant.times.map(({ ms }) => ms));
  const cpu = (contestant: Contestant) => median(contestant.times.map((time) => time.cpu));
  yield { name: each.name, ours: middle(ours), theirs: theirs && middle(theirs), unit: 'ms' };
  yield { name: `${each.name}, CPU time`, ours: cpu(ours), theirs: theirs && cpu(theirs), unit: 'ms' };
  await ours.end();
  await theirs?.end();
}

/** @throws Error when the two sides have not done the same. */
function requireAlike(name: string, checks: readonly (string | undefined)[]): void {
  if (checks.some((check) => check === undefined || check !== checks[0]))
    throw new Error(`${name}: the results of the two sides differ (${checks.join(', ')})`);
}

const found = new Map<string, string | undefined>();

/** A Python that imports numpy and the modules; BENCH_PYTHON names another than those on the path. */
function findPython(modules: readonly string[]): string | undefined {
  const wanted = ['numpy', ...modules].join(', ');
  if (!found.has(wanted)) {
    const pythons = [process.env.BENCH_PYTHON, 'python3', '/usr/bin/python3'].filter((name) => name !== undefined);
    found.set(
      wanted,
      pythons.find((python) => spawnSync(python, ['-c', `import ${wanted}`]).status === 0),
    );
  }
  return found.get(wanted);
}
