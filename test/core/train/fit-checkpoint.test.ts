import { describe, expect, it } from 'vitest';
import { DataError } from '../../../core/errors.js';
import {
  Convolution,
  InstanceNormalization,
  Module,
  type NamedTensors,
  Sequential,
  type Tensor,
} from '../../../core/tensor/index.js';
import { fitCheckpoint } from '../../../core/train/fit-checkpoint.js';

/** A network of layers by name, which is never run. */
class Named extends Module<Tensor> {
  constructor(parts: Record<string, Module>) {
    super();
    for (const [name, part] of Object.entries(parts)) this.child(name, part);
  }

  forward(x: Tensor): Tensor {
    return x;
  }
}

class Parameters extends Module<Tensor> {
  constructor(shapes: Record<string, number[]>) {
    super();
    for (const [name, shape] of Object.entries(shapes)) this.parameter(name, shape, () => new Float32Array(1));
  }

  forward(x: Tensor): Tensor {
    return x;
  }
}

const layer = (inputs: number, outputs: number) => new Convolution(inputs, outputs, { kernel: [1, 1] });

function weights(shapes: Record<string, number[]>): NamedTensors {
  let value = 0;
  return new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const size = shape.reduce((product, side) => product * side, 1);
      return [name, { data: Float32Array.from({ length: size }, () => ++value), shape }];
    }),
  );
}

const encoder = { 'patch_embed.proj.weight': [8, 1, 4, 4], cls_token: [1, 1, 8], 'blocks.0.norm1.weight': [8] };

