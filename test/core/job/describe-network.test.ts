import { describe, expect, it } from 'vitest';
import { describeNetwork } from '../../../core/job/describe-network.js';
import { drawNetwork } from '../../../core/job/draw-network.js';
import {
  Convolution,
  Linear,
  Module,
  type Pass,
  parameterCount,
  type Tensor,
  TransposedConvolution,
  tf,
} from '../../../core/tensor/index.js';
import { buildUNet } from '../../../plugins/model/unet.js';

function unet() {
  return buildUNet({
    ndim: 2,
    inputChannels: 2,
    featureMaps: [4, 6],
    dropout: [0, 0],
    normalization: 'bn',
    instanceNormAffine: false,
    kernelSize: 3,
    activation: 'elu',
    upsampleLayer: 'convtranspose',
    heads: [{ channels: 3, kind: 'prediction' }],
    separatedDecoders: false,
    upscalingPosition: 'pre',
  });
}

/** One layer used twice, a parameter of its own, and a part that is never called as a whole. */
class Odd extends Module<Tensor> {
  readonly twice = this.child('twice', new Linear(4, 4));
  readonly scale = this.parameter('scale', [4], () => new Float32Array(4));
  readonly list = this.child('list', new List());

  forward(x: Tensor, pass: Pass): Tensor {
    const y = this.twice.forward(this.twice.forward(x, pass), pass);
    return this.list.first.forward(tf.mul(y, pass.value(this.scale)), pass);
  }
}

class List extends Module<Tensor> {
  readonly first = this.child('0', new Linear(4, 2));

  forward(x: Tensor): Tensor {
    return x;
  }
}

describe('a network as a table', () => {
  it('has the parts in their order, with shapes, parameters and multiply-adds', () => {
    const network = unet();
    const { parts, between, outputs, parameters, buffers, multiplyAdds } = describeNetwork(
      'unet',
      network,
      [8, 12, 2],
      1,
    );
    expect(parts.map(({ name, output }) => `${name} ${output.join('×')}`)).toEqual([
      'down_path.0 8×12×4',
      'bottleneck 4×6×6',
      'up_paths.0.0.up 8×12×4',
      'up_paths.0.0.conv_block 8×12×4',
      'heads.0 8×12×3',
    ]);
    expect(outputs).toEqual([[8, 12, 3]]);
    const pixels = 8 * 12;
    // By hand: kernel × channels in × channels out × pixels.
    expect(parts.map((part) => part.multiplyAdds)).toEqual([
      9 * (2 * 4 + 4 * 4) * pixels,
      (9 * (4 * 6 + 6 * 6) * pixels) / 4,
      6 * 4 * pixels,
      9 * (8 * 4 + 4 * 4) * pixels,
      4 * 3 * pixels,
    ]);
    expect(multiplyAdds).toBe(parts.reduce((sum, part) => sum + part.multiplyAdds, 0));
    expect(parameters).toBe(parameterCount(network));
    expect(parts.reduce((sum, part) => sum + part.parameters, 0) + between.parameters).toBe(parameters);
    // Mean, variance and count of seven normalisations of 4, 4, 6, 6, 4, 4, 4 channels.
    expect(buffers).toBe(2 * 32 + 7);
  });

  it('tells which parts take from which, skip connections among them', () => {
    const { parts } = describeNetwork('unet', unet(), [8, 8, 2], 1);
    const takes = Object.fromEntries(parts.map((part) => [part.name, part.takes]));
    expect(takes['up_paths.0.0.conv_block'].sort()).toEqual(['down_path.0', 'up_paths.0.0.up']);
    expect(takes.bottleneck).toEqual(['down_path.0']);
  });

  it('goes deeper where asked, and as deep as a page has room for where not', () => {
    const network = unet();
    const kinds = (depth?: number) => describeNetwork('unet', network, [8, 8, 2], depth).parts.map(({ kind }) => kind);
    expect(kinds(9).filter((kind) => kind === 'Convolution')).toHaveLength(7);
    expect(kinds().length).toBeLessThanOrEqual(30);
    expect(kinds().length).toBeGreaterThan(kinds(1).length);
    expect(describeNetwork('unet', network, [8, 8, 2], 9).multiplyAdds).toBe(
      describeNetwork('unet', network, [8, 8, 2], 1).multiplyAdds,
    );
  });

  it('counts a part that works twice once, and what lies between the parts', () => {
    const network = new Odd();
    const { parts, between, parameters } = describeNetwork('odd', network, [4, 4]);
    expect(parts.map(({ name, parameters: own, multiplyAdds }) => [name, own, multiplyAdds])).toEqual([
      ['twice', 20, 2 * 16 * 4],
      ['list.0', 10, 8 * 4],
    ]);
    expect(between).toEqual({ parameters: 4, multiplyAdds: 0 });
    expect(parameters).toBe(34);
    // Nothing stays behind: the network still runs as it was.
    expect(Object.hasOwn(network.twice, 'forward') && network.twice.forward !== Linear.prototype.forward).toBe(false);
  });

  it('counts grouped, dilated and volumetric convolutions', () => {
    const work = (layer: Module, image: number[]) => describeNetwork('layer', new One(layer), image).multiplyAdds;
    const dilated = new Convolution(4, 6, { kernel: [3, 3], dilation: [2, 2], groups: 2 });
    expect(work(dilated, [8, 8, 4])).toBe(9 * 2 * 6 * 64);
    expect(work(new Convolution(4, 4, { kernel: [3, 3], groups: 4 }), [8, 8, 4])).toBe(9 * 4 * 64);
    expect(work(new Convolution(2, 3, { kernel: [1, 3, 3] }), [4, 8, 8, 2])).toBe(9 * 2 * 3 * 256);
    const up = new TransposedConvolution(4, 3, [2, 2], { stride: [2, 2] });
    expect(work(up, [8, 8, 4])).toBe(4 * 4 * 3 * 64);
  });

  it('says that sides do not fit instead of showing shapes that cannot be', () => {
    expect(() => describeNetwork('unet', unet(), [9, 9, 2])).toThrow(/sides/);
  });
});

class One extends Module<Tensor> {
  readonly part: Module<Tensor>;

  constructor(part: Module) {
    super();
    this.part = this.child('part', part as Module<Tensor>);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.part.forward(x, pass);
  }
}

describe('a network as a picture', () => {
  it('has a box for each part and a line for each thing taken', () => {
    const description = describeNetwork('unet', unet(), [8, 8, 2], 1);
    const svg = drawNetwork('unet 8×8×2', description);
    expect(svg.match(/<rect class="box"/g)).toHaveLength(description.parts.length);
    const lines = description.parts.reduce((sum, { takes }) => sum + takes.length, 0);
    expect(svg.match(/<path class="edge"/g)).toHaveLength(lines);
    expect(svg).toMatch(/>bottleneck</);
    expect(svg).toMatch(/DoubleConvBlock/);
  });
});
