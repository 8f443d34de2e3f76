/** Bound graphs to draw: any shape, with definitions from the catalog of toys. */
import fc from 'fast-check';
import type { BoundGraph, BoundNode } from '../../../../core/graph/compile.js';
import { compileGraph } from '../../../../core/graph/compile.js';
import { chain, type Graph, node } from '../../../../core/graph/graph.js';
import { toyCatalog } from '../toy-plugin.js';

/** Two branches of different length into one node. */
export function training(): BoundGraph {
  const long = [
    node('load', 'toy/source', { count: 3 }),
    node('one', 'toy/pass', { gain: 2, mode: 'b' }),
    node('two', 'toy/slow'),
  ];
  const short = [node('load-other', 'toy/source')];
  const end = node('join', 'toy/both');
  const graph: Graph = {
    phase: 'train',
    nodes: [...long, ...short, end],
    edges: [...chain(...long, end), { from: 'load-other', to: 'join', port: 'other' }],
  };
  return compileGraph(graph, toyCatalog);
}

/** Nodes with up to three inputs from any node before them. */
export const anyGraph: fc.Arbitrary<BoundGraph> = fc
  .array(fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 3 }), { minLength: 1, maxLength: 14 })
  .map((choices) => {
    const order = choices.map((inputs, i): BoundNode => {
      const feeding = i === 0 ? [] : inputs;
      return {
        name: `node-${i}`,
        definition: toyCatalog.node('toy/pass'),
        parameters: { gain: i, mode: 'a' },
        inputs: Object.fromEntries(
          feeding.map((choice, k) => [k === 0 ? 'main' : `port-${k}`, `node-${Math.floor(choice * i)}`]),
        ),
        output: 'image',
      };
    });
    return { graph: { phase: 'test', nodes: [], edges: [] }, order };
  });
