/** Time and memory of training steps of larger architectures, beside PyTorch where a Python that has it is found. */
import { fileURLToPath } from 'node:url';
import { Contestant, compareSides } from '../contestant.js';
import type { Group, GroupOptions, Measure } from '../measure.js';
import { findPyTorch } from '../tensors/index.js';
import { type ModelCase, modelCases } from './cases.js';

const OURS = fileURLToPath(new URL('./worker.ts', import.meta.url));
const THEIRS = fileURLToPath(new URL('../reference/models.py', import.meta.url));

export const models: Group = {
  summary: 'training step of larger architectures, time and peak memory, beside PyTorch',
  async *measure(options) {
    const python = findPyTorch(options);
    for (const modelCase of modelCases)
      if (modelCase.name.includes(options.only)) yield* compare(modelCase, python, options);
  },
};

async function* compare(
  modelCase: ModelCase,
  python: string | undefined,
  { runs, threads }: GroupOptions,
): AsyncGenerator<Measure> {
  const text = JSON.stringify(modelCase);
  const ours = new Contestant(process.execPath, ['--import', 'tsx', OURS, text, `${threads}`]);
  const theirs = python
    ? new Contestant(python, [THEIRS, text, `${threads}`], { OMP_WAIT_POLICY: 'passive' })
    : undefined;
  const { name: network, batch, side } = modelCase;
  const name = `${network}, ${batch}×${side}×${side}, training step`;
  yield* compareSides(name, ours, theirs, runs);
}
