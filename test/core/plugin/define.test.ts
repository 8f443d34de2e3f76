import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { defineNode, definePlugin } from '../../../core/plugin/define.js';

test('a plugin has all its lists', () => {
  expect(definePlugin({ name: 'lab', version: '1.2.3' })).toEqual({
    kind: 'plugin',
    name: 'lab',
    version: '1.2.3',
    biagraph: '*',
    nodes: [],
    models: [],
    losses: [],
    metrics: [],
    formats: [],
    containers: [],
    presets: [],
  });
});

test('a node without inputs and needs is a source that needs nothing', () => {
  const source = defineNode({
    id: 'lab/source',
    role: 'loader',
    summary: 'Gives nothing.',
    output: 'image',
    parameters: Type.Object({}),
    create: () => () => expect.unreachable(),
  });
  expect(source).toMatchObject({ kind: 'node', inputs: {}, needs: {} });
});
