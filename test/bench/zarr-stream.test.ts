import { expect, test } from 'vitest';
import { streamZarr } from '../../bench/data/zarr-stream.js';
import { launcher } from '../cli/command.js';

test('a volume of two budgets streams through a job: each chunk read once, memory that does not grow with it', async () => {
  const options = { budget: 32, patch: [80, 80, 80], padding: [4, 4, 4], program: launcher } as const;
  const small = await streamZarr({ ...options, megabytes: 8 });
  const large = await streamZarr({ ...options, megabytes: 64 });
  expect([small.megabytes, large.megabytes]).toEqual([8, 64]);
  for (const { read, chunks } of [small, large]) {
    expect(read).toBeGreaterThanOrEqual(chunks);
    expect(read).toBeLessThanOrEqual(1.05 * chunks);
  }
  // Volume and result held whole would be 112 MB more.
  expect(large.peak - small.peak).toBeLessThan(60);
}, 300_000);
