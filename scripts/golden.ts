/**
 * Checks the registered networks against the reference numbers of a folder:
 *
 *     npm run golden -- FOLDER [--device cpu|eager] [--only TEXT]
 *
 * One line a fixture, at the end `N passed, M failed`. Ends with status 1 when a fixture failed or none was checked.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createRegistry } from '../core/plugin/registry.js';
import { openRuntime } from '../core/tensor/index.js';
import { builtInPlugin } from '../plugins/index.js';
import { compareWithFixture, type Fixture, networkOfFixture, readFixture } from './golden-fixture.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { device: { type: 'string', default: 'cpu' }, only: { type: 'string', default: '' } },
});
if (positionals.length !== 1) {
  console.error('usage: npm run golden -- FOLDER [--device cpu|eager] [--only TEXT]');
  process.exit(2);
}
const [folder] = positionals;
const catalog = createRegistry([builtInPlugin]);
const known = new Set(catalog.models().map(({ id }) => id));
const { fixtures } = JSON.parse(readFileSync(path.join(folder, 'index.json'), 'utf8')) as { fixtures: Fixture[] };
const chosen = fixtures.filter(({ file }) => file.includes(values.only));
const width = Math.max(0, ...chosen.map(({ file }) => file.length));
const notices: string[] = [];
const runtime = await openRuntime({ device: values.device, onNotice: (text) => notices.push(text) });

/** The line of a fixture and whether it passed. */
async function check(fixture: Fixture): Promise<[ok: boolean, line: string]> {
  const arrays = await readFixture(path.join(folder, fixture.file));
  const network = networkOfFixture(fixture, catalog, arrays);
  const { errors, problems } = await compareWithFixture(network, fixture, arrays, runtime);
  problems.push(...notices.splice(0));
  const figures = Object.entries(errors).map(([kind, error]) => `${kind} ${error.toExponential(1)}`);
  return [
    problems.length === 0,
    [...figures, problems.length === 0 ? 'ok' : `FAILED: ${problems.join('; ')}`].join('  '),
  ];
}

let passed = 0;
let failed = 0;
for (const fixture of chosen) {
  const name = fixture.file.padEnd(width);
  if (!known.has(fixture.architecture)) {
    console.log(`${name}  skipped: ${fixture.architecture} is not available`);
    continue;
  }
  try {
    const [ok, line] = await check(fixture);
    console.log(`${name}  ${line}`);
    if (ok) passed++;
    else failed++;
  } catch (error) {
    console.log(`${name}  FAILED: ${error instanceof Error ? error.message : String(error)}`);
    failed++;
  }
}
await runtime.dispose();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
