import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const MB = 1024 ** 2;
const script = fileURLToPath(new URL('./stream-of-images.ts', import.meta.url));

/** What the process may grow by: the budget, what was dropped and not collected yet, and the working memory of Node. */
const BUDGET = 64 * MB;
const LIMIT = 150_000_000;

async function stream(
  kind: 'leased' | 'free',
  images: number,
): Promise<Record<'growth' | 'done' | 'peak' | 'inUse', number>> {
  const numbers = [images, 4 * MB, BUDGET / MB, LIMIT].map(String);
  const arguments_ = ['--import', import.meta.resolve('tsx'), script, kind, ...numbers];
  const { stdout } = await promisify(execFile)(process.execPath, arguments_);
  return JSON.parse(stdout);
}

test('8 GB of images pass a slow node in a fraction of the memory', async () => {
  const { growth, done, peak, inUse } = await stream('leased', 2000);
  expect(done).toBe(2000);
  expect(peak).toBe(BUDGET);
  expect(inUse).toBe(0);
  expect(growth).toBeLessThan(LIMIT);
});

test('without leases a tenth of the images is too much', async () => {
  const { growth, done } = await stream('free', 200);
  expect(growth).toBeGreaterThan(LIMIT);
  expect(done).toBeLessThan(200);
});
