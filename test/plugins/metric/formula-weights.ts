/** Weights that a formula makes, as in `fixtures/perceptual/make.py`, and images likewise. */
import { type Image, image, sizeOf } from '../../../core/image/image.js';
import type { Module, NamedTensors } from '../../../core/tensor/index.js';

function seedOf(name: string): number {
  let value = 7;
  for (const char of name) value = (value * 31 + char.charCodeAt(0)) % 1000003;
  return value;
}

/** By the names that the fixture has, under `prefix`. */
export function formulaWeights(network: Module, prefix = ''): NamedTensors {
  const weights: NamedTensors = new Map();
  for (const [name, { shape }] of network.slots()) {
    const seed = seedOf(name);
    const uniform = (i: number) => (((((i + seed) * 1103515245 + 12345) % 2 ** 31) * 48271) % 2147483647) / 2147483647;
    const reach = Math.sqrt(6 / sizeOf(shape.slice(1)));
    const base = /bn\.weight$/.test(name) ? 1.5 : /running_var$/.test(name) ? 1 : 0;
    const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
      if (shape.length < 2) return base + 0.04 * (uniform(i) - 0.5);
      const value = (2 * uniform(i) - 1) * reach;
      return name.startsWith('lin') ? Math.abs(value) : value;
    });
    weights.set(prefix + name, { data, shape: [...shape] });
  }
  return weights;
}

export function formulaImage(k: number, noise: number): Image {
  const [height, width] = [40, 36];
  const data = new Float64Array(height * width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const clean = 0.5 + (Math.sin(0.2 * (k + 1) * x) + Math.cos(0.15 * (k + 2) * y)) / 4;
      data[y * width + x] = clean * (1 - noise) + noise * (0.5 + 0.5 * Math.sin((1.7 * x * y) / (k + 3)));
    }
  return image(data, [height, width, 1]);
}
