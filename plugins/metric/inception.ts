/**
 * Inception v3 as the Fréchet inception distance is defined with: the network of TensorFlow's first release, in the form and with the
 * names of weights of pytorch-fid and torch-fidelity. It differs from torchvision's in its average poolings, which leave out the
 * padding, in a maximum in the last block, and in 1008 classes.
 */
import {
  BatchNormalization,
  Convolution,
  GlobalPooling,
  Linear,
  MaxPooling,
  Module,
  type Pass,
  type Tensor,
  type Tensor4D,
  tf,
} from '../../core/tensor/index.js';

/** Sides of the images that it takes, `[n, 299, 299, 3]`. */
export const INCEPTION_SIDE = 299;
const CLASSES = 1008;
const FEATURES = 2048;
/** Grey levels 0 … 255 become −1 … 0.99. */
const MIDDLE = 128;
const EPSILON = 1e-3;

type Kernel = [number, number];

/** Convolution, batch normalisation, rectifier. */
class Unit extends Module<Tensor> {
  readonly convolution: Convolution;
  readonly norm: BatchNormalization;

  constructor(
    inputs: number,
    readonly outputs: number,
    kernel: Kernel,
    options: { stride?: number; padding?: Kernel } = {},
  ) {
    super();
    const { stride = 1, padding = [0, 0] } = options;
    this.convolution = this.child(
      'conv',
      new Convolution(inputs, outputs, { kernel, stride: [stride, stride], padding, bias: false }),
    );
    this.norm = this.child('bn', new BatchNormalization(outputs, { epsilon: EPSILON }));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return tf.relu(this.norm.forward(this.convolution.forward(x, pass), pass));
  }
}

type Step = [name: string, outputs: number, kernel: Kernel, stride?: number];

/** A row of units that all keep the size at stride 1; those with a stride take no padding. */
class Row {
  readonly units: Unit[];

  constructor(inputs: number, steps: readonly Step[], add: (name: string, unit: Unit) => Unit) {
    let channels = inputs;
    this.units = steps.map(([name, outputs, kernel, stride = 1]) => {
      const padding = stride > 1 ? [0, 0] : kernel.map((side) => (side - 1) / 2);
      const unit = add(name, new Unit(channels, outputs, kernel, { stride, padding: padding as Kernel }));
      channels = outputs;
      return unit;
    });
  }

  get outputs(): number {
    return this.units[this.units.length - 1].outputs;
  }

  run(x: Tensor, pass: Pass): Tensor {
    return this.units.reduce((y, unit) => unit.forward(y, pass), x);
  }
}

type Pool = 'average' | 'maximum' | 'halving';

interface Blueprint {
  rows: readonly (readonly Step[])[];
  /** The pooling of the last branch, followed by a convolution of so many channels; none where it halves. */
  pool: Pool;
  pooled: number;
  /** Rows that end in two units side by side. */
  forks?: readonly { row: number; steps: readonly [Step, Step] }[];
}

class Block extends Module<Tensor> {
  readonly rows: Row[];
  readonly forks: Map<number, [Row, Row]>;
  readonly projection: Row | undefined;
  readonly outputs: number;

  constructor(
    inputs: number,
    readonly blueprint: Blueprint,
  ) {
    super();
    const { rows, pool, pooled, forks = [] } = blueprint;
    const add = (name: string, unit: Unit) => this.child(name, unit);
    this.rows = rows.map((steps) => new Row(inputs, steps, add));
    this.forks = new Map(
      forks.map(({ row, steps }) => [
        row,
        steps.map((step) => new Row(this.rows[row].outputs, [step], add)) as [Row, Row],
      ]),
    );
    this.projection = pool === 'halving' ? undefined : new Row(inputs, [['branch_pool', pooled, [1, 1]]], add);
    const ofRow = (row: Row, i: number) =>
      this.forks.get(i)?.reduce((sum, fork) => sum + fork.outputs, 0) ?? row.outputs;
    this.outputs = this.rows.reduce((sum, row, i) => sum + ofRow(row, i), 0) + (this.projection?.outputs ?? inputs);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const branches = this.rows.flatMap((row, i) => {
      const y = row.run(x, pass);
      const forks = this.forks.get(i);
      return forks ? forks.map((fork) => fork.run(y, pass)) : [y];
    });
    const pooled = POOLS[this.blueprint.pool](x);
    return tf.concat([...branches, this.projection?.run(pooled, pass) ?? pooled], -1);
  }
}

