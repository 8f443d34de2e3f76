/**
 * Reference numbers of a network made elsewhere: weights, an image, what comes out, and the gradients of one step.
 *
 * A folder of fixtures holds `index.json` and an `.npz` for each; `index.json` describes the arrays.
 */
import { Value } from 'typebox/value';
import { type Config, ConfigSchema } from '../core/config/index.js';
import { DataError } from '../core/errors.js';
import type { Catalog } from '../core/plugin/define.js';
import { buildNetwork } from '../core/plugin/network.js';
import {
  type Module,
  type NamedTensors,
  type NetworkOutput,
  parameterCount,
  type Scalar,
  type TensorData,
  type TensorRuntime,
  tf,
} from '../core/tensor/index.js';
import { readWeights } from '../core/tensor/weights/index.js';

export interface Fixture {
  file: string;
  /** Value of MODEL.ARCHITECTURE. */
  architecture: string;
  /** Keys of the configuration by their dotted names, and arguments of the network by names with underscores. */
  args: Record<string, unknown>;
  ndim: 2 | 3;
  /** `[n, c, ...space]`. */
  input_shape: number[];
  outputs: string[];
  output_shapes: number[][];
  param_count: number;
  weights: 'stored' | 'procedural';
  grad_keys: string[];
  float32_vs_float64_max_abs_diff?: number;
}

/** Largest absolute difference of each kind over the largest absolute value of that kind. */
export interface GoldenErrors {
  output: number;
  loss: number;
  gradient: number;
  /** Running statistics after one step. */
  statistics: number;
}

export interface GoldenResult {
  errors: GoldenErrors;
  /** What is wrong, in words; empty when everything agrees. */
  problems: string[];
}

const LIMITS: GoldenErrors = { output: 1e-4, loss: 1e-4, gradient: 1e-3, statistics: 1e-5 };

/** Arguments of the fixtures' networks by the names that parameters have here, where these differ. */
const PARAMETER_NAMES: Readonly<Record<string, string>> = {
  decoder_depth: 'decoderLayers',
  decoder_num_heads: 'decoderHeads',
  num_filters: 'filters',
  num_of_residual_blocks: 'blocks',
  num_res_blocks: 'blocks',
  res_block_expansion: 'expansion',
  n_ResGroup: 'groups',
  n_RCAB: 'blocks',
  vit_norm_eps: 'epsilon',
};

/**
 * How far gradients of fixtures are from those in float64, where that is more than a rounding: batch normalisation over
 * the four pixels of a small image. PyTorch's own float32 gradients differ as much from one machine to the next. Measured
 * by `test/fixtures/tensor/efficientnet-float64.py`.
 */
const GRADIENT_NOISE: Readonly<Record<string, number>> = { 'efficientnet_b0-2d.npz': 2.3e-3 };

/** All arrays of a fixture, its procedural weights among them. */
export async function readFixture(file: string): Promise<NamedTensors> {
  const arrays = new Map((await readWeights(file)).tensors);
  const text = arrays.get('param_spec_json');
  if (!text) return arrays;
  const spec = JSON.parse(Buffer.from(Uint8Array.from(text.data)).toString('utf8')) as ProceduralSpec[];
  spec.forEach(([key, shape, kind, low, high], i) => {
    arrays.set(`param/${key}`, { shape, data: proceduralValues(i, shape, kind === 'zero' ? [0, 0] : [low, high]) });
  });
  return arrays;
}

type ProceduralSpec = [key: string, shape: number[], kind: 'uniform' | 'zero', low: number, high: number];

/** Values of tensor number `index`: a linear congruential generator, spread over `[low, high)`. */
function proceduralValues(
  index: number,
  shape: readonly number[],
  [low, high]: readonly [number, number],
): Float32Array {
  const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
  let state = (1000003 * (index + 1) + 12345) >>> 0;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    values[i] = low + ((high - low) * (state >>> 8)) / 2 ** 24;
  }
  return values;
}

/**
 * The network that a fixture was made with, through the registry as a job would build it.
 *
 * @throws PluginError when the architecture is not registered or its parameters do not fit.
 */
export function networkOfFixture(fixture: Fixture, catalog: Catalog, arrays: NamedTensors): Module {
  const { architecture, args, ndim } = fixture;
  const model = catalog.model(architecture);
  const parameters: Record<string, unknown> = { ...model.fromConfig?.(configOf(fixture)) };
  for (const [name, value] of Object.entries(args)) {
    const key = PARAMETER_NAMES[name] ?? name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    if (key in model.parameters.properties && value !== null) parameters[key] = value;
  }
  const kinds = args.output_channel_info as string[] | undefined;
  if (kinds && 'headKinds' in model.parameters.properties)
    parameters.headKinds = kinds.map((kind) => (kind === 'class' ? 'class' : 'prediction'));
  // BiaPy's form, which jobs of Biagraph do without while they train.
  if (model.id === 'simple_cnn') parameters.softmax = true;
  // The fixtures hide the tokens that BiaPy hides, which in 3D are not the checkerboard.
  const order = arrays.get('ids_restore');
  if (parameters.maskType === 'grid' && order)
    Object.assign(parameters, { maskType: 'grid-biapy', visibleTokens: visibleTokens(order) });
  return buildNetwork(
    { architecture: model.id, parameters, ndim, inputChannels: fixture.input_shape[1], outputChannels: heads(fixture) },
    catalog,
  );
}

