import { expect, it } from 'vitest';
import { collectGarbage } from '../../../core/job/collect-garbage.js';

it('frees what nobody refers to', async () => {
  let dropped: Uint8Array | undefined = new Uint8Array(1000).fill(1);
  const seen = new WeakRef(dropped);
  dropped = undefined;
  // A WeakRef holds its target until the turn of the event loop in which it was made has ended.
  await new Promise((resolve) => setTimeout(resolve));
  collectGarbage();
  expect(seen.deref()).toBeUndefined();
});
