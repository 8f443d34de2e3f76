import { setTimeout } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { AbortedError, DataError } from '../../../core/errors.js';
import { chain, type Graph, type GraphNode, node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
import { EventBus } from '../../../core/job/events.js';
import { LiveGraph } from '../../../core/job/live.js';
import { MemoryBudget } from '../../../core/job/memory.js';
import { JobContainer } from '../../../core/plugin/container.js';
import { toyCatalog } from '../graph/toy-plugin.js';

let memory: MemoryBudget;
let stop: AbortController;
const picture = image(new Uint8Array(4), [2, 2, 1]);

beforeEach(() => {
  memory = new MemoryBudget(10);
  stop = new AbortController();
});

function open(...between: GraphNode[]): LiveGraph {
  const nodes = [node('loader', 'toy/source'), ...between];
  const graph: Graph = { phase: 'test', nodes, edges: chain(...nodes) };
  const events = new EventBus();
  const container = new JobContainer(toyCatalog, { events, memory });
  const session = { container, memory, tensors: () => expect.unreachable(), close: async () => {} };
  const input = { ndim: 2 as const, channels: 1 };
  return new LiveGraph({ graph, catalog: toyCatalog, session, events, signal: stop.signal, input });
}

test('answers image by image within the budget, and gives it back', async () => {
  const live = open(node('late', 'toy/late'), node('slow', 'toy/slow'));
  const answers = await Promise.all(['a', 'b', 'c', 'd'].map((id) => live.process(id, picture)));
  expect(answers.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
  expect(memory.peak).toBe(8);
  expect(memory.inUse).toBe(0);
});

test('an image that cannot be processed costs nothing: the next one starts anew', async () => {
  const live = open(node('slow', 'toy/slow'), node('fail', 'toy/fail', { at: 0 }));
  const wrong = await Promise.allSettled(['a', 'b'].map((id) => live.process(id, picture)));
  expect(wrong.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(memory.inUse).toBe(0);
  for (let i = 0; i < 5; i++) expect((await live.process('good', picture)).id).toBe('good');
  expect(memory.inUse).toBe(0);
});

test('an image that waits for memory when another one fails is processed by the graph that follows', async () => {
  const live = open(node('slow', 'toy/slow'), node('fail', 'toy/fail', { at: 0 }));
  const [first, second, third] = ['a', 'b', 'c'].map((id) => live.process(id, picture));
  await expect(first).rejects.toThrow(DataError);
  await expect(second).rejects.toThrow(DataError);
  expect((await third).id).toBe('c');
  expect(memory.inUse).toBe(0);
});

describe('is stopped', () => {
  test('by its owner', async () => {
    const live = open(node('slow', 'toy/slow', { milliseconds: 20 }));
    const answers = Promise.allSettled(['a', 'b', 'c', 'd'].map((id) => live.process(id, picture)));
    await setTimeout(2);
    stop.abort();
    for (const answer of await answers)
      expect(answer).toMatchObject({ status: 'rejected', reason: expect.any(AbortedError) });
    await expect(live.process('late', picture)).rejects.toThrow(AbortedError);
    expect(memory.inUse).toBe(0);
  });

  test('by the caller of one image that waits for memory', async () => {
    const live = open(node('slow', 'toy/slow', { milliseconds: 5 }));
    const caller = new AbortController();
    const others = ['a', 'b'].map((id) => live.process(id, picture));
    const waiting = live.process('c', picture, caller.signal);
    caller.abort();
    await expect(waiting).rejects.toThrow(AbortedError);
    expect(await Promise.all(others)).toHaveLength(2);
    expect(memory.inUse).toBe(0);
  });
});

test.each([
  ['another number of axes', image(new Uint8Array(4), [1, 2, 2, 1]), /expected an image of shape \[y, x, c\]/],
  ['another number of channels', image(new Uint8Array(8), [2, 2, 2]), /takes 1 channels, the image has 2/],
  ['NaN', image(Float32Array.of(1, Number.NaN), [1, 2, 1]), /NaN|finite/i],
])('refuses an image with %s', async (_, wrong, message) => {
  await expect(open(node('pass', 'toy/pass')).process('x', wrong)).rejects.toThrow(message);
  expect(memory.inUse).toBe(0);
});
