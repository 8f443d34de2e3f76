/**
 * Layers whose weights are stored in two ways: as they are applied, or in parts that training moves apart.
 *
 * Weight normalisation: T. Salimans and D. P. Kingma, NeurIPS 2016, weight = gain · direction / |direction|, one gain
 * for each output channel.
 */
import type { NamedTensors, TensorData } from '../tensor-data.js';

const EPSILON = 1e-5;

/** The weight of a layer from its gain and direction (`weight_g`, `weight_v`), where there are both. */
export function mergedWeight(tensors: NamedTensors, layer: string): TensorData | undefined {
  const gain = tensors.get(`${layer}.weight_g`);
  const direction = tensors.get(`${layer}.weight_v`);
  if (!gain || !direction || gain.data.length !== direction.shape[0]) return undefined;
  const lengths = lengthsOf(direction);
  return scaled(
    direction,
    gain.data.map((value, i) => value / lengths[i]),
  );
}

/** Gain and direction of a layer from its weight: the direction is the weight itself, as PyTorch starts it. */
export function splitWeight(tensors: NamedTensors, layer: string): NamedTensors | undefined {
  const weight = tensors.get(`${layer}.weight`);
  if (!weight) return undefined;
  const shape = weight.shape.map((side, axis) => (axis === 0 ? side : 1));
  return new Map([
    [`${layer}.weight_g`, { data: lengthsOf(weight), shape }],
    [`${layer}.weight_v`, weight],
  ]);
}

/**
 * A convolution with the batch normalisation behind it as one convolution, of a layer that was stored as `conv1` and
 * `batchnorm`: the head of MultiResUNet in BiaPy of spring 2025.
 */
export function foldedNormalization(tensors: NamedTensors, layer: string): NamedTensors | undefined {
  const part = (name: string) => tensors.get(`${layer}.${name}`);
  const weight = part('conv1.weight');
  const [scale, shift] = [part('batchnorm.weight'), part('batchnorm.bias')];
  const [mean, variance] = [part('batchnorm.running_mean'), part('batchnorm.running_var')];
  if (!weight || !scale || !shift || !mean || !variance) return undefined;
  const before = part('conv1.bias')?.data;
  const factors = scale.data.map((value, i) => value / Math.sqrt(variance.data[i] + EPSILON));
  const bias = shift.data.map((value, i) => value + ((before?.[i] ?? 0) - mean.data[i]) * factors[i]);
  const names = [...tensors.keys()].filter((name) => /\.(conv1|batchnorm)\./.test(name.slice(layer.length)));
  for (const name of names) if (name.startsWith(`${layer}.`)) tensors.delete(name);
  return new Map([
    [`${layer}.weight`, scaled(weight, factors)],
    [`${layer}.bias`, { data: bias, shape: [bias.length] }],
  ]);
}

/** Euclidean length of the weights of each output channel, the first axis. */
function lengthsOf({ data, shape }: TensorData): Float32Array {
  const size = data.length / shape[0];
  return Float32Array.from({ length: shape[0] }, (_, channel) => {
    let sum = 0;
    for (let i = channel * size; i < (channel + 1) * size; i++) sum += data[i] * data[i];
    return Math.sqrt(sum);
  });
}

function scaled({ data, shape }: TensorData, factors: Float32Array): TensorData {
  const size = data.length / shape[0];
  return { data: data.map((value, i) => value * factors[Math.floor(i / size)]), shape };
}
