/** Time until something happens: the command of the built package, and the first training step of a fresh process. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Contestant } from '../contestant.js';
import { type Group, type GroupOptions, type Measure, median } from '../measure.js';
import { tensorCases } from '../tensors/cases.js';
import { findPyTorch, startOurs, startReference } from '../tensors/index.js';

const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('../../examples/membranes.yaml', import.meta.url));

export const startUp: Group = {
  summary: 'the command line, and the first training step of a fresh process',
  async *measure(options) {
    if (existsSync(COMMAND)) {
      yield timeCommand('biagraph --help', ['--help'], options);
      yield timeCommand('biagraph check', ['check', EXAMPLE], options);
    } else options.note('The package is not built: no figures of the command. Run npm run build.');
    yield await firstStep(options);
  },
};

function timeCommand(name: string, args: readonly string[], { runs }: GroupOptions): Measure {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${name} ended with code ${status}: ${stderr}`);
    return performance.now() - start;
  });
  return { name, ours: median(times), unit: 'ms' };
}

/** Loading the libraries, building, compiling and running the first step, with the sources loaded by tsx. */
async function firstStep(options: GroupOptions): Promise<Measure> {
  const [tensorCase] = tensorCases;
  const python = findPyTorch(options);
  const starts = [() => startOurs(tensorCase, options.threads)];
  if (python) starts.push(() => startReference(python, tensorCase, options.threads));
  const times: number[][] = starts.map(() => []);
  for (let run = 0; run < options.runs; run++)
    for (const [side, start] of starts.entries()) times[side].push(await timeOfFirst(start));
  const [ours, theirs] = times.map(median);
  return { name: `process start to first step, ${tensorCase.name}`, ours, theirs, unit: 'ms' };
}

async function timeOfFirst(start: () => Contestant): Promise<number> {
  const begin = performance.now();
  const contestant = start();
  await contestant.ready();
  await contestant.run();
  const time = performance.now() - begin;
  await contestant.end();
  return time;
}
