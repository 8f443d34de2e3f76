/** Labels in few bytes. */
import { type Image, image } from '../../core/image/image.js';

/** Labels of the least type that holds the greatest one. */
export function smallestLabels(labels: Image): Image {
  let most = 0;
  for (const label of labels.data) if (label > most) most = label;
  if (most >= 65536) return labels;
  const data = most < 256 ? Uint8Array.from(labels.data) : Uint16Array.from(labels.data);
  return image(data, labels.shape, labels.metadata);
}
