import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LeaseGate } from '../../../core/job/lease-gate.js';
import { type Lease, MemoryBudget } from '../../../core/job/memory.js';

test('lets so many leases be open at the same time', async () => {
  const memory = new MemoryBudget(1000);
  const gate = new LeaseGate(3);
  const open: Lease[] = [];
  let most = 0;
  const source = (async () => {
    for (let i = 0; i < 10; i++) {
      await gate.pass();
      open.push(gate.hold(await memory.lease(1, 'x')));
      most = Math.max(most, open.length);
    }
  })();
  for (let i = 0; i < 10; i++) {
    await setTimeout(0);
    open.shift()!.release();
  }
  await source;
  expect([most, memory.inUse]).toEqual([3, 0]);
});

test('a place is free when the last holder gave back', async () => {
  const memory = new MemoryBudget(10);
  const gate = new LeaseGate(1);
  await gate.pass();
  const lease = gate.hold(await memory.lease(4, 'x'));
  expect(lease.bytes).toBe(4);
  lease.retain();
  let passed = false;
  const next = gate.pass().then(() => {
    passed = true;
  });
  lease.release();
  await setTimeout(0);
  expect([passed, memory.inUse]).toEqual([false, 4]);
  lease.release();
  await next;
  expect([passed, memory.inUse]).toEqual([true, 0]);
});
