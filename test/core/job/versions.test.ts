import { existsSync, readFileSync } from 'node:fs';
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
    // Optional: machines that it has no binary for do without.
    onnxruntime: existsSync(path.join(root, 'node_modules', 'onnxruntime-node'))
      ? version('node_modules', 'onnxruntime-node')
      : 'not installed',
    tfjs: version('node_modules', '@tensorflow', 'tfjs'),
  });
});
