import { from, lastValueFrom, toArray } from 'rxjs';
import { afterAll, describe, expect, test } from 'vitest';
import { Compute } from '../../../core/compute/compute.js';
import { DataError } from '../../../core/errors.js';
import { compileGraph } from '../../../core/graph/compile.js';
import { chain, type GraphNode, node } from '../../../core/graph/graph.js';
import { runGraph } from '../../../core/graph/run.js';
import { stepChains } from '../../../core/graph/step-chain.js';
import { image } from '../../../core/image/image.js';
import { randomStream } from '../../../core/image/random.js';
import type { Sample } from '../../../core/image/sample.js';
import { EventBus, type JobEvent } from '../../../core/job/events.js';
import { JobContainer } from '../../../core/plugin/container.js';
import { definePlugin } from '../../../core/plugin/define.js';
import { createRegistry } from '../../../core/plugin/registry.js';
import { toyPlugin, toySample } from './toy-plugin.js';
import steps from './toy-steps.js';

const catalog = createRegistry([toyPlugin, steps]);
const threads = new Compute({ threads: 2 });
afterAll(() => threads.close());

const draw = (name: string, parameters: object = {}) => node(name, 'steps/draw', parameters);

function patches(count: number): Sample[] {
  return Array.from({ length: count }, (_, index) => ({
    ...toySample(index),
    image: image(Float64Array.of(index), [1, 1, 1]),
    moment: { epoch: 3, position: index, total: count },
  }));
}

async function run(nodes: GraphNode[], compute: Compute, count = 6, heard: JobEvent[] = []): Promise<number[][]> {
  const events = new EventBus();
  events.events$.subscribe((event) => heard.push(event));
  const container = new JobContainer(catalog, { events, compute, random: (key) => randomStream({ ...key, seed: 7 }) });
  const graph = compileGraph({ phase: 'train', nodes, edges: chain(...nodes) }, catalog, {
    fed: { [nodes[0].name]: 'patch' },
  });
  const samples = runGraph(graph, container, { events, feeds: { [nodes[0].name]: from(patches(count)) } });
  return (await lastValueFrom(samples.pipe(toArray()))).map((sample) => [...sample.image.data]);
}

const pair = [draw('first'), draw('second')];

test('steps in a row run in one thread each sample, and keep their order', async () => {
  const results = await run(pair, threads, 12);
  expect(results.map(([index]) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  for (const [, , first, , second] of results) {
    expect(first).toBeGreaterThan(0);
    expect(second).toBe(first);
  }
});

test('draws depend on seed, epoch, sample and node, not on threads or neighbours', async () => {
  const draws = async (nodes: GraphNode[], compute: Compute) =>
    (await run(nodes, compute)).map((values) => [values[1], values[3]]);
  const expected = Array.from({ length: 6 }, (_, sample) =>
    ['first', 'second'].map((name) => randomStream({ seed: 7, epoch: 3, sample, node: name }).uniform()),
  );
  expect(await draws(pair, threads)).toEqual(expected);
  expect(await draws(pair, new Compute())).toEqual(expected);
  expect(await draws([draw('first'), node('second', 'steps/home')], threads)).toEqual(expected);
});

test('every node still tells of every sample', async () => {
  const heard: JobEvent[] = [];
  await run(pair, threads, 3, heard);
  for (const name of ['first', 'second'])
    expect(heard.filter((event) => event.type === 'node.sample' && event.node === name)).toHaveLength(3);
});

test('a step without a module, and a node between steps, are run as they are', async () => {
  const plain = [draw('first'), node('pass', 'toy/pass'), node('home', 'steps/home')];
  const [[, , first, , home]] = await run(plain, threads, 1);
  expect(first).toBeGreaterThan(0);
  expect(home).not.toBe(first);
});

describe.each([
  ['in threads', () => threads],
  ['on the main thread', () => new Compute()],
])('a step that fails %s', (_, compute) => {
  test('is named in the error, whichever of the row it is', async () => {
    const nodes = [draw('first', { fail: 'data' }), draw('second')];
    const error = await run(nodes, compute()).catch((cause) => cause);
    expect(error).toBeInstanceOf(DataError);
    expect(error).toMatchObject({ message: 'bad pixels.', where: { node: 'first' } });
  });

  test('tells defects with its name', async () => {
    await expect(run([draw('first', { fail: 'x' }), draw('second')], compute())).rejects.toThrow(/first: a defect/);
  });
});

test('rows end where a branch begins', () => {
  const { nodes } = definePlugin({ name: 'steps', version: '1.0.0', nodes: steps.nodes });
  const bound = (name: string, main?: string) => ({
    name,
    definition: nodes[0],
    parameters: {},
    inputs: (main ? { main } : {}) as Record<string, string>,
  });
  const chains = stepChains([bound('a'), bound('b', 'a'), bound('c', 'b'), bound('d', 'b'), bound('e', 'd')]);
  expect([...chains].map(([name, row]) => [name, row.map((one) => one.name)])).toEqual([
    ['a', []],
    ['b', ['a', 'b']],
    ['c', ['c']],
    ['d', []],
    ['e', ['d', 'e']],
  ]);
});
