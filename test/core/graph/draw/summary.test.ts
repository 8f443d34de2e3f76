import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { keyParameters, pictureLines, shorten } from '../../../../core/graph/draw/summary.js';
import { checkParameters } from '../../../../core/graph/parameters.js';
import { defineNode } from '../../../../core/plugin/define.js';

const definition = defineNode({
  id: 'toy/tuned',
  role: 'filter',
  summary: 'Has many parameters.',
  output: 'image',
  parameters: Type.Object({
    radius: Type.Number({ default: 3 }),
    sides: Type.Array(Type.Number(), { default: [] }),
    inner: Type.Object({ depth: Type.Integer({ default: 2 }), name: Type.String({ default: '' }) }, { default: {} }),
    losses: Type.Array(Type.Unknown(), { default: [] }),
    folder: Type.Union([Type.String(), Type.Null()], { default: null }),
  }),
  create: () => () => expect.unreachable(),
});

function bound(given: Record<string, unknown>) {
  const { parameters } = checkParameters(definition.parameters, given);
  return { name: 'tuned', definition, parameters, inputs: {}, output: 'image' as const };
}

test('tells what differs from the defaults and is not empty', () => {
  expect(keyParameters(bound({}))).toEqual([]);
  expect(keyParameters(bound({ radius: 3, sides: [0, 0] }))).toEqual([]);
  expect(keyParameters(bound({ radius: 0, sides: [1, 2], folder: 'out' }))).toEqual([
    { name: 'radius', value: '0' },
    { name: 'sides', value: '[1, 2]' },
    { name: 'folder', value: 'out' },
  ]);
});

test('nested values have dotted names, and records of a list are called by their id', () => {
  const given = { inner: { depth: 4, name: 'x' }, losses: [{ id: 'dice', weight: 1 }, { a: 1 }] };
  expect(keyParameters(bound(given))).toEqual([
    { name: 'inner.depth', value: '4' },
    { name: 'inner.name', value: 'x' },
    { name: 'losses', value: '[dice, {"a":1}]' },
  ]);
});

test('a picture counts what it has no room for', () => {
  const many = bound({ radius: 1, sides: [1], inner: { depth: 4, name: 'x' }, folder: 'out' });
  expect(pictureLines(many, { lines: 5, letters: 20 })).toEqual([
    'radius 1',
    'sides [1]',
    'depth 4',
    'name x',
    'folder out',
  ]);
  expect(pictureLines(many, { lines: 3, letters: 20 })).toEqual(['radius 1', 'sides [1]', '… 3 more']);
});

test('a text is cut at its end, a path at its start', () => {
  expect(shorten('abcdef', 6)).toBe('abcdef');
  expect(shorten('abcdefg', 6)).toBe('abcde…');
  expect(shorten('data/train/raw', 6)).toBe('…n/raw');
});
