/** Kernels that fusion makes, for ONNX Runtime's CPU provider. */
import { GELU, LAYER_NORM } from '../kernel-call.js';
import { logicalOrder } from '../layout.js';
import type { KernelRule, KernelRules } from './rule.js';

const gelu: KernelRule = {
  infer: ({ x }) => [{ shape: x.shape, dtype: x.dtype }],
  lower(emitter, { x }) {
    const source = emitter.named(x);
    return [{ ...source, name: emitter.node('Gelu', [source.name], {}, 1, 'com.microsoft')[0] }];
  },
};

const layerNorm: KernelRule = {
  infer: ({ x }) => [{ shape: x.shape, dtype: x.dtype }],
  lower(emitter, { x, weight, bias }, { epsilon }) {
    const order = logicalOrder(x.shape.length);
    const names = [emitter.full(x, order), emitter.full(weight, [0]), emitter.full(bias, [0])];
    const [name] = emitter.node('LayerNormalization', names, { axis: -1, epsilon: { float: epsilon as number } });
    return [emitter.stored(name, x.shape, order)];
  },
};

export const fusedRules: KernelRules = { [GELU]: gelu, [LAYER_NORM]: layerNorm };
