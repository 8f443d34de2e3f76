import { describe, expect, it } from 'vitest';
import { compile } from '../../../../core/tensor/compile.js';
import {
  Activation,
  BatchNormalization,
  Convolution,
  type Module,
  type NamedTensors,
  Sequential,
  type Tensor,
  TransposedConvolution,
} from '../../../../core/tensor/index.js';
import { predictionStep } from '../../../../core/tensor/step.js';
import { trace } from '../../../../core/tensor/trace.js';
import { expectEqual, pattern, runCompiled, runEager } from '../run.js';

/** A network in evaluation mode with weights away from their starting values, and its input. */
function prediction(network: Module, shape: readonly number[]) {
  const inputs: NamedTensors = new Map([['input', pattern(shape, 1)]]);
  for (const [name, slot] of network.slots()) {
    const { data } = pattern(slot.shape, name.length, 0.3);
    // Variances are positive.
    const values = slot.kind === 'buffer' ? data.map((v) => 1 + Math.abs(v)) : data;
    inputs.set(`model.${name}`, { data: values, shape: [...slot.shape] });
  }
  const constants = [...inputs.keys()].filter((name) => name !== 'input');
  const step = predictionStep(network);
  return { inputs, constants, compute: (feeds: Map<string, Tensor>) => step(feeds, () => expect.unreachable()) };
}

async function expectPredictionSame(network: Module, shape: readonly number[]): Promise<void> {
  const { inputs, constants, compute } = prediction(network, shape);
  expectEqual(await runCompiled(inputs, compute, { cpu: true, constants }), runEager(inputs, compute), 1e-5);
}

function operators(network: Module, shape: readonly number[]): string[] {
  const { inputs, constants, compute } = prediction(network, shape);
  const specs = [...inputs].map(([name, tensor]) => ({ name, shape: tensor.shape }));
  const known = new Map([...inputs].filter(([name]) => constants.includes(name)));
  const { model } = compile(trace('The network under test', specs, compute), { cpu: true, constants: known });
  return (
    Buffer.from(model)
      .toString('latin1')
      .match(/(Conv|ConvTranspose|Pad)_\d+/g) ?? []
  );
}

const chain = (...parts: Module<Tensor>[]) => new Sequential(parts);

const block = (inputs: number, outputs: number, kernel: readonly number[]) => [
  new Convolution(inputs, outputs, { kernel }),
  new BatchNormalization(outputs),
  new Activation('elu'),
];

describe('convolution of volumes in pairs of planes', () => {
  it.each([
    [
      [3, 3, 3],
      [1, 4, 5, 6, 16],
    ],
    [
      [3, 3, 3],
      [2, 6, 4, 3, 16],
    ],
    [
      [3, 1, 5],
      [2, 2, 4, 7, 32],
    ],
  ])('of a kernel %j and an image %j equals the eager one', async (kernel, shape) => {
    const network = chain(...block(shape[4], 32, kernel), ...block(32, 16, kernel));
    await expectPredictionSame(network, shape);
    expect(operators(network, shape).filter((name) => name.startsWith('Conv'))).toHaveLength(8);
  });

  it('is followed by a head of one pixel and by a transposed convolution, plane by plane', async () => {
    const network = chain(
      ...block(16, 16, [3, 3, 3]),
      new TransposedConvolution(16, 16, [2, 3, 2]),
      new BatchNormalization(16),
      new Convolution(16, 2, { kernel: [1, 1, 1] }),
    );
    await expectPredictionSame(network, [2, 4, 3, 5, 16]);
    expect(operators(network, [2, 4, 3, 5, 16]).some((name) => name.startsWith('ConvTranspose'))).toBe(false);
  });

  it('leaves odd numbers of planes, narrow layers and steps to the plain convolution', async () => {
    const narrow = chain(...block(4, 16, [3, 3, 3]));
    const stepping = chain(new Convolution(16, 16, { kernel: [3, 3, 3], stride: [2, 2, 2] }));
    await expectPredictionSame(chain(...block(16, 16, [3, 3, 3])), [1, 5, 4, 4, 16]);
    await expectPredictionSame(narrow, [1, 4, 4, 4, 4]);
    await expectPredictionSame(stepping, [1, 4, 4, 4, 16]);
    for (const [network, shape] of [
      [narrow, [1, 4, 4, 4, 4]],
      [stepping, [1, 4, 4, 4, 16]],
    ] as const)
      expect(operators(network, shape).filter((name) => name.startsWith('Conv'))).toHaveLength(1);
  });
});

describe('batch normalisation after a convolution', () => {
  it.each([
    [chain(...block(3, 5, [3, 3])), [2, 6, 5, 3]],
    [chain(new TransposedConvolution(3, 4, [2, 2]), new BatchNormalization(4)), [2, 3, 4, 3]],
    [chain(new Convolution(4, 6, { kernel: [3, 3], groups: 2 }), new BatchNormalization(6)), [1, 5, 4, 4]],
  ])('is put into its filter, network %#', (network, shape) => expectPredictionSame(network, shape));
});
