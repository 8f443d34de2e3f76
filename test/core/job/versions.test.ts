import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { softwareVersions } from '../../../core/job/versions.js';

const root = path.resolve(import.meta.dirname, '../../..');
const version = (...folder: string[]) =>
  (JSON.parse(readFileSync(path.join(root, ...folder, 'package.json'), 'utf8')) as { version: string }).version;

it('softwareVersions reads them from the packages', () => {
  expect(softwareVersions()).toEqual({
    biagraph: version(),
    node: process.versions.node,
    onnxruntime: version('node_modules', 'onnxruntime-node'),
    tfjs: version('node_modules', '@tensorflow', 'tfjs'),
  });
});
