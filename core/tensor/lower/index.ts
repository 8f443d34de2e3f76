/** All kernels that the compiler translates, by their TensorFlow.js names. */
import { convolutionRules } from './convolution.js';
import { elementwiseRules } from './elementwise.js';
import { fusedRules } from './fused.js';
import { gatherRules } from './gather.js';
import { matmulRules } from './matmul.js';
import { poolingRules } from './pooling.js';
import { reductionRules } from './reduction.js';
import { resizeRules } from './resize.js';
import type { KernelRule } from './rule.js';
import { shapeRules } from './shape.js';

export const kernelRules: ReadonlyMap<string, KernelRule> = new Map(
  [
    elementwiseRules,
    reductionRules,
    shapeRules,
    gatherRules,
    matmulRules,
    convolutionRules,
    poolingRules,
    resizeRules,
    fusedRules,
  ].flatMap((rules) => Object.entries(rules)),
);
