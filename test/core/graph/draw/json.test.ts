import { expect, test } from 'vitest';
import { compileGraph } from '../../../../core/graph/compile.js';
import { drawJson } from '../../../../core/graph/draw/json.js';
import { toyCatalog } from '../toy-plugin.js';
import { training } from './bound.js';

test('is the graph itself, which compiles again', () => {
  const bound = training();
  const graph = JSON.parse(drawJson(bound));
  expect(graph).toEqual(bound.graph);
  expect(drawJson(compileGraph(graph, toyCatalog))).toBe(drawJson(bound));
});

test('does not depend on the order in which parameters were written', () => {
  const { graph, order } = training();
  const nodes = graph.nodes.map((node) => ({
    with: Object.fromEntries(Object.entries(node.with).reverse()),
    plugin: node.plugin,
    name: node.name,
  }));
  expect(drawJson({ graph: { edges: graph.edges, nodes, phase: graph.phase }, order })).toBe(drawJson(training()));
  expect(drawJson(training())).toMatch(/"gain": 2,\s+"mode": "b"/);
});
