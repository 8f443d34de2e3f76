import { expect, it } from 'vitest';
import { softwareVersions } from '../../../core/job/versions.js';
import packageJson from '../../../package.json' with { type: 'json' };

it('softwareVersions reads them from the packages', () => {
  expect(softwareVersions()).toEqual({
    biagraph: packageJson.version,
    node: process.versions.node,
    onnxruntime: packageJson.dependencies['onnxruntime-node'],
    tfjs: packageJson.dependencies['@tensorflow/tfjs'],
  });
});
