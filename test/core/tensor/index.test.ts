import { expect, it } from 'vitest';
import * as tensor from '../../../core/tensor/index.js';

it('exports these names', () => {
  expect(Object.keys(tensor).sort()).toMatchInlineSnapshot(`
    [
      "ACTIVATION_NAMES",
      "Activation",
      "BatchNormalization",
      "Convolution",
      "Dropout",
      "GroupNormalization",
      "InstanceNormalization",
      "LayerNormalization",
      "MaxPooling",
      "Module",
      "Sequential",
      "TransposedConvolution",
      "Upsampling",
      "activate",
      "biasUniform",
      "constant",
      "interpolateLinear",
      "kaimingUniform",
      "linearWeights",
      "loadSafetensors",
      "ones",
      "openRuntime",
      "parameterCount",
      "saveSafetensors",
      "standardise",
      "tf",
      "uniform",
      "xavierUniform",
      "zeros",
    ]
  `);
});
