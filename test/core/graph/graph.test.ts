import { expect, test } from 'vitest';
import { chain, node } from '../../../core/graph/graph.js';

test('a node keeps a copy of its parameters', () => {
  const parameters = { radius: 3 };
  const made = node('blur', 'filter/blur', parameters);
  parameters.radius = 4;
  expect(made).toEqual({ name: 'blur', plugin: 'filter/blur', with: { radius: 3 } });
  expect(node('blur', 'filter/blur').with).toEqual({});
});

test('a chain joins neighbours over their main ports', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => node(name, 'p'));
  expect(chain(a, b, c)).toEqual([
    { from: 'a', to: 'b', port: 'main' },
    { from: 'b', to: 'c', port: 'main' },
  ]);
  expect([chain(a), chain()]).toEqual([[], []]);
});
