/** Matrix products. */
import type { Emitter, Value } from '../emit.js';
import { logicalOrder, storedAxis } from '../layout.js';
import { tf } from '../tf.js';
import type { KernelRule, KernelRules } from './rule.js';

/**
 * The operand with its two matrix axes last, and whether they are stored swapped. A transposition made by
 * TensorFlow.js or by the layout is folded into the product.
 */
function matrices(emitter: Emitter, value: Value, transposed: boolean): { name: string; swapped: boolean } {
  const rank = value.shape.length;
  const source = emitter.expand(value);
  const plain = logicalOrder(rank);
  const crossed = [...plain.slice(0, -2), rank - 1, rank - 2];
  const isCrossed = storedAxis(source.order, rank - 1) === rank - 2 && storedAxis(source.order, rank - 2) === rank - 1;
  const order = isCrossed ? crossed : plain;
  return { name: emitter.arrange(source, order).name!, swapped: transposed !== isCrossed };
}

const batchMatMul: KernelRule = {
  infer({ a, b }, { transposeA, transposeB }) {
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const rows = a.shape.at(transposeA ? -1 : -2)!;
    const columns = b.shape.at(transposeB ? -2 : -1)!;
    return [{ shape: [...batch, rows, columns], dtype: 'float32' }];
  },
  lower(emitter, { a, b, bias }, { transposeA, transposeB, factor }, [output]) {
    const left = matrices(emitter, a, Boolean(transposeA));
    const right = matrices(emitter, b, Boolean(transposeB));
    const names = [left.name, right.name];
    const attributes = {
      transA: left.swapped ? 1 : 0,
      transB: right.swapped ? 1 : 0,
      ...(factor === undefined ? {} : { alpha: { float: factor as number } }),
    };
    const product = () => {
      if (bias) return emitter.node('Gemm', [...names, emitter.full(bias, [0])], attributes);
      return left.swapped || right.swapped || factor !== undefined
        ? emitter.node('FusedMatMul', names, attributes, 1, 'com.microsoft')
        : emitter.node('MatMul', names);
    };
    return [emitter.stored(product()[0], output.shape, logicalOrder(output.shape.length))];
  },
};

export const matmulRules: KernelRules = { BatchMatMul: batchMatMul };
