/** Does a long training keep its memory, and does it leave the main thread free? Each check in a process of its own. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Group, Measure } from '../measure.js';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** Largest figure that counts as good. */
const LIMITS: Readonly<Record<string, number>> = {
  'memory growth over 2000 training steps': 5,
  'memory growth over 200 programs made and disposed of': 5,
  'event loop delay while training, 99th percentile': 50,
};

export const endurance: Group = {
  summary: 'memory growth of long runs, event loop delay; limits 5 % and 50 ms',
  async *measure({ threads, only, note }) {
    for (const check of ['steps', 'cycles', 'event-loop']) {
      if (!check.includes(only)) continue;
      const args = ['--expose-gc', '--import', 'tsx', WORKER, check, `${threads}`];
      const { status, stdout } = spawnSync(process.execPath, args, {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      if (status !== 0) throw new Error(`the check ${check} ended with code ${status}`);
      for (const line of stdout.trim().split('\n')) {
        const measure = JSON.parse(line) as Measure;
        yield measure;
        const limit = LIMITS[measure.name];
        if (limit === undefined || measure.ours <= limit) continue;
        note(`${measure.name}: over the limit of ${limit} ${measure.unit}.`);
        process.exitCode = 1;
      }
    }
  },
};
