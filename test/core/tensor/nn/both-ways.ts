/** Layers compiled and eager: outputs, gradients of every parameter and of the input, changed buffers. */
import { type Module, type Pass, type Slot, type Tensor, tf } from '../../../../core/tensor/index.js';
import { expectSame, pattern, type TensorFunction } from '../run.js';

/** Forward in training mode, and the gradient of a weighting of the output, fixed or given as `output weights`. */
export function trainingFunction(module: Module<Tensor>, random: Pass['random'] = noRandom): TensorFunction {
  return (feeds) => {
    const slots = [...module.slots()];
    const values = new Map<Slot, Tensor>(slots.map(([name, slot]) => [slot, feeds.get(name)!]));
    const updates = new Map<Slot, Tensor>();
    const pass: Pass = {
      training: true,
      value: (slot) => updates.get(slot) ?? values.get(slot)!,
      blend: (slot, next, { kept, added }) => {
        const before = updates.get(slot) ?? values.get(slot)!;
        updates.set(slot, tf.keep(tf.add(tf.mul(before, kept), tf.mul(next, added))));
      },
      random,
    };
    const trained = slots.filter(([, slot]) => slot.kind === 'parameter');
    const wanted = [feeds.get('x')!, ...trained.map(([, slot]) => values.get(slot)!)];
    let output = feeds.get('x')!;
    const { grads } = tf.engine().gradients(
      () => {
        output = tf.keep(module.forward(feeds.get('x')!, pass));
        const weights = feeds.get('output weights') ?? tf.tensor(pattern(output.shape, 9).data, output.shape);
        return tf.sum(tf.mul(output, weights));
      },
      wanted,
      undefined,
      true,
    );
    const names = ['x', ...trained.map(([name]) => name)];
    return new Map([
      ['output', output],
      ...names.map((name, i): [string, Tensor] => [`gradient of ${name}`, grads[i] ?? tf.zerosLike(wanted[i])]),
      ...slots.flatMap(([name, slot]): [string, Tensor][] =>
        updates.has(slot) ? [[`next ${name}`, updates.get(slot)!]] : [],
      ),
    ]);
  };
}

function noRandom(): never {
  throw new Error('this layer draws no random numbers');
}

/** Compiled and eager agree for an input of this shape and parameters away from their starting values. */
export async function expectLayerSame(module: Module<Tensor>, shape: readonly number[], seed = 0): Promise<void> {
  const inputs = new Map([['x', pattern(shape, seed, 2)]]);
  for (const [name, slot] of module.slots()) {
    const { data } = pattern(slot.shape, seed + name.length);
    // Variances and counts are positive.
    inputs.set(name, {
      data: slot.kind === 'buffer' ? data.map((v) => 1 + Math.abs(v)) : data,
      shape: [...slot.shape],
    });
  }
  await expectSame(inputs, trainingFunction(module));
}
