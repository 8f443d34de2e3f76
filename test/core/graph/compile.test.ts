import { describe, expect, test } from 'vitest';
import { GraphError } from '../../../core/errors.js';
import { bindGraph, type CompileOptions, compileGraph } from '../../../core/graph/compile.js';
import { chain, type Graph, type GraphEdge, type GraphNode, node } from '../../../core/graph/graph.js';
import { toyCatalog } from './toy-plugin.js';

function graph(nodes: GraphNode[], edges: GraphEdge[] = chain(...nodes)): Graph {
  return { phase: 'test', nodes, edges };
}

function problems(made: Graph, options?: CompileOptions): string[] {
  return bindGraph(made, toyCatalog, options).problems.map(({ node: name, message, advice }) =>
    [`${/'(.*)'/.exec(name!)?.[1]}:`, message, advice].filter(Boolean).join(' '),
  );
}

test('binds definitions, complete parameters, inputs and outputs, each node after those that feed it', () => {
  const source = node('source', 'toy/source', { count: 3 });
  const [a, b, end] = [node('a', 'toy/pass'), node('b', 'toy/pass', { gain: 2 }), node('end', 'toy/both')];
  const { order } = compileGraph(
    graph(
      [end, b, a, source],
      [
        { from: 'a', to: 'end', port: 'main' },
        { from: 'b', to: 'end', port: 'other' },
        { from: 'source', to: 'a', port: 'main' },
        { from: 'source', to: 'b', port: 'main' },
      ],
    ),
    toyCatalog,
  );
  expect(order[0].name).toBe('source');
  expect(order[3]).toMatchObject({ name: 'end', inputs: { main: 'a', other: 'b' }, output: 'image' });
  expect(order.find(({ name }) => name === 'b')).toMatchObject({
    parameters: { gain: 2, mode: 'a' },
    inputs: { main: 'source' },
    output: 'image',
  });
  expect(order[0].parameters).toEqual({ count: 3, bytes: 10, ahead: 2 });
});

test('a node that passes on what came has the kind of what feeds it', () => {
  const nodes = [node('source', 'toy/source'), node('a', 'toy/pass'), node('b', 'toy/pass')];
  expect(compileGraph(graph(nodes), toyCatalog).order.map(({ output }) => output)).toEqual(['image', 'image', 'image']);
  expect(
    compileGraph(graph([node('end', 'toy/sink')], []), toyCatalog, { fed: { end: 'image' } }).order[0].output,
  ).toBe(null);
});

test('an empty graph is no problem', () => expect(problems(graph([]))).toEqual([]));

