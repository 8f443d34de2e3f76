import { expect, test } from 'vitest';
import { BlockStore } from '../../../core/image/block-store.js';

test('keeps what was changed, in memory or on the disk', async () => {
  const store = new BlockStore(4, 2);
  for (let round = 0; round < 3; round++)
    for (let index = 0; index < 7; index++)
      await store.with(index, true, (block) => {
        block[index % 4] += index + 1;
      });
  for (const index of [6, 0, 3]) {
    const values = await store.with(index, false, (block) => [...block]);
    expect(values[index % 4]).toBe(3 * (index + 1));
    expect(values.reduce((sum, value) => sum + value, 0)).toBe(3 * (index + 1));
  }
  expect(store.has(5)).toBe(true);
  expect(store.has(9)).toBe(false);
  expect(await store.with(9, false, (block) => [...block])).toEqual([0, 0, 0, 0]);
  expect(store.has(9)).toBe(false);
  await store.close();
});

test('changes of a block that are asked for at the same time all count', async () => {
  const store = new BlockStore(1, 1);
  await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      store.with(i % 3, true, (block) => {
        block[0]++;
      }),
    ),
  );
  for (const index of [0, 1, 2]) expect(await store.with(index, false, ([value]) => value)).toBe(10);
  await store.close();
});

test('an error of one user is its own', async () => {
  const store = new BlockStore(1, 1);
  const failed = store.with(0, true, () => {
    throw new Error('mine');
  });
  await expect(failed).rejects.toThrow('mine');
  expect(await store.with(0, false, ([value]) => value)).toBe(0);
  await store.close();
});
