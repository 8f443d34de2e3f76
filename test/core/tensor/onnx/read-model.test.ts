import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { encodeModel } from '../../../../core/tensor/onnx/model.js';
import { readModelInterface } from '../../../../core/tensor/onnx/read-model.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'biagraph-read-onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, 'model.onnx');

const bytes = encodeModel({
  name: 'model',
  nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'], attributes: {} }],
  initializers: [{ name: 'w', type: 'float32', shape: [1], data: Float32Array.of(3) }],
  inputs: [
    { name: 'x', type: 'float32', shape: ['batch', 2, 'height', 300] },
    { name: 'w', type: 'float32', shape: [1] },
  ],
  outputs: [{ name: 'y', type: 'int64', shape: [] }],
  metadata: { author: 'Ångström', empty: '' },
});

it('reads inputs without weights, outputs and metadata', () => {
  writeFileSync(file, bytes);
  expect(readModelInterface(file)).toEqual({
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', 2, 'height', 300] }],
    outputs: [{ name: 'y', type: 'int64', shape: [] }],
    metadata: { author: 'Ångström', empty: '' },
  });
});

it('a damaged file is read or refused, and nothing else happens', () => {
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, value, length) => {
      const damaged = bytes.slice(0, length);
      if (at < length) damaged[at] = value;
      writeFileSync(file, damaged);
      try {
        readModelInterface(file);
      } catch (error) {
        expect(error).toMatchObject({ _tag: 'format', where: { file } });
      }
    }),
    { numRuns: 300 },
  );
});