describe('refuses', () => {
  test('an unknown plugin, with the one that was meant', () => {
    expect(problems(graph([node('source', 'toy/sauce')]))).toEqual([
      "source: there is no node plugin 'toy/sauce'. Did you mean 'toy/source'?",
    ]);
    expect(problems(graph([node('source', 'my-lab/background-subtraction')]))).toEqual([
      "source: there is no node plugin 'my-lab/background-subtraction'. Name the package or file that brings it under PLUGINS.",
    ]);
  });

  test('parameters that do not fit', () => {
    expect(problems(graph([node('source', 'toy/source', { count: -1, byte: 2 })]))).toEqual([
      "source: parameter 'byte' of toy/source: there is no such parameter; did you mean 'bytes'?",
      "source: parameter 'count' of toy/source: must be >= 0, came -1.",
    ]);
  });

  test('a kind that a port does not take', () => {
    expect(
      problems(graph([node('source', 'toy/source'), node('c', 'toy/channels'), node('slow', 'toy/slow')])),
    ).toEqual(["slow: port 'main' takes image, but 'c' gives channels."]);
  });

  test('a port that is not there', () => {
    const nodes = [node('source', 'toy/source'), node('pass', 'toy/pass')];
    const wrong = [...chain(...nodes), { from: 'source', to: 'pass', port: 'mask' }];
    expect(problems(graph(nodes, wrong))).toEqual([
      "pass: it has no input port 'mask', which 'source' feeds. Its ports: main.",
    ]);
    const twice = [node('first', 'toy/source'), node('second', 'toy/source')];
    expect(problems(graph(twice))).toEqual([
      "second: it has no input port 'main', which 'first' feeds. It is a source and takes no input.",
    ]);
    expect(problems(graph(nodes, [...chain(...nodes), { from: 'source', to: 'pass', port: 'toString' }]))).toHaveLength(
      1,
    );
  });

  test('a port that is fed twice, a sink that feeds, an input that is missing', () => {
    const nodes = [node('a', 'toy/source'), node('b', 'toy/source'), node('pass', 'toy/pass')];
    const edges = [
      { from: 'a', to: 'pass', port: 'main' },
      { from: 'b', to: 'pass', port: 'main' },
    ];
    expect(problems(graph(nodes, edges))).toEqual(["pass: port 'main' is fed by 'a' and by 'b'."]);
    expect(problems(graph([node('a', 'toy/source'), node('end', 'toy/sink'), node('pass', 'toy/pass')]))).toEqual([
      "pass: 'end' gives nothing, so it cannot feed this node.",
    ]);
    expect(problems(graph([node('pass', 'toy/pass')]))).toEqual([
      'pass: nothing feeds its main port. It takes image or patch.',
    ]);
  });

  test('a name that is used twice, an edge to nowhere', () => {
    const nodes = [node('a', 'toy/source'), node('a', 'toy/source')];
    expect(problems(graph(nodes, []))).toEqual(['a: the name is used twice. Give one of them another name with `as`.']);
    expect(problems(graph([nodes[0]], [{ from: 'a', to: 'b', port: 'main' }]))).toEqual([
      'b: an edge names it, but the graph has no such node.',
    ]);
  });

  test('a circle, and only the nodes on it', () => {
    const nodes = [
      node('source', 'toy/source'),
      node('a', 'toy/both'),
      node('b', 'toy/both'),
      node('after', 'toy/pass'),
    ];
    const edges = [
      { from: 'source', to: 'a', port: 'main' },
      { from: 'b', to: 'a', port: 'other' },
      { from: 'a', to: 'b', port: 'main' },
      { from: 'b', to: 'after', port: 'main' },
    ];
    const circle = 'it feeds itself over a circle of edges. A graph runs one way: remove one of the edges.';
    expect(problems(graph(nodes, edges))).toEqual([`a: ${circle}`, `b: ${circle}`]);
  });

  test('what is fed from outside into the wrong node', () => {
    const pass = graph([node('pass', 'toy/slow')]);
    expect(problems(pass, { fed: { pass: 'image' } })).toEqual([]);
    expect(problems(pass, { fed: { pass: 'patch' } })).toEqual([
      "pass: port 'main' takes image, but it is fed patch from outside.",
    ]);
  });
});

test('all problems come at once, and each once', () => {
  const made = graph(
    [
      node('source', 'toy/sauce'),
      node('pass', 'toy/pass', { gain: 'high' }),
      node('slow', 'toy/slow', { milisseconds: 1 }),
      node('x', 'toy/both', { what: 1 }),
      node('y', 'toy/bot'),
      node('end', 'toy/sink'),
    ],
    [
      { from: 'source', to: 'pass', port: 'main' },
      { from: 'pass', to: 'slow', port: 'mask' },
      { from: 'x', to: 'y', port: 'main' },
      { from: 'y', to: 'x', port: 'main' },
    ],
  );
  const found = problems(made);
  const about = (name: string) => found.filter((problem) => problem.startsWith(`${name}:`));
  expect(about('source')).toHaveLength(1);
  expect(about('pass')).toEqual([expect.stringContaining("'gain'")]);
  expect(about('slow')).toEqual([
    expect.stringContaining("did you mean 'milliseconds'"),
    expect.stringContaining("no input port 'mask'"),
    expect.stringContaining('nothing feeds'),
  ]);
  expect(about('x')).toHaveLength(1);
  expect(about('y')).toEqual([expect.stringContaining('circle'), expect.stringContaining("'toy/both'")]);
  expect(about('end')).toEqual([expect.stringContaining('nothing feeds')]);
  expect(() => compileGraph(made, toyCatalog)).toThrow(GraphError);
});
