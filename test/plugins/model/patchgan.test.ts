import { describe, expect, it } from 'vitest';
import { pattern } from '../../core/tensor/run.js';
import { sharedRuntime } from '../../core/tensor/shared-runtime.js';
import { build, itHasSizes, itMatchesTheReference } from './network-checks.js';
import { itExports } from './training-checks.js';

describe('patchgan', () => {
  itMatchesTheReference('patchgan');

  itHasSizes('patchgan', [[2_764_481, {}]]);

  itExports('patchgan', {
    '2D': { parameters: { baseFilters: 4 }, inputChannels: 2, space: [64, 48], others: [[48, 96]] },
  });

  it('says that it is 2D, and which patches are too small', async () => {
    expect(() => build('patchgan', {}, { ndim: 3 })).toThrow(/PatchGAN: the network is 2D/);
    const runtime = await sharedRuntime('cpu');
    const program = await runtime.infer(build('patchgan', { baseFilters: 2 }));
    await expect(program.predict(pattern([1, 16, 64, 1]))).rejects.toThrow(/side of 16 pixels is too small/);
    await program.dispose();
  });
});
