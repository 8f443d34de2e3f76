import { describe, expect, it } from 'vitest';
import type { TensorData } from '../../../core/tensor/index.js';
import { modelInputs } from '../../../core/tensor/step.js';
import { pattern, relativeError } from '../../core/tensor/run.js';
import { sharedRuntime } from '../../core/tensor/shared-runtime.js';
import { build, itHasSizes, itLearns, itMatchesTheReference } from './network-checks.js';
import { itExports } from './training-checks.js';

/** Variances must be. */
function positive(name: string, tensor: TensorData): TensorData {
  return name.includes('running_var') ? { ...tensor, data: tensor.data.map((value) => Math.abs(value) + 0.5) } : tensor;
}

describe('resunet++', () => {
  itMatchesTheReference('resunet++');

  itHasSizes('resunet++', [
    [3_970_372, {}],
    [11_148_676, {}, { ndim: 3 }],
    [3_877_955, { featureMaps: [32, 64, 128, 256], normalization: 'none' }],
  ]);

  itLearns('resunet++', { featureMaps: [4, 6, 8, 10], zDown: [1, 1, 2] }, { plane: 16, depth: 4 });
  itExports('resunet++', {
    '2D': { parameters: { featureMaps: [4, 6, 8, 10] }, outputChannels: [2], space: [32, 48], others: [[16, 32]] },
  });

  it('has a decoder for each head where asked: each as a network of one head has', async () => {
    const small = { featureMaps: [4, 6, 8, 10] };
    const both = build('resunet++', { ...small, separatedDecoders: true }, { outputChannels: [1, 2] });
    const weights = new Map(
      modelInputs(both).map(({ name, shape }, i) => [name, positive(name, pattern(shape, i, 0.3))]),
    );
    const runtime = await sharedRuntime('cpu');
    const input = pattern([1, 32, 32, 1], 5);
    const outputs = await (await runtime.infer(both, weights)).predict(input);
    for (const [head, channels] of [1, 2].entries()) {
      const alone = build('resunet++', small, { outputChannels: [channels] });
      const own = new Map(
        modelInputs(alone).map(({ name }) => {
          const place = name
            .replace(/^model\.(attentions|up_path|aspp_out)\./, `model.$1.${head}.`)
            .replace('heads.0.', `heads.${head}.`);
          return [name, weights.get(place)!];
        }),
      );
      const [wanted] = await (await runtime.infer(alone, own)).predict(input);
      expect(outputs[head].shape).toEqual(wanted.shape);
      expect(relativeError(outputs[head].data, wanted.data)).toBeLessThan(1e-5);
    }
  });

  it('has three levels at least', () => {
    expect(() => build('resunet++', { featureMaps: [8, 16] })).toThrow(/featureMaps/);
  });
});