/** Keys of older releases that fixtures have. */
const RENAMED: Readonly<Record<string, string>> = {
  'MODEL.CONVNEXT_LAYERS': 'MODEL.CONV_LAYERS',
  'MODEL.UNETR_DEC_ACTIVATION': 'MODEL.ACTIVATION',
  'MODEL.UNETR_DEC_KERNEL_SIZE': 'MODEL.KERNEL_SIZE',
};

/** Fixtures name the kind of the blocks for each stage, and have no name of a variant. */
function hrnetSection(section: { BLOCK_TYPE?: string[] }): object {
  return { ...section, BLOCK_TYPE: section.BLOCK_TYPE?.[0], VARIANT: 'custom' };
}

/** The half of the tokens that stand first where the masked autoencoder sorted them; those of the first sample. */
function visibleTokens({ data, shape: [, tokens] }: TensorData): number[] {
  return Array.from({ length: tokens }, (_, token) => token).filter((token) => data[token] < Math.floor(tokens / 2));
}

/** Channels of each head; a network that computes its own loss has none of its own choice. */
function heads({ args, outputs, output_shapes, input_shape }: Fixture): number[] {
  if (outputs.includes('loss')) return [input_shape[1]];
  return (args.output_channels as number[]) ?? output_shapes.map((shape) => shape[1]);
}

/** The defaults of the configuration with the fixture's keys. */
function configOf({ args, ndim, input_shape: [, channels, ...space] }: Fixture): Config {
  const config = Value.Create(ConfigSchema) as Record<string, unknown>;
  const set = (key: string, value: unknown) => {
    const steps = key.split('.');
    const last = steps.pop()!;
    const section = steps.reduce((at, step) => at[step] as Record<string, unknown>, config);
    section[last] = value;
  };
  set('PROBLEM.NDIM', `${ndim}D`);
  set('DATA.PATCH_SIZE', [...space, channels]);
  for (const [key, value] of Object.entries(args))
    if (key.includes('.')) set(RENAMED[key] ?? key, key === 'MODEL.HRNET' ? hrnetSection(value as object) : value);
  const upscaling = args['PROBLEM.SUPER_RESOLUTION.UPSCALING'];
  if (upscaling !== undefined) {
    set('PROBLEM.TYPE', 'SUPER_RESOLUTION');
    if (typeof upscaling === 'number')
      set(
        'PROBLEM.SUPER_RESOLUTION.UPSCALING',
        Array.from({ length: ndim }, () => upscaling),
      );
  }
  return config as unknown as Config;
}

/**
 * Compares a network with its fixture: number of parameters, prediction, and one step of plain gradient descent at
 * rate 1, which moves each weight by its gradient.
 *
 * @throws DataError when the fixture's weights are not those of the network.
 */