describe('a checkpoint', () => {
  it('gives its weights by names of any generation of BiaPy, and a network keeps those that others changed', () => {
    const network = new Named({ 'up_paths.0.0.up': layer(2, 2), 'up_path.1.up': layer(2, 2), 'heads.0': layer(2, 1) });
    const brought = weights({
      'up_path.0.up.weight': [2, 2, 1, 1],
      'up_path.0.up.bias': [2],
      'up_path.1.up.weight': [2, 2, 1, 1],
      'up_path.1.up.bias': [2],
      'last_block.weight': [1, 2, 1, 1],
      'last_block.bias': [1],
    });
    const { tensors, unmatched } = fitCheckpoint(network, brought, { network: 'test' });
    expect(unmatched).toEqual([]);
    expect(tensors.get('model.up_paths.0.0.up.weight')).toBe(brought.get('up_path.0.up.weight'));
    expect(tensors.get('model.up_path.1.up.bias')).toBe(brought.get('up_path.1.up.bias'));
    expect(tensors.get('model.heads.0.weight')).toBe(brought.get('last_block.weight'));
  });

  it('finds the head of a classifier under its older name', () => {
    const network = new Named({ 'heads.2': layer(4, 2) });
    const brought = weights({ 'last_block.2.weight': [2, 4, 1, 1], 'last_block.2.bias': [2] });
    expect([...fitCheckpoint(network, brought, { network: 'simple_cnn' }).tensors.keys()]).toEqual([
      'model.heads.2.weight',
      'model.heads.2.bias',
    ]);
  });

  it('of a self-supervised encoder goes over to another network by its names, and the rest is told', () => {
    const whole = new Parameters({ ...encoder, 'heads.0.weight': [1, 2, 1, 1] });
    const mae = weights({ ...encoder, mask_token: [1, 1, 8], 'decoder_blocks.0.norm1.weight': [8] });
    const { tensors, taken, unmatched } = fitCheckpoint(whole, mae, { network: 'unetr', skip: 'missing' });
    expect([...tensors.keys()]).toEqual(Object.keys(encoder).map((name) => `model.${name}`));
    expect(taken).toMatch(/^3 of 4 tensors/);
    expect(unmatched).toEqual([
      'Not in the checkpoint, so they start afresh: heads.0.weight.',
      'In the checkpoint, but not in this network: mask_token, decoder_blocks.0.norm1.weight.',
    ]);
    expect(() => fitCheckpoint(whole, mae, { network: 'unetr' })).toThrow(/'unetr'.*Missing: heads\.0\.weight/);
  });

  it('of another shape is refused with both shapes, or left out where that is allowed', () => {
    const network = new Parameters({ 'a.weight': [2, 3], 'heads.0.weight': [4, 2] });
    const brought = weights({ 'a.weight': [2, 3], 'heads.0.weight': [1, 2] });
    for (const skip of ['nothing', 'missing'] as const) {
      const fitting = () => fitCheckpoint(network, brought, { network: 'test', skip });
      expect(fitting).toThrow(DataError);
      expect(fitting).toThrow(/heads\.0\.weight \(1×2 there, 4×2 here\).*SKIP_UNMATCHED_LAYERS/);
    }
    const { tensors, unmatched } = fitCheckpoint(network, brought, { network: 'test', skip: 'all' });
    expect([...tensors.keys()]).toEqual(['model.a.weight']);
    expect(unmatched).toEqual([
      'Of another shape in the checkpoint, so they start afresh: heads.0.weight (1×2 there, 4×2 here).',
    ]);
  });

  it('of which nothing fits is refused in any case', () => {
    const network = new Parameters({ w: [2] });
    expect(() => fitCheckpoint(network, weights({ v: [2] }), { network: 'test', skip: 'all' })).toThrow(
      /Nothing of it/,
    );
  });

  it('tells many names by their parts', () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`blocks.${i % 2}.w${i}`, [1]]));
    const network = new Parameters({ w: [1], ...many });
    const { unmatched } = fitCheckpoint(network, weights({ w: [1] }), { network: 'test', skip: 'missing' });
    expect(unmatched).toEqual(['Not in the checkpoint, so they start afresh: blocks.0.* (10), blocks.1.* (10).']);
  });

  it('may lack scale and shift of instance normalisation, which then change nothing', () => {
    const network = new Sequential([layer(1, 2), new InstanceNormalization(2, { affine: true })]);
    const brought = weights({ '0.weight': [2, 1, 1, 1], '0.bias': [2] });
    const { tensors, unmatched } = fitCheckpoint(network, brought, { network: 'test' });
    expect([...tensors.keys()]).toEqual(['model.0.weight', 'model.0.bias']);
    expect(unmatched).toEqual([]);
  });

  it('with weight normalisation fits networks with and without it', () => {
    const parts = { 'a.weight_g': [2, 1, 1, 1], 'a.weight_v': [2, 1, 1, 1], 'a.bias': [2] };
    const stored = weights(parts);
    const merged = fitCheckpoint(new Named({ a: layer(1, 2) }), stored, { network: 'wdsr' }).tensors;
    // The direction of a single positive number is 1.
    expect([...merged.get('model.a.weight')!.data]).toEqual([1, 2]);
    const newer = new Map(
      [...stored].map(([name, tensor]) => [
        name
          .replace('weight_g', 'parametrizations.weight.original0')
          .replace('weight_v', 'parametrizations.weight.original1'),
        tensor,
      ]),
    );
    const network = new Parameters(parts);
    expect(fitCheckpoint(network, newer, { network: 'wdsr' }).tensors.get('model.a.weight_v')).toBe(
      stored.get('a.weight_v'),
    );
    const plain = weights({ 'a.weight': [2, 1, 1, 1], 'a.bias': [2] });
    const split = fitCheckpoint(network, plain, { network: 'wdsr' }).tensors;
    expect([...split.get('model.a.weight_g')!.data]).toEqual([1, 2]);
    expect(split.get('model.a.weight_v')).toBe(plain.get('a.weight'));
  });

  it('with a normalised head fits a network whose head is one convolution', () => {
    const brought = weights({
      'last_block.conv1.weight': [1, 2, 1, 1],
      'last_block.batchnorm.weight': [1],
      'last_block.batchnorm.bias': [1],
      'last_block.batchnorm.running_mean': [1],
      'last_block.batchnorm.running_var': [1],
      'last_block.batchnorm.num_batches_tracked': [],
    });
    const { tensors, unmatched } = fitCheckpoint(new Named({ 'heads.0': layer(2, 1) }), brought, { network: 'test' });
    expect(unmatched).toEqual([]);
    // Weights 1 and 2, scale 3, shift 4, mean 5, variance 6.
    const factor = 3 / Math.sqrt(6 + 1e-5);
    expect([...tensors.get('model.heads.0.weight')!.data]).toEqual([factor, 2 * factor].map(Math.fround));
    expect([...tensors.get('model.heads.0.bias')!.data]).toEqual([Math.fround(4 - 5 * factor)]);
  });

  it('with one tensor under two names is refused', () => {
    const network = new Named({ 'heads.0': layer(2, 1) });
    const brought = weights({ 'last_block.weight': [1, 2, 1, 1], 'heads.0.weight': [1, 2, 1, 1] });
    expect(() => fitCheckpoint(network, brought, { network: 'test' })).toThrow(/heads\.0\.weight twice/);
  });
});
