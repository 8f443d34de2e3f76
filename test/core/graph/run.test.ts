import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { firstValueFrom, from, fromEvent, lastValueFrom, map, of, Subject, take, takeUntil, tap, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type BiagraphError, DataError } from '../../../core/errors.js';
import { type CompileOptions, compileGraph } from '../../../core/graph/compile.js';
import { chain, type Graph, type GraphEdge, type GraphNode, node } from '../../../core/graph/graph.js';
import { type RunOptions, runGraph } from '../../../core/graph/run.js';
import type { Sample } from '../../../core/image/sample.js';
import { EventBus, type JobEvent } from '../../../core/job/events.js';
import { MemoryBudget } from '../../../core/job/memory.js';
import { JobContainer } from '../../../core/plugin/container.js';
import { defineNode, definePlugin } from '../../../core/plugin/define.js';
import { createRegistry } from '../../../core/plugin/registry.js';
import { toyCatalog, toyPlugin, toySample } from './toy-plugin.js';

let memory: MemoryBudget;
let events: EventBus;
let heard: JobEvent[];

beforeEach(() => {
  memory = new MemoryBudget(100);
  events = new EventBus();
  heard = [];
  events.events$.subscribe((event) => heard.push(event));
});

function run(
  nodes: GraphNode[],
  edges: GraphEdge[] = chain(...nodes),
  options: Partial<RunOptions & CompileOptions> = {},
) {
  const graph: Graph = { phase: 'test', nodes, edges };
  return runGraph(compileGraph(graph, toyCatalog, options), new JobContainer(toyCatalog, { events, memory }), {
    events,
    ...options,
  });
}

function types(node?: string): string[] {
  return heard.filter((event) => !node || ('node' in event && event.node === node)).map(({ type }) => type);
}

const source = node('source', 'toy/source', { count: 8 });