const POOLS: Readonly<Record<Pool, (x: Tensor) => Tensor>> = {
  // TensorFlow's `same` leaves out the padding of an average, too.
  average: (x) => tf.avgPool(x as Tensor4D, 3, 1, 'same'),
  maximum: (x) => tf.maxPool(x as Tensor4D, 3, 1, 'same'),
  halving: (x) => tf.maxPool(x as Tensor4D, 3, 2, 'valid'),
};

const ONE: Kernel = [1, 1];
const THREE: Kernel = [3, 3];
const ACROSS: Kernel = [1, 7];
const DOWN: Kernel = [7, 1];

const small = (pooled: number): Blueprint => ({
  rows: [
    [['branch1x1', 64, ONE]],
    [
      ['branch5x5_1', 48, ONE],
      ['branch5x5_2', 64, [5, 5]],
    ],
    [
      ['branch3x3dbl_1', 64, ONE],
      ['branch3x3dbl_2', 96, THREE],
      ['branch3x3dbl_3', 96, THREE],
    ],
  ],
  pool: 'average',
  pooled,
});

const firstHalving: Blueprint = {
  rows: [
    [['branch3x3', 384, THREE, 2]],
    [
      ['branch3x3dbl_1', 64, ONE],
      ['branch3x3dbl_2', 96, THREE],
      ['branch3x3dbl_3', 96, THREE, 2],
    ],
  ],
  pool: 'halving',
  pooled: 0,
};

const long = (width: number): Blueprint => ({
  rows: [
    [['branch1x1', 192, ONE]],
    [
      ['branch7x7_1', width, ONE],
      ['branch7x7_2', width, ACROSS],
      ['branch7x7_3', 192, DOWN],
    ],
    [
      ['branch7x7dbl_1', width, ONE],
      ['branch7x7dbl_2', width, DOWN],
      ['branch7x7dbl_3', width, ACROSS],
      ['branch7x7dbl_4', width, DOWN],
      ['branch7x7dbl_5', 192, ACROSS],
    ],
  ],
  pool: 'average',
  pooled: 192,
});

const secondHalving: Blueprint = {
  rows: [
    [
      ['branch3x3_1', 192, ONE],
      ['branch3x3_2', 320, THREE, 2],
    ],
    [
      ['branch7x7x3_1', 192, ONE],
      ['branch7x7x3_2', 192, ACROSS],
      ['branch7x7x3_3', 192, DOWN],
      ['branch7x7x3_4', 192, THREE, 2],
    ],
  ],
  pool: 'halving',
  pooled: 0,
};

const wide = (pool: Pool): Blueprint => ({
  rows: [
    [['branch1x1', 320, ONE]],
    [['branch3x3_1', 384, ONE]],
    [
      ['branch3x3dbl_1', 448, ONE],
      ['branch3x3dbl_2', 384, THREE],
    ],
  ],
  forks: [
    {
      row: 1,
      steps: [
        ['branch3x3_2a', 384, [1, 3]],
        ['branch3x3_2b', 384, [3, 1]],
      ],
    },
    {
      row: 2,
      steps: [
        ['branch3x3dbl_3a', 384, [1, 3]],
        ['branch3x3dbl_3b', 384, [3, 1]],
      ],
    },
  ],
  pool,
  pooled: 192,
});

