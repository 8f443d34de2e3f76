// All checks of the project: style, types, tests. Ends with the line `tests: N passed, M failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const only = process.argv.slice(2);
const tool = (file, args) =>
  spawnSync(process.execPath, [path.join(root, 'node_modules', file), ...args], { cwd: root, stdio: 'inherit' })
    .status ?? 1;

let failed = false;
if (only.length === 0) {
  failed = tool('@biomejs/biome/bin/biome', ['check', '.']) !== 0 || failed;
  failed = tool('typescript/bin/tsc', ['-p', 'tsconfig.json', '--noEmit']) !== 0 || failed;
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'biagraph-tests-'));
const results = path.join(folder, 'results.json');
const status = tool('vitest/vitest.mjs', [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${results}`,
  ...only,
]);
try {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(results, 'utf8'));
  const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
  console.log(`\ntests: ${numPassedTests} passed, ${numFailedTests} failed${skipped}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (failed) console.error('The style or type check above found something.');
process.exit(status !== 0 || failed ? 1 : 0);
