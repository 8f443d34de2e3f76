import { EMPTY, of, Subject, take } from 'rxjs';
import { expect, test } from 'vitest';
import { shareSamples } from '../../../core/graph/share.js';
import type { Sample } from '../../../core/image/sample.js';
import { MemoryBudget } from '../../../core/job/memory.js';
import { toySample } from './toy-plugin.js';

async function leased(memory: MemoryBudget, index: number): Promise<Sample> {
  return { ...toySample(index), lease: await memory.lease(1, 'a sample') };
}

test('every branch sees every sample of one execution, however late it listens', async () => {
  const memory = new MemoryBudget(10);
  const samples = await Promise.all([0, 1, 2].map((i) => leased(memory, i)));
  const shared = shareSamples(of(...samples), 2);
  const seen: Record<string, number[]> = { early: [], late: [] };
  const take = (branch: string) =>
    shared.subscribe((sample) => {
      seen[branch].push(sample.index);
      sample.lease.release();
    });
  take('early');
  expect(seen).toEqual({ early: [], late: [] });
  await Promise.resolve();
  take('late');
  expect(seen).toEqual({ early: [0, 1, 2], late: [0, 1, 2] });
  expect(memory.inUse).toBe(0);
});

test('a branch that left holds nothing, and the source stops with the last branch', async () => {
  const memory = new MemoryBudget(10);
  const source = new Subject<Sample>();
  const shared = shareSamples(source, 2);
  const release = ({ lease }: Sample) => lease.release();
  shared.pipe(take(1)).subscribe(release);
  const staying = shared.subscribe(release);
  source.next(await leased(memory, 0));
  source.next(await leased(memory, 1));
  expect(memory.inUse).toBe(0);
  expect(source.observed).toBe(true);
  staying.unsubscribe();
  expect(source.observed).toBe(false);
});

test('a branch that the one before it stops gives its share back', async () => {
  const memory = new MemoryBudget(10);
  const source = new Subject<Sample>();
  const shared = shareSamples(source, 2);
  shared.subscribe(({ lease }) => {
    second.unsubscribe();
    lease.release();
  });
  const second = shared.subscribe(() => expect.unreachable());
  source.next(await leased(memory, 0));
  expect(memory.inUse).toBe(0);
});

test('ends and errors reach all, and whoever comes after the end hears of it', () => {
  const ends: string[] = [];
  const ended = shareSamples(EMPTY, 2);
  for (let i = 0; i < 3; i++) ended.subscribe({ complete: () => ends.push(`end ${i}`) });
  expect(ends).toEqual(['end 0', 'end 1', 'end 2']);
  const source = new Subject<Sample>();
  const failing = shareSamples(source, 2);
  for (let i = 0; i < 2; i++) failing.subscribe({ error: (error) => ends.push(`${error} ${i}`) });
  source.error('broken');
  expect(ends.slice(3)).toEqual(['broken 0', 'broken 1']);
});
