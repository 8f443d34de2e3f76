import { describe, expect, it } from 'vitest';
import type { NamedTensors } from '../../../../core/tensor/index.js';
import { renameBiapyKeys } from '../../../../core/tensor/weights/index.js';

function named(names: readonly string[]): NamedTensors {
  return new Map(names.map((name, i) => [name, { data: Float32Array.of(i), shape: [1] }]));
}

const NEWEST = [
  'down_path.0.block.0.block.0.weight',
  'up_paths.0.0.up.0.weight',
  'up_paths.0.1.conv_block.block.0.block.1.num_batches_tracked',
  'conv_out.0.block.0.weight',
  'heads.0.weight',
  'heads.1.bias',
];
const MIDDLE = [
  'down_path.0.block.0.block.0.weight',
  'up_path.0.up.0.weight',
  'up_path.1.conv_block.block.0.block.1.num_batches_tracked',
  'conv_out.block.0.weight',
  'heads.0.weight',
  'heads.1.bias',
];
const OLDEST = [...MIDDLE.slice(0, 4), 'last_block.weight', 'last_class_head.bias'];

describe('names of BiaPy', () => {
  it.each([
    ['oldest', OLDEST],
    ['middle', MIDDLE],
    ['newest', NEWEST],
  ])('of the %s generation become the newest', (_name, names) => {
    const tensors = named(names);
    const renamed = renameBiapyKeys(tensors);
    expect([...renamed.keys()]).toEqual(NEWEST);
    expect([...renamed.values()]).toEqual([...tensors.values()]);
  });

  it('of the head for contrastive learning keep their numbers', () => {
    expect([...renameBiapyKeys(named(['last_block.0.weight', 'last_block.3.weight'])).keys()]).toEqual([
      'heads.0.0.weight',
      'heads.0.3.weight',
    ]);
  });

  it('of a second decoder and of other networks stay', () => {
    const names = [
      'up_paths.1.0.up.0.weight',
      'conv_out.1.block.0.weight',
      'last_conv_of_block.weight',
      'my.up_path.0.w',
    ];
    expect([...renameBiapyKeys(named(names)).keys()]).toEqual(names);
  });

  it('that collide are refused', () => {
    expect(() => renameBiapyKeys(named(['last_block.weight', 'heads.0.weight']))).toThrow(
      /heads\.0\.weight are there twice/,
    );
  });
});