describe('a graph that runs to its end', () => {
  test('gives the samples of its last node in order, and every byte back', async () => {
    const samples = await lastValueFrom(
      run([source, node('pass', 'toy/pass', { gain: 2 }), node('slow', 'toy/slow')]).pipe(toArray()),
    );
    expect(samples.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(samples.every(({ metrics }) => metrics.gain === 2)).toBe(true);
    expect([memory.inUse, memory.peak > 0]).toEqual([0, true]);
  });

  test('tells what its nodes do', async () => {
    await lastValueFrom(run([node('source', 'toy/source', { count: 2 }), node('pass', 'toy/pass')]));
    expect(types('pass')).toEqual(['node.started', 'node.sample', 'node.sample', 'node.finished']);
    expect(heard.find((event) => event.type === 'node.started' && event.node === 'pass')).toEqual({
      type: 'node.started',
      phase: 'test',
      node: 'pass',
      plugin: 'toy/pass',
    });
    expect(heard.findLast((event) => event.type === 'node.finished')).toMatchObject({ samples: 2 });
  });

  test('keeps the order, whatever each node takes', async () => {
    const waits = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(waits, fc.integer({ min: 1, max: 4 }), async (milliseconds, ahead) => {
        const nodes = [
          node('source', 'toy/source', { count: 6, ahead }),
          ...milliseconds.map((wait, i) => node(`slow-${i}`, 'toy/slow', { milliseconds: wait })),
        ];
        const samples = await lastValueFrom(run(nodes).pipe(toArray()));
        expect(samples.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
        expect(memory.inUse).toBe(0);
      }),
      { numRuns: 15 },
    );
  });

  test('a source runs no further ahead than the budget lets it', async () => {
    memory = new MemoryBudget(30);
    const seen: number[] = [];
    const slow = run([node('source', 'toy/source', { count: 12, ahead: 12 }), node('slow', 'toy/slow')]);
    await slow.forEach(() => void seen.push(memory.inUse));
    expect(seen).toHaveLength(12);
    expect(Math.max(...seen, memory.peak)).toBe(30);
    expect(memory.inUse).toBe(0);
  });

  test('a sink gives nothing, and an empty graph ends at once', async () => {
    expect(await lastValueFrom(run([source, node('end', 'toy/sink')]).pipe(toArray()))).toEqual([]);
    expect(await lastValueFrom(run([]).pipe(toArray()))).toEqual([]);
    expect(memory.inUse).toBe(0);
  });

  test('runs again when subscribed again', async () => {
    const graph = run([source, node('pass', 'toy/pass')]);
    for (let i = 0; i < 2; i++) expect(await lastValueFrom(graph.pipe(toArray()))).toHaveLength(8);
    expect(memory.inUse).toBe(0);
  });
});

describe('a graph with branches', () => {
  const fork = (left: GraphNode, right: GraphNode): [GraphNode[], GraphEdge[]] => [
    [source, left, right],
    [...chain(source, left), ...chain(source, right)],
  ];

  test('runs what they share once, and each branch holds its samples', async () => {
    const samples = await lastValueFrom(
      run(...fork(node('fast', 'toy/pass'), node('slow', 'toy/slow'))).pipe(toArray()),
    );
    expect(samples).toHaveLength(16);
    expect(types('source').filter((type) => type === 'node.sample')).toHaveLength(8);
    expect(memory.inUse).toBe(0);
  });

  test('a branch that listens late misses nothing', async () => {
    const samples = await lastValueFrom(
      run(...fork(node('fast', 'toy/pass'), node('late', 'toy/late'))).pipe(toArray()),
    );
    expect(samples).toHaveLength(16);
    expect(types('late').filter((type) => type === 'node.sample')).toHaveLength(8);
    expect(memory.inUse).toBe(0);
  });

  test('branches inside branches, joined again', async () => {
    const [a, b, c, d] = [node('a', 'toy/pass'), node('b', 'toy/slow'), node('c', 'toy/late'), node('d', 'toy/both')];
    const edges = [
      ...chain(source, a, b, d),
      ...chain(a, c),
      { from: 'c', to: 'd', port: 'other' },
      ...chain(source, node('e', 'toy/sink')),
    ];
    const samples = await lastValueFrom(run([source, a, b, c, d, node('e', 'toy/sink')], edges).pipe(toArray()));
    expect(samples).toHaveLength(16);
    expect(memory.inUse).toBe(0);
  });

  test('the error of one ends all', async () => {
    const running = run(...fork(node('fast', 'toy/pass'), node('fail', 'toy/fail', { at: 3 })));
    await expect(lastValueFrom(running)).rejects.toThrow('data/s3.tif: is wrong.');
    expect(memory.inUse).toBe(0);
  });
});

describe('an error', () => {
  test('keeps its class and its file, gets the name of its node, and is told once', async () => {
    const nodes = [source, node('fail', 'toy/fail', { at: 2 }), node('pass', 'toy/pass')];
    const error: BiagraphError = await lastValueFrom(run(nodes)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect(error.where).toEqual({ file: 'data/s2.tif', node: 'fail' });
    expect(heard.filter(({ type }) => type === 'node.failed')).toEqual([
      { type: 'node.failed', phase: 'test', node: 'fail', message: 'data/s2.tif: is wrong.' },
    ]);
    expect(memory.inUse).toBe(0);
  });

  test('that nobody foresaw names the node and keeps its cause', async () => {
    const nodes = [source, node('fail', 'toy/fail', { at: 2, deliberate: false }), node('pass', 'toy/pass')];
    const error: Error = await lastValueFrom(run(nodes)).catch((thrown) => thrown);
    expect(error.message).toBe("node 'fail' failed: x is not a function");
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  test('in making a node names that node too', async () => {
    const error: BiagraphError = await lastValueFrom(run([source, node('model', 'toy/unready')])).catch(
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ message: 'the weights do not fit.', where: { node: 'model' } });
    expect(types('model')).toEqual(['node.failed']);
  });

  test('of a source that asks for more than there is', async () => {
    const large = node('source', 'toy/source', { bytes: 101 });
    await expect(lastValueFrom(run([large]))).rejects.toThrow(/101 B at once, more than the memory budget of 100 B/);
    expect(memory.inUse).toBe(0);
  });
});

describe('a graph that is stopped', () => {
  const many = node('source', 'toy/source', { count: 1000, ahead: 4 });
  const nodes = [many, node('pass', 'toy/pass'), node('slow', 'toy/slow', { milliseconds: 2 })];

  test('by unsubscribing gives every byte back and reads no more', async () => {
    const seen: Sample[] = [];
    await new Promise<void>((resolve) => {
      const running = run(nodes).subscribe((sample) => {
        seen.push(sample);
        if (seen.length < 3) return;
        running.unsubscribe();
        resolve();
      });
    });
    expect(memory.inUse).toBe(0);
    expect(types().filter((type) => type === 'node.finished')).toHaveLength(3);
    const told = heard.length;
    await setTimeout(20);
    expect([memory.inUse, heard.length, seen.length]).toEqual([0, told, 3]);
  });

  test('by a signal', async () => {
    const stop = new AbortController();
    const stopping = run(nodes).pipe(
      tap(({ index }) => index === 2 && stop.abort()),
      takeUntil(fromEvent(stop.signal, 'abort')),
      toArray(),
    );
    expect(await lastValueFrom(stopping)).toHaveLength(2);
    await setTimeout(5);
    expect(memory.inUse).toBe(0);
  });

  test('while it waits for memory that somebody else holds', async () => {
    const held = await memory.lease(95, 'another job');
    const running = run(nodes).subscribe();
    await setTimeout(2);
    running.unsubscribe();
    held.release();
    await setTimeout(2);
    expect(memory.inUse).toBe(0);
    expect((await memory.lease(100, 'all of it')).bytes).toBe(100);
  });

  test('before it gave anything', async () => {
    run([many]).subscribe().unsubscribe();
    await setTimeout(0);
    expect(memory.inUse).toBe(0);
  });

  test('by one consumer leaves another run of the same budget alone', async () => {
    const first = run([source, node('slow', 'toy/slow')]).pipe(toArray());
    const second = lastValueFrom(first);
    run(nodes).subscribe().unsubscribe();
    expect(await second).toHaveLength(8);
    expect(memory.inUse).toBe(0);
  });
});

describe('what nodes leave to be closed', () => {
  const closed = vi.fn();
  const closer = defineNode({
    id: 'closing/closer',
    role: 'filter',
    summary: 'Has something to close.',
    inputs: { main: ['image'] },
    output: 'image',
    parameters: toyPlugin.nodes[5].parameters,
    create(_, __, place) {
      place.onClose(() => closed('first'));
      place.onClose(async () => {
        closed('second');
        throw new Error('cannot be closed');
      });
      return ({ main }) => {
        const late = () => void setTimeout(5).then(() => place.onClose(() => closed('late')));
        return main.pipe(tap(late));
      };
    },
  });
  const catalog = createRegistry([toyPlugin, definePlugin({ name: 'closing', version: '1.0.0', nodes: [closer] })]);
  afterEach(() => closed.mockClear());

  test('is closed at the end, also what comes after it; a failure is a warning', async () => {
    const graph: Graph = { phase: 'test', nodes: [node('closer', 'closing/closer')], edges: [] };
    const bound = compileGraph(graph, catalog, { fed: { closer: 'image' } });
    const container = new JobContainer(catalog, { events, memory });
    await lastValueFrom(runGraph(bound, container, { events, feeds: { closer: of(toySample(0)) } }));
    expect(closed.mock.calls.flat()).toEqual(['first', 'second']);
    await setTimeout(15);
    expect(closed.mock.calls.flat()).toEqual(['first', 'second', 'late']);
    expect(heard).toContainEqual({ type: 'warning', message: expect.stringContaining('cannot be closed') });
  });
});

test('a stream that gives all at once is stopped by who has enough', async () => {
  const given: number[] = [];
  const input = from([0, 1, 2, 3]).pipe(
    tap((i) => given.push(i)),
    map(toySample),
  );
  const fed = run([node('pass', 'toy/pass')], [], { fed: { pass: 'image' }, feeds: { pass: input } });
  expect(await lastValueFrom(fed.pipe(take(2), toArray()))).toHaveLength(2);
  expect(given).toEqual([0, 1]);
});

test('a stream from outside feeds a node', async () => {
  const input = new Subject<Sample>();
  const fed = run([node('pass', 'toy/pass')], [], { fed: { pass: 'image' }, feeds: { pass: input } });
  const first = firstValueFrom(fed);
  input.next(toySample(4));
  expect((await first).index).toBe(4);
  expect(input.observed).toBe(false);
});
