/** Time and memory of training steps and inference, beside PyTorch where a Python that has it is found. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Contestant, compareSides } from '../contestant.js';
import type { Group, GroupOptions, Measure } from '../measure.js';
import { FEATURE_MAPS, type TensorCase, tensorCases, VIT } from './cases.js';

const OURS = fileURLToPath(new URL('./worker.ts', import.meta.url));
const THEIRS = fileURLToPath(new URL('../reference/worker.py', import.meta.url));

export const tensors: Group = {
  summary: 'training step and inference of U-Nets and a vision transformer, time and peak memory, beside PyTorch',
  async *measure(options) {
    const python = findPyTorch(options);
    for (const tensorCase of tensorCases) {
      if (tensorCase.name.includes(options.only)) yield* compare(tensorCase, python, options);
    }
  },
};

/** Prints the version and the speed of a matrix product in GFLOP/s. */
const PROBE = `
import time, torch
a = torch.rand(768, 768)
a @ a
start = time.perf_counter()
a @ a
print(torch.__version__, 2 * 768 ** 3 / (time.perf_counter() - start) / 1e9)
`;

/** Below this PyTorch multiplies matrices with a BLAS that is only a reference, and no comparison is fair. */
const SLOW_PRODUCT = 10;

/** A Python that imports torch; BENCH_PYTHON names another than those on the path. */
export function findPyTorch({ note }: Pick<GroupOptions, 'note'>): string | undefined {
  for (const python of [process.env.BENCH_PYTHON, 'python3', '/usr/bin/python3'].filter((name) => name !== undefined)) {
    const { status, stdout } = spawnSync(python, ['-c', PROBE], { encoding: 'utf8' });
    if (status !== 0) continue;
    const [version, speed] = stdout.trim().split(' ');
    note(`Reference: PyTorch ${version}, matrix products at ${Number(speed).toFixed(0)} GFLOP/s.`);
    if (Number(speed) < SLOW_PRODUCT)
      note('That is slow: its BLAS is not an optimised one. Install libopenblas0 and repeat, or ratios flatter us.');
    return python;
  }
  note('No Python with PyTorch was found (BENCH_PYTHON names one); figures are ours alone.');
  return undefined;
}

/** Idle threads of the reference sleep: spinning ones would take the cores from us between its turns, and make it slower itself. */
export function startReference(python: string, tensorCase: TensorCase, threads: number): Contestant {
  const args = [THEIRS, JSON.stringify(tensorCase), JSON.stringify({ maps: FEATURE_MAPS, vit: VIT }), `${threads}`];
  return new Contestant(python, args, { OMP_WAIT_POLICY: 'passive' });
}

export function startOurs(tensorCase: TensorCase, threads: number): Contestant {
  return new Contestant(process.execPath, ['--import', 'tsx', OURS, JSON.stringify(tensorCase), `${threads}`]);
}

async function* compare(
  tensorCase: TensorCase,
  python: string | undefined,
  { runs, threads }: GroupOptions,
): AsyncGenerator<Measure> {
  const ours = startOurs(tensorCase, threads);
  const theirs = python ? startReference(python, tensorCase, threads) : undefined;
  yield* compareSides(tensorCase.name, ours, theirs, runs);
}
