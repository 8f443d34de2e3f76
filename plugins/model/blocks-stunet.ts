/** Blocks of STU-Net, Z. Huang et al., 2023, which are those of nnU-Net made residual. */
import {
  activate,
  Convolution,
  InstanceNormalization,
  Module,
  type Pass,
  type Tensor,
  tf,
  Upsampling,
} from '../../core/tensor/index.js';
import { pointwise } from './blocks.js';

const SLOPE = 0.01;

/** Convolution, instance norm, leaky ReLU, convolution, instance norm; the shortcut is added; leaky ReLU. */
export class BasicResBlock extends Module<Tensor> {
  readonly convolutions: Convolution[];
  readonly normalizations: InstanceNormalization[];
  readonly shortcut: Convolution | undefined;

  /**
   * @param kernel odd sides, `[y, x]` or `[z, y, x]`.
   * @param options.stride of the first convolution and of the shortcut.
   * @param options.shortcut a convolution of one pixel; the identity where left out.
   */
  constructor(
    inputs: number,
    outputs: number,
    kernel: readonly number[],
    options: { stride?: readonly number[]; shortcut?: 'pointwise' } = {},
  ) {
    super();
    const { stride, shortcut } = options;
    const init = 'xavier';
    const layers = [
      new Convolution(inputs, outputs, { kernel, stride, init }),
      new Convolution(outputs, outputs, { kernel, init }),
    ];
    this.convolutions = [];
    this.normalizations = [];
    layers.forEach((layer, i) => {
      this.convolutions.push(this.child(`conv${i + 1}`, layer));
      this.normalizations.push(this.child(`norm${i + 1}`, new InstanceNormalization(outputs, { affine: true })));
    });
    if (shortcut) {
      const one = kernel.map(() => 1);
      const padding = kernel.map(() => 0);
      this.shortcut = this.child('conv3', new Convolution(inputs, outputs, { kernel: one, stride, padding, init }));
    }
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const layer = (i: number, value: Tensor) =>
      this.normalizations[i].forward(this.convolutions[i].forward(value, pass), pass);
    const y = layer(1, activate('leaky_relu', layer(0, x), SLOPE));
    const past = this.shortcut ? this.shortcut.forward(x, pass) : x;
    return activate('leaky_relu', tf.add(y, past), SLOPE);
  }
}

/** Each pixel repeated, then a convolution of one pixel. */
export class NearestUpsampling extends Module<Tensor> {
  readonly repeat: Upsampling;
  readonly convolution: Convolution;

  constructor(inputs: number, outputs: number, factors: readonly number[]) {
    super();
    this.repeat = new Upsampling(factors, { mode: 'nearest' });
    this.convolution = this.child('conv', pointwise(inputs, outputs, factors.length));
  }

  /** A convolution of one pixel and a repetition can change places: in this order there is less to compute. */
  forward(x: Tensor, pass: Pass): Tensor {
    return this.repeat.forward(this.convolution.forward(x, pass));
  }
}