const BLOCKS: readonly [name: string, blueprint: Blueprint][] = [
  ['Mixed_5b', small(32)],
  ['Mixed_5c', small(64)],
  ['Mixed_5d', small(64)],
  ['Mixed_6a', firstHalving],
  ['Mixed_6b', long(128)],
  ['Mixed_6c', long(160)],
  ['Mixed_6d', long(160)],
  ['Mixed_6e', long(192)],
  ['Mixed_7a', secondHalving],
  ['Mixed_7b', wide('average')],
  ['Mixed_7c', wide('maximum')],
];

/**
 * Grey levels `[n, 299, 299, 3]` from 0 to 255 to features `[n, 2048]` and logits `[n, 1008]` without their bias, as scores are
 * made of.
 */
export class Inception extends Module<Tensor[]> {
  readonly stem: Module<Tensor>[];
  readonly blocks: Block[];
  readonly classifier: Linear;
  readonly mean = new GlobalPooling();

  constructor() {
    super();
    const unit = (name: string, ...parts: ConstructorParameters<typeof Unit>) => this.child(name, new Unit(...parts));
    this.stem = [
      unit('Conv2d_1a_3x3', 3, 32, THREE, { stride: 2 }),
      unit('Conv2d_2a_3x3', 32, 32, THREE),
      unit('Conv2d_2b_3x3', 32, 64, THREE, { padding: [1, 1] }),
      new MaxPooling(THREE, { stride: [2, 2] }),
      unit('Conv2d_3b_1x1', 64, 80, ONE),
      unit('Conv2d_4a_3x3', 80, 192, THREE),
      new MaxPooling(THREE, { stride: [2, 2] }),
    ];
    let channels = 192;
    this.blocks = BLOCKS.map(([name, blueprint]) => {
      const block = this.child(name, new Block(channels, blueprint));
      channels = block.outputs;
      return block;
    });
    this.classifier = this.child('fc', new Linear(FEATURES, CLASSES));
  }

  forward(x: Tensor, pass: Pass): Tensor[] {
    const scaled = tf.div(tf.sub(x, MIDDLE), MIDDLE);
    const y = [...this.stem, ...this.blocks].reduce((tensor, part) => part.forward(tensor, pass), scaled as Tensor);
    const features = this.mean.forward(y);
    const logits = tf.matMul(features, pass.value(this.classifier.weight), false, true);
    return [features, logits];
  }
}

/**
 * `[y, x, 3]` of 0 … 1 as whole grey levels, at 299 × 299 by bilinear interpolation as TensorFlow 1 had it: pixel i of the result lies
 * at i · side / 299, without half a pixel.
 */
export function inceptionInput(data: ArrayLike<number>, [height, width]: readonly number[]): Float32Array {
  const grey = Float32Array.from(data, (value) => Math.floor(Math.min(Math.max(value, 0), 1) * 255));
  const result = new Float32Array(INCEPTION_SIDE * INCEPTION_SIDE * 3);
  let to = 0;
  for (let i = 0; i < INCEPTION_SIDE; i++) {
    const y = (i * height) / INCEPTION_SIDE;
    const [top, bottom] = [Math.floor(y), Math.min(Math.floor(y) + 1, height - 1)];
    for (let j = 0; j < INCEPTION_SIDE; j++) {
      const x = (j * width) / INCEPTION_SIDE;
      const [left, right] = [Math.floor(x), Math.min(Math.floor(x) + 1, width - 1)];
      for (let c = 0; c < 3; c++) {
        const at = (row: number, column: number) => grey[(row * width + column) * 3 + c];
        const upper = at(top, left) + (at(top, right) - at(top, left)) * (x - left);
        const lower = at(bottom, left) + (at(bottom, right) - at(bottom, left)) * (x - left);
        result[to++] = upper + (lower - upper) * (y - top);
      }
    }
  }
  return result;
}
