/** Activations of network outputs, applied once at inference; losses take logits. */
import { channelCount, type Image, image } from './image.js';

export const ACTIVATIONS = ['linear', 'sigmoid', 'tanh', 'softmax'] as const;

/** For one channel; `softmax` channels in a row are normalised together. */
export type ChannelActivation = (typeof ACTIVATIONS)[number];

/**
 * Activated channels, as float32. A list shorter than the channels repeats its last entry.
 */
export function activateChannels(logits: Image, activations: readonly ChannelActivation[]): Image {
  const channels = channelCount(logits);
  const chosen = Array.from({ length: channels }, (_, c) => activations[Math.min(c, activations.length - 1)]);
  if (chosen.every((activation) => activation === 'linear')) return logits;
  const result = Float32Array.from(logits.data);
  for (let from = 0; from < channels; ) {
    let to = from + 1;
    if (chosen[from] === 'softmax') while (to < channels && chosen[to] === 'softmax') to++;
    apply(result, chosen[from], from, to, channels);
    from = to;
  }
  return image(result, logits.shape, logits.metadata);
}

function apply(data: Float32Array, activation: ChannelActivation, from: number, to: number, step: number): void {
  if (activation === 'sigmoid') for (let i = from; i < data.length; i += step) data[i] = 1 / (1 + Math.exp(-data[i]));
  else if (activation === 'tanh') for (let i = from; i < data.length; i += step) data[i] = Math.tanh(data[i]);
  else if (activation === 'softmax')
    for (let pixel = 0; pixel < data.length; pixel += step) {
      let largest = -Infinity;
      for (let c = from; c < to; c++) largest = Math.max(largest, data[pixel + c]);
      let sum = 0;
      for (let c = from; c < to; c++) sum += data[pixel + c] = Math.exp(data[pixel + c] - largest);
      for (let c = from; c < to; c++) data[pixel + c] /= sum;
    }
}