export async function compareWithFixture(
  network: Module,
  fixture: Fixture,
  arrays: NamedTensors,
  runtime: TensorRuntime,
): Promise<GoldenResult> {
  withoutChance(network, arrays.get('mask_noise'));
  const program = await runtime.train({
    network,
    loss: (output) => meanSquares(output, fixture.outputs),
    metrics: {},
    optimizer: { name: 'SGD', momentum: 0 },
    seed: 0,
  });
  try {
    const report = await program.restore(withPrefix(arrays, 'param/', 'model.'));
    const wrong = { ...report, missing: report.missing.filter((name) => name !== 'optimizer.step') };
    for (const [what, names] of Object.entries(wrong))
      if (names.length > 0)
        throw new DataError(`${fixture.file}: ${what} weights: ${names.slice(0, 5).join(', ')} (${names.length}).`);

    const problems: string[] = [];
    const count = parameterCount(network);
    if (count !== fixture.param_count) problems.push(`${count} parameters instead of ${fixture.param_count}`);

    const input = channelsLast(arrays.get('input')!);
    const outputs = await program.predict(input);
    const wanted = fixture.outputs.map((_, i) => channelsLast(arrays.get(`output_${i}`) ?? arrays.get('output')!));
    const shapes = outputs.map(({ shape }) => shape.join('×')).join(', ');
    const wantedShapes = wanted.map(({ shape }) => shape.join('×')).join(', ');
    if (shapes !== wantedShapes) {
      const nothing = { output: Number.NaN, loss: Number.NaN, gradient: Number.NaN, statistics: Number.NaN };
      return { errors: nothing, problems: [...problems, `outputs of ${shapes} instead of ${wantedShapes}`] };
    }

    const gradients = fixture.grad_keys.map((key) => arrays.get(`grad/${key}`)!.data);
    // Weights that move by about 1 keep the digits of small gradients.
    const learningRate = 1 / largest(gradients);
    const { loss } = await program.step(input, NO_TARGET, { learningRate }, { epoch: 0, step: 0 });
    const after = await program.state();
    const moved = fixture.grad_keys.map((key) => {
      const next = after.get(`model.${key}`)!.data;
      return arrays.get(`param/${key}`)!.data.map((value, i) => (value - next[i]) / learningRate);
    });
    const statistics = [...withPrefix(arrays, 'train_state/', 'model.')];

    const errors: GoldenErrors = {
      output: Math.max(...outputs.map(({ data }, i) => relativeError([data], [wanted[i].data]))),
      loss: relativeError([[loss]], [arrays.get('train_loss')!.data]),
      gradient: relativeError(moved, gradients),
      statistics: Math.max(0, ...statistics.map(([key, { data }]) => relativeError([after.get(key)!.data], [data]))),
    };
    const range = largest(wanted.map(({ data }) => data));
    const limits = {
      ...LIMITS,
      gradient: Math.max(LIMITS.gradient, 3 * (GRADIENT_NOISE[fixture.file] ?? 0)),
      output: Math.max(LIMITS.output, (20 * (fixture.float32_vs_float64_max_abs_diff ?? 0)) / range),
    };
    for (const kind of Object.keys(LIMITS) as (keyof GoldenErrors)[])
      if (!(errors[kind] <= limits[kind]))
        problems.push(`${kind} off by ${errors[kind].toExponential(1)}, allowed ${limits[kind].toExponential(1)}`);
    return { errors, problems };
  } finally {
    await program.dispose();
  }
}

/** Switches dropout off, and hands out the random numbers of the fixture where its network drew some. */
function withoutChance(network: Module, noise: TensorData | undefined): void {
  const forward = network.forward.bind(network);
  network.forward = (x, pass) =>
    forward(x, {
      training: pass.training,
      value: (slot) => pass.value(slot),
      blend: (buffer, next, shares) => pass.blend(buffer, next, shares),
      random: ({ shape, keep }) => {
        if (keep !== undefined) return tf.ones([...shape]);
        if (!noise) throw new DataError('the network draws random numbers, and the fixture has no mask_noise.');
        return tf.tensor(Float32Array.from(noise.data), [...shape]);
      },
    });
}

const NO_TARGET: TensorData = { data: new Float32Array(1), shape: [1] };

/** Σ over outputs of mean(output²); of a network that computes its own loss only the prediction counts. */
function meanSquares(output: NetworkOutput, names: readonly string[]): Scalar {
  const counted = names.includes('loss') ? [output[names.indexOf('pred')]] : output;
  return tf.addN(counted.map((tensor) => tf.mean(tf.square(tensor)))) as Scalar;
}

function withPrefix(arrays: NamedTensors, prefix: string, instead: string): NamedTensors {
  return new Map(
    [...arrays].flatMap(([key, tensor]) =>
      key.startsWith(prefix) ? [[instead + key.slice(prefix.length), tensor] as const] : [],
    ),
  );
}

type Numbers = ArrayLike<number>;

function largest(lists: readonly Numbers[]): number {
  return lists.reduce((max, list) => Array.from(list).reduce((m, value) => Math.max(m, Math.abs(value)), max), 1e-12);
}

/** Largest difference over the largest value of all lists. */
function relativeError(got: readonly Numbers[], wanted: readonly Numbers[]): number {
  let worst = 0;
  wanted.forEach((list, k) => {
    for (let i = 0; i < list.length; i++) {
      const difference = Math.abs(got[k][i] - list[i]);
      worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
    }
  });
  return worst / largest(wanted);
}

/** `[n, c, ...space]` to `[n, ...space, c]`; what has no space stays. */
function channelsLast({ data, shape }: TensorData): TensorData {
  const [n, c, ...space] = shape;
  if (space.length < 2) return { data, shape };
  const pixels = space.reduce((product, side) => product * side, 1);
  const out = new Float32Array(data.length);
  for (let i = 0; i < n; i++)
    for (let channel = 0; channel < c; channel++)
      for (let p = 0; p < pixels; p++) out[(i * pixels + p) * c + channel] = data[(i * c + channel) * pixels + p];
  return { data: out, shape: [n, ...space, c] };
}
