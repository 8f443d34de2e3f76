/** Places of random training patches: anywhere, or around foreground as often as asked (DATA.TRAIN.PROBABILITY_MAP). */
import { type Static, Type } from 'typebox';
import { DataError } from '../../core/errors.js';
import { ForegroundMap, startAround } from '../../core/image/foreground-map.js';
import type { Image } from '../../core/image/image.js';
import type { Box } from '../../core/image/patch.js';
import type { RandomStream } from '../../core/image/random.js';
import type { Sample } from '../../core/image/sample.js';

export const ForegroundWeights = Type.Union(
  [
    Type.Object(
      { foreground: Type.Number({ minimum: 0 }), background: Type.Number({ minimum: 0 }) },
      { additionalProperties: false },
    ),
    Type.Null(),
  ],
  {
    default: null,
    description:
      'How often the centre of a random patch is foreground of the target, and background; null for anywhere.',
  },
);

/** Part of the budget that maps may take beside the images; one bit a pixel, they hardly ever do. What does not fit lies in scratch files. */
const MAP_SHARE = 0.05;

export class RandomPlaces {
  private readonly maps: ForegroundMap[] = [];
  private bytes = 0;

  constructor(
    private readonly weights: Static<typeof ForegroundWeights>,
    private readonly budget: number,
    private readonly signal?: AbortSignal,
  ) {}

  /**
   * Takes in the next image.
   *
   * @param target what foreground is found in; the target of the sample where it is left out. It may be read in parts.
   * @throws DataError when foreground is asked for and there is no target.
   */
  async add({ image, file, target: own }: Sample, target: Image | undefined = own): Promise<void> {
    if (!this.weights) return;
    if (!target || target.shape.slice(0, -1).join() !== image.shape.slice(0, -1).join())
      throw new DataError(
        `${file}: patches are drawn around foreground, which needs a target of the image's own size. Set ` +
          'DATA.TRAIN.PROBABILITY_MAP to False.',
        { where: { file, key: 'DATA.TRAIN.PROBABILITY_MAP' } },
      );
    const room = (MAP_SHARE * this.budget) / 2;
    const bytes = ForegroundMap.bytes(target.shape.slice(0, -1));
    const stored = this.bytes + bytes > room;
    if (!stored) this.bytes += bytes;
    this.maps.push(
      await ForegroundMap.of(target, this.weights, { stored, room, ...(this.signal && { signal: this.signal }) }),
    );
  }

  /** A patch of an image of `shape` (`[[z,] y, x]`): starts uniform in [0, D − P] on every axis, or around a drawn pixel. */
  async box(position: number, shape: readonly number[], patch: readonly number[], stream: RandomStream): Promise<Box> {
    const map = this.maps[position];
    const start = map
      ? startAround(await map.draw(stream), patch, shape)
      : patch.map((side, axis) => stream.integer(0, shape[axis] - side + 1));
    return { start, size: patch };
  }

  /** Removes what is on the disk. */
  async close(): Promise<void> {
    for (const map of this.maps) await map.close();
  }
}
