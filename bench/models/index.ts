/** Time and memory of training steps of larger architectures, beside PyTorch where a Python that has it is found. */
import { fileURLToPath } from 'node:url';
import { alternate, Contestant } from '../contestant.js';
import { type Group, type GroupOptions, MEGABYTE, type Measure, median } from '../measure.js';
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
  const both = theirs ? [ours, theirs] : [ours];
  const [{ parameters }, reference] = await Promise.all(both.map((contestant) => contestant.ready()));
  if (reference && reference.parameters !== parameters)
    throw new Error(`${modelCase.name}: ${parameters} parameters, the reference has ${reference.parameters}`);
  await alternate(both, runs);
  const { name: network, batch, side } = modelCase;
  const name = `${network}, ${batch}×${side}×${side}, training step`;
  for (const [key, label] of [
    ['ms', ''],
    ['cpu', ', CPU time'],
  ] as const) {
    const middle = (contestant: Contestant) => median(contestant.times.map((time) => time[key]));
    yield { name: name + label, ours: middle(ours), theirs: theirs && middle(theirs), unit: 'ms' };
  }
  const ourPeak = (await ours.end()) / MEGABYTE;
  const theirPeak = theirs && (await theirs.end()) / MEGABYTE;
  yield { name: `${name}, peak memory`, ours: ourPeak, theirs: theirPeak, unit: 'MB' };
}
