import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileGraph } from '../../../../core/graph/compile.js';
import { drawText } from '../../../../core/graph/draw/text.js';
import { chain, node } from '../../../../core/graph/graph.js';
import { toyCatalog } from '../toy-plugin.js';
import { anyGraph, training } from './bound.js';

test('branches that join', () => {
  expect(drawText(training())).toMatchInlineSnapshot(`
    "train graph: 5 nodes

    ● load        toy/source → image
    │   count 3
    ● one         toy/pass   → image
    │   gain 2 · mode b
    ● two         toy/slow   → image
    │ ● load-other  toy/source → image
    ├─╯ other
    ●   join        toy/both   → image ← main + other
    "
  `);
});

test('branches that part', () => {
  const [a, b, c] = [node('a', 'toy/source'), node('b', 'toy/slow'), node('c', 'toy/sink')];
  const graph = { phase: 'test' as const, nodes: [a, b, c], edges: [...chain(a, b), ...chain(a, c)] };
  expect(drawText(compileGraph(graph, toyCatalog))).toMatchInlineSnapshot(`
    "test graph: 3 nodes

    ● a  toy/source → image
    ├─╮
    ● │ b  toy/slow   → image
      ● c  toy/sink
    "
  `);
});

test('names every node once, with its plugin', () => {
  fc.assert(
    fc.property(anyGraph, (bound) => {
      const lines = drawText(bound).split('\n');
      for (const { name } of bound.order)
        expect(lines.filter((line) => new RegExp(`● .*\\b${name} +toy/pass`).test(line))).toHaveLength(1);
    }),
    { numRuns: 30 },
  );
});

test('long values are cut, paths at their start', () => {
  const long = { ...training().order[1], parameters: { gain: 1, mode: `${'folder/'.repeat(20)}images` } };
  const text = drawText({ graph: training().graph, order: [{ ...long, inputs: {} }] }, { columns: 40 });
  expect(text).toMatch(/…[a-z/]*folder\/images\n/);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40);
});
