import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';
import { checkParameters } from '../../../core/graph/parameters.js';

const schema = Type.Object(
  {
    folder: Type.String(),
    radius: Type.Number({ default: 3, minimum: 0 }),
    mode: Type.Union([Type.Literal('mean'), Type.Literal('max')], { default: 'mean' }),
    axis: Type.Enum(['x', 'y'] as const, { default: 'x' }),
    size: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 2, default: [1, 1] }),
    inner: Type.Object({ depth: Type.Integer({ default: 2 }) }, { additionalProperties: false, default: {} }),
  },
  { additionalProperties: false },
);

function messages(given: Record<string, unknown>): string[] {
  return checkParameters(schema, { folder: 'out', ...given }).problems.map(
    ({ path, message }) => `${path}: ${message}`,
  );
}

test('fills in defaults, nested ones too, and leaves what was given alone', () => {
  const given = { folder: 'out', radius: 5 };
  const { parameters, problems } = checkParameters(schema, given);
  expect(problems).toEqual([]);
  expect(parameters).toEqual({ folder: 'out', radius: 5, mode: 'mean', axis: 'x', size: [1, 1], inner: { depth: 2 } });
  expect(given).toEqual({ folder: 'out', radius: 5 });
});

test('defaults are not shared between nodes', () => {
  const size = () => checkParameters<{ size: number[] }>(schema, { folder: 'out' }).parameters.size;
  size().push(9);
  expect(size()).toEqual([1, 1]);
});

describe('says what was expected and what came', () => {
  test('a missing parameter is named', () => {
    expect(checkParameters(schema, {}).problems).toEqual([{ path: 'folder', message: 'it has to be given.' }]);
    const nested = Type.Object({ inner: Type.Object({ a: Type.String(), b: Type.String() }) });
    expect(checkParameters(nested, { inner: { a: '' } }).problems.map(({ path }) => path)).toEqual(['inner.b']);
  });
  test('a value of the wrong type', () => {
    expect(messages({ radius: 'wide' })).toEqual(['radius: must be number, came "wide".']);
  });
  test('a value out of range', () => expect(messages({ radius: -1 })).toEqual(['radius: must be >= 0, came -1.']));
  test('a choice lists what may be chosen, once', () => {
    expect(messages({ mode: 'median' })).toEqual(['mode: expected mean, max, came "median".']);
    expect(messages({ axis: 'z' })).toEqual(['axis: expected one of "x", "y", came "z".']);
  });
  test('an entry of a list', () => expect(messages({ size: [4, 0] })).toEqual(['size.1: must be >= 1, came 0.']));
  test('an unknown name, with the one that was meant', () => {
    expect(messages({ radus: 2 })).toEqual(["radus: there is no such parameter; did you mean 'radius'?"]);
    expect(messages({ inner: { dept: 2 } })).toEqual(["inner.dept: there is no such parameter; did you mean 'depth'?"]);
    expect(messages({ zzzzzzzz: 2 })).toEqual(['zzzzzzzz: there is no such parameter.']);
  });
  test('all at once', () => expect(messages({ radius: -1, axis: 'z', radus: 1 })).toHaveLength(3));
});
