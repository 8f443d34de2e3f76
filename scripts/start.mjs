// The main job: trains on real membrane images and segments unseen ones.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const given = process.argv.slice(2);
const { status, signal } = spawnSync(
  process.execPath,
  [`${root}dist/cli/main.js`, 'run', 'examples/membranes.yaml', ...given],
  { cwd: root, stdio: 'inherit' },
);
process.exit(status ?? (signal ? 130 : 1));
