import { Activation, Convolution, defineModel, Module, Type } from 'biagraph';

/** The model `background/tiny`, to be named in MODEL.ARCHITECTURE. */
export const tiny = defineModel({
  id: 'background/tiny',
  summary: 'A few convolutions at full resolution, for structures of a few pixels.',
  parameters: Type.Object(
    {
      width: Type.Integer({ default: 8, minimum: 1, description: 'Feature maps of each layer.' }),
      layers: Type.Integer({ default: 3, minimum: 1, description: 'Convolutions before the last one.' }),
      kernel: Type.Enum([3, 5, 7], { default: 3, description: 'Side of a kernel in pixels.' }),
    },
    { additionalProperties: false },
  ),
  build: (parameters, shape) => new Tiny(parameters, shape),
});

/** Names of its tensors, as in a PyTorch `state_dict`: `body.0.weight`, `body.0.bias`, ..., `head.weight`, `head.bias`. */
class Tiny extends Module {
  /**
   * @param {{ width: number, layers: number, kernel: number }} parameters
   * @param {import('biagraph').NetworkShape} shape
   */
  constructor({ width, layers, kernel }, { ndim, inputChannels, outputChannels }) {
    super();
    const sides = (side) => new Array(ndim).fill(side);
    this.activation = new Activation('relu');
    this.body = Array.from({ length: layers }, (_, i) =>
      this.child(`body.${i}`, new Convolution(i === 0 ? inputChannels : width, width, { kernel: sides(kernel) })),
    );
    this.head = this.child('head', new Convolution(width, outputChannels[0], { kernel: sides(1) }));
  }

  /** @param x `[n, (z,) y, x, c]`; gives logits of the same size. */
  forward(x, pass) {
    const features = this.body.reduce((value, layer) => this.activation.forward(layer.forward(value, pass)), x);
    return [this.head.forward(features, pass)];
  }
}
