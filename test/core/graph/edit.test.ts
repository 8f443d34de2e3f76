import { describe, expect, test } from 'vitest';
import { type Edit, editGraph } from '../../../core/graph/edit.js';
import { chain, type Graph, node } from '../../../core/graph/graph.js';
import { toyCatalog } from './toy-plugin.js';

// Two branches, as in a training: the second one feeds the port `other`.
function training(): Graph {
  const one = [node('load', 'toy/source'), node('one', 'toy/pass'), node('two', 'toy/pass')];
  const other = [node('load-other', 'toy/source'), node('three', 'toy/pass', { gain: 3 })];
  const end = node('join', 'toy/both');
  return {
    phase: 'train',
    nodes: [...one, ...other, end],
    edges: [...chain(...one, end), ...chain(...other), { from: 'three', to: 'join', port: 'other' }],
  };
}

function edited(...edits: Edit[]) {
  const before = training();
  const { graph, problems } = editGraph(before, edits, toyCatalog);
  expect(before).toEqual(training());
  return { names: graph.nodes.map(({ name }) => name), lines: lines(graph), graph, problems };
}

function lines({ edges }: Graph): string[] {
  return edges.map(({ from, to, port }) => `${from} → ${to}${port === 'main' ? '' : `.${port}`}`).sort();
}

const untouched = lines(training());

describe('insert', () => {
  test('after a node takes over what it fed', () => {
    const { names, lines, graph, problems } = edited({
      insert: { after: 'two', node: 'toy/slow', with: { milliseconds: 2 } },
    });
    expect(problems).toEqual([]);
    expect(names).toEqual(['load', 'one', 'two', 'slow', 'load-other', 'three', 'join']);
    expect(graph.nodes[3]).toEqual({ name: 'slow', plugin: 'toy/slow', with: { milliseconds: 2 } });
    expect(lines).toEqual(
      ['load → one', 'one → two', 'two → slow', 'slow → join', 'load-other → three', 'three → join.other'].sort(),
    );
  });

  test('after a node keeps the ports that it fed', () => {
    expect(edited({ insert: { after: 'three', node: 'toy/slow' } }).lines).toContain('slow → join.other');
  });

  test('before a node takes over its main input, and leaves the others', () => {
    const { lines } = edited({ insert: { before: 'join', node: 'toy/slow' } });
    expect(lines).toEqual(
      ['load → one', 'one → two', 'two → slow', 'slow → join', 'load-other → three', 'three → join.other'].sort(),
    );
  });

  test('takes the wanted name, or the next free one', () => {
    expect(edited({ insert: { after: 'one', node: 'toy/slow', as: 'wait' } }).names).toContain('wait');
    const { names } = edited(
      { insert: { after: 'one', node: 'toy/slow' } },
      { insert: { after: 'one', node: 'toy/slow' } },
      { insert: { after: 'one', node: 'toy/slow', as: 'two' } },
    );
    expect(names.filter((name) => /slow|two/.test(name)).sort()).toEqual(['slow', 'slow-2', 'two', 'two-2']);
  });

  test('at a role reaches every branch, once for nodes of the role in a row', () => {
    const after = edited({ insert: { after: 'filter', node: 'toy/slow' } });
    expect(after.lines).toEqual(
      [
        'load → one',
        'one → two',
        'two → slow',
        'slow → join',
        'load-other → three',
        'three → slow-2',
        'slow-2 → join.other',
      ].sort(),
    );
    const before = edited({ insert: { before: 'filter', node: 'toy/slow' } });
    expect(before.lines).toEqual(
      [
        'load → slow',
        'slow → one',
        'one → two',
        'two → join',
        'load-other → slow-2',
        'slow-2 → three',
        'three → join.other',
      ].sort(),
    );
  });
});

describe('remove', () => {
  test.each([[{ remove: 'two' }], [{ remove: { node: 'two' } }]] as Edit[][])('%j joins its neighbours', (edit) => {
    const { lines, names } = edited(edit);
    expect(names).not.toContain('two');
    expect(lines).toContain('one → join');
    expect(lines).toHaveLength(untouched.length - 1);
  });
  test('by role removes each', () => {
    expect(edited({ remove: 'filter' }).lines).toEqual(['load → join', 'load-other → join.other']);
  });
  test('of a source or of the end leaves no dangling edge', () => {
    expect(edited({ remove: 'load' }).lines).not.toContain('load → one');
    expect(edited({ remove: 'join' }).lines).toEqual(['load → one', 'load-other → three', 'one → two']);
  });
});

test('replace puts another plugin in the same place, with parameters of its own', () => {
  const { graph, lines } = edited({ replace: { node: 'three', by: 'toy/slow', with: { milliseconds: 4 } } });
  expect(graph.nodes[4]).toEqual({ name: 'three', plugin: 'toy/slow', with: { milliseconds: 4 } });
  expect(lines).toEqual(untouched);
  expect(edited({ replace: { node: 'three', by: 'toy/slow' } }).graph.nodes[4].with).toEqual({});
});

test('set changes what it names and keeps the rest', () => {
  const { graph } = edited({ set: { node: 'three', with: { mode: 'b' } } });
  expect(graph.nodes[4].with).toEqual({ gain: 3, mode: 'b' });
  const all = edited({ set: { node: 'filter', with: { gain: 7 } } }).graph.nodes;
  expect(all.filter(({ plugin }) => plugin === 'toy/pass').map((each) => each.with.gain)).toEqual([7, 7, 7]);
});

test('edits see what those before them did', () => {
  const { names, problems } = edited(
    { insert: { after: 'one', node: 'toy/slow', as: 'wait' } },
    { set: { node: 'wait', with: { milliseconds: 9 } } },
    { remove: 'one' },
  );
  expect(problems).toEqual([]);
  expect(names).toEqual(['load', 'wait', 'two', 'load-other', 'three', 'join']);
});

test('an unknown target is told with the one that was meant, and the other edits still apply', () => {
  const { problems, names, lines } = edited(
    { remove: 'tow' },
    { set: { node: 'fitler', with: {} } },
    { insert: { node: 'toy/slow' } },
    { remove: 'one' },
  );
  expect(problems.map(({ key, message }) => [key, message])).toEqual([
    ['GRAPH.train.0', "remove names 'tow', which is neither a node nor a role of the train graph."],
    ['GRAPH.train.1', "set names 'fitler', which is neither a node nor a role of the train graph."],
    ['GRAPH.train.2', 'insert says neither `after` nor `before` which node.'],
  ]);
  expect(problems[0].advice).toContain("Did you mean 'two'?");
  expect(problems[1].advice).toContain("Did you mean 'filter'?");
  expect([names, lines.length]).toEqual([['load', 'two', 'load-other', 'three', 'join'], untouched.length - 1]);
});

test('a node whose plugin is unknown has no role', () => {
  const graph: Graph = { phase: 'test', nodes: [node('a', 'toy/unknown')], edges: [] };
  expect(editGraph(graph, [{ remove: '' }], toyCatalog).graph.nodes).toHaveLength(1);
});
