import { describe, expect, it } from 'vitest';
import { build } from './network-checks.js';

function shapes(parameters: object, shape: { ndim?: 2 | 3; outputChannels?: number[] } = {}): Map<string, number[]> {
  return new Map([...build('unext_v2', parameters, shape).slots()].map(([name, slot]) => [name, [...slot.shape]]));
}

describe('the U shape of ConvNeXt blocks', () => {
  it('stays flat below a level that is not isotropic', () => {
    const own = shapes({ featureMaps: [4, 6, 8, 10], isotropy: [true, false, true, true] }, { ndim: 3 });
    const kernel = (part: string) => own.get(`${part}.0.block.0.weight`)?.slice(2);
    expect(kernel('down_path.1')).toEqual([7, 7, 7]);
    expect(kernel('down_path.2')).toEqual([1, 7, 7]);
    expect(kernel('down_path.3')).toEqual([1, 7, 7]);
    expect(kernel('bottleneck')).toEqual([1, 7, 7]);
    expect(kernel('up_paths.0.2.cn_block')).toEqual([1, 7, 7]);
  });

  it('has a stem that also makes the depth smaller', () => {
    const stem = (more: object) => shapes({ featureMaps: [4, 6, 8], ...more }, { ndim: 3 }).get('down_path.0.0.weight');
    expect(stem({ zDown: [1, 1] })).toEqual([4, 1, 2, 2, 2]);
    expect(stem({ zDown: [2, 1], stemKernelSize: 1 })).toEqual([4, 1, 2, 1, 1]);
    expect(stem({ stemKernelSize: 4 })).toEqual([4, 1, 4, 4, 4]);
  });

  it('interpolates where it is told to', () => {
    const own = shapes({ featureMaps: [4, 6, 8], upsampleLayer: 'upsampling' });
    expect(own.get('up_paths.0.0.up.2.weight')).toEqual([6, 8, 1, 1]);
    expect(own.has('up_paths.0.0.up.1.weight')).toBe(false);
  });

  it('gives each head a decoder and a stem where they are separated', () => {
    const own = shapes({ featureMaps: [4, 6, 8], separatedDecoders: true }, { outputChannels: [1, 2] });
    expect(own.get('up_paths.1.2.0.weight')).toEqual([4, 4, 2, 2]);
  });

  it('says when blocks do not fit the levels', () => {
    expect(() => build('unext_v2', { convLayers: [2, 2] })).toThrow(/convLayers has 2 values, but there are 5/);
  });
});
