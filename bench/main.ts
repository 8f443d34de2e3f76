/**
 * Benchmarks: `npm run bench -- <group> [--runs 7] [--threads 2] [--only <text>] [--json]`.
 *
 * Figures depend on the machine and on what else it does: compare ratios, and repeat.
 */
import { parseArgs } from 'node:util';
import { data } from './data/index.js';
import { endurance } from './endurance/index.js';
import type { Group } from './measure.js';
import { models } from './models/index.js';
import { postprocessing } from './postprocessing/index.js';
import { json, table } from './print.js';
import { startUp } from './start-up/index.js';
import { tensors } from './tensors/index.js';

const groups: Readonly<Record<string, Group>> = {
  tensors,
  models,
  data,
  postprocessing,
  'start-up': startUp,
  endurance,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '7' },
    threads: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});
const chosen = positionals.map((name) => ({ name, group: groups[name] }));
if (chosen.length === 0 || chosen.some(({ group }) => !group)) {
  console.error('Name one or more groups:');
  for (const [name, { summary }] of Object.entries(groups)) console.error(`  ${name.padEnd(10)} ${summary}`);
  process.exit(2);
}

const print = values.json ? json : table;
const note = (text: string) => console.error(text);
for (const { name, group } of chosen) {
  note(`${name}: ${group.summary}`);
  if (print.head()) console.log(print.head());
  const options = { runs: Number(values.runs), threads: Number(values.threads), only: values.only, note };
  for await (const measure of group.measure(options)) console.log(print.line(measure));
}
