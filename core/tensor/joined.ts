/** Many small tensors as one: each operation on a tensor has a price, whatever its size. */
import { sizeOf } from './layout.js';
import { type Tensor, tf } from './tf.js';

/** The elements of all tensors in a row; of a single one, its elements. */
export function joined(tensors: readonly Tensor[]): Tensor {
  const rows = tensors.map((tensor) => tf.reshape(tensor, [tensor.size]));
  return rows.length === 1 ? rows[0] : tf.concat(rows, 0);
}

/** The opposite of {@link joined}: tensors with the shapes of those given. */
export function parted(row: Tensor, like: readonly { readonly shape: readonly number[] }[]): Tensor[] {
  const sizes = like.map(({ shape }) => sizeOf(shape));
  const parts = like.length === 1 ? [row] : tf.split(row, sizes, 0);
  return parts.map((part, i) => tf.reshape(part, [...like[i].shape]));
}
