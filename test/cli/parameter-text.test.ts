import { Type } from 'typebox';
import { expect, it } from 'vitest';
import { describeParameters } from '../../cli/parameter-text.js';

it('tells name, type, default and meaning, those inside an object below it', () => {
  const schema = Type.Object({
    size: Type.Integer({ minimum: 1, default: 2, description: 'Side.' }),
    overlap: Type.Array(Type.Number({ minimum: 0, exclusiveMaximum: 1 })),
    mode: Type.Union([Type.Literal('mean'), Type.Literal('max')], { default: 'mean' }),
    kind: Type.Enum(['a', 'b'] as const),
    subset: Type.Union([Type.Object({ part: Type.String() }), Type.Null()], { default: null }),
    extra: Type.Optional(Type.Boolean()),
  });
  expect(describeParameters(schema)).toEqual([
    { name: 'size', type: 'integer >= 1', default: 2, description: 'Side.' },
    { name: 'overlap', type: 'list of number >= 0, < 1' },
    { name: 'mode', type: '"mean" | "max"', default: 'mean' },
    { name: 'kind', type: '"a" | "b"' },
    { name: 'subset', type: 'object | null', default: null },
    { name: 'subset.part', type: 'string' },
    { name: 'extra', type: 'boolean', default: null },
  ]);
});
