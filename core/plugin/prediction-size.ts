/**
 * Predictions that are smaller than their image: some networks, HRNet among them, predict at a part of its size.
 *
 * Losses, metrics and results want the size of the target; a prediction is enlarged to it linearly (half-pixel centres),
 * and the logits of class heads by nearest neighbour, as BiaPy does.
 */
import { type Image, spatialShape } from '../image/image.js';
import { resize } from '../nd/resize.js';
import { interpolate, type NetworkOutput, type Tensor } from '../tensor/index.js';

/** Outputs with the space of the target: the prediction linearly, the class heads after it by nearest neighbour. */
export function atTargetSize(output: NetworkOutput, target: Tensor): NetworkOutput {
  const size = target.shape.slice(1, -1);
  return output.map((tensor, head) => {
    const space = tensor.shape.slice(1, -1);
    // What is no image, such as the scores of a classification, has no size to fit.
    if (space.length !== size.length || space.every((side, i) => side === size[i])) return tensor;
    return interpolate(tensor, size, { mode: head === 0 ? 'linear' : 'nearest' });
  });
}

/** Heads of one image, those that are smaller than it enlarged in the same way; super-resolution stays as it is. */
export function atImageSize(heads: readonly Image[], picture: Image): Image[] {
  const size = spatialShape(picture);
  return heads.map((head, i) => {
    const space = spatialShape(head);
    if (space.length !== size.length || !space.some((side, axis) => side < size[axis])) return head;
    return resize(head, size, { order: i === 0 ? 1 : 0, border: 'edge' });
  });
}
