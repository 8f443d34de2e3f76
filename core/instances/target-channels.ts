/** The target of instance segmentation: channels made of labels. */

import type { ChannelOptions } from '../config/check/channel-options.js';
import { type Image, image } from '../image/image.js';
import type { TargetKind } from '../image/sample.js';
import type { BoundaryMode } from '../nd/find-boundaries.js';
import { volumeOf } from '../nd/volume.js';
import { affinities } from './affinities.js';
import { borderWeights } from './border-weights.js';
import { centreOffsets } from './centre-offsets.js';
import { channelLayout } from './channel-layout.js';
import {
  type BoundaryDistanceType,
  boundaryDistance,
  centreDistance,
  filledDistance,
  neighbourDistance,
} from './distances.js';
import { centreFlows } from './flows.js';
import { background, centres, contours, foreground, touches } from './masks.js';
import { rayDirections, rayDistances } from './rays.js';

export type AllChannelOptions = Readonly<Record<string, ChannelOptions>>;

export interface TargetChannels {
  /** float32 `[[z,] y, x, channels]`. */
  readonly target: Image;
  readonly kinds: readonly TargetKind[];
}

type Plane = Uint8Array | Float32Array;

/**
 * Channels of a target from the labels in the first channel of `[[z,] y, x, c]`, in the order of `channelLayout`. Distances
 * are in pixels, whatever the spacing, as BiaPy has them. Without objects all are 0 but the background, and D, which is −1.
 *
 * @param channels BiaPy's letters.
 * @param options of each channel, by BiaPy's names; what is left out has BiaPy's defaults.
 * @throws RangeError for a channel that cannot be made, or values that are no labels.
 */
export function targetChannels(
  labels: Image,
  channels: readonly string[],
  options: AllChannelOptions = {},
): TargetChannels {
  const axes = (labels.shape.length - 1) as 2 | 3;
  const maker = new Maker(labels, options, axes);
  const layout = channelLayout(channels, options, axes);
  const planes = layout.flatMap(({ channel }) => maker.make(channel));
  const kinds = layout.flatMap(({ kind, count }) => new Array<TargetKind>(count).fill(kind));
  const data = new Float32Array(planes[0].length * planes.length);
  for (const [c, plane] of planes.entries())
    for (let at = 0, to = c; at < plane.length; at++, to += planes.length) data[to] = plane[at];
  return { target: image(data, [...labels.shape.slice(0, -1), planes.length], labels.metadata), kinds };
}

class Maker {
  private flows?: Float32Array[];

  constructor(
    private readonly labels: Image,
    private readonly options: AllChannelOptions,
    private readonly axes: 2 | 3,
  ) {}

  make(channel: string): readonly Plane[] {
    const { labels, axes } = this;
    const own = this.options[channel] ?? {};
    switch (channel) {
      case 'F':
        return [foreground(labels, own)];
      case 'B':
        return [background(labels, own)];
      case 'P':
        return [centres(labels, own)];
      case 'C':
        return [contours(labels, own.mode as BoundaryMode | 'dense' | undefined)];
      case 'T':
        return [touches(labels)];
      case 'M':
        return [this.foregroundWithContours()];
      case 'Db':
        if (own.val_type === 'omnipose')
          throw new RangeError('distances of Omnipose (val_type omnipose) are not available');
        return [boundaryDistance(labels, own.val_type as BoundaryDistanceType | undefined)];
      case 'Dc':
        return [centreDistance(labels, own.type as 'centroid' | undefined, own.norm !== false)];
      case 'Dn':
        return [neighbourDistance(labels, own)];
      case 'D':
        return [filledDistance(labels)];
      case 'H':
      case 'V':
      case 'Z':
        return [centreOffsets(labels, this.axisOf(channel), own.norm !== false)];
      case 'Gh':
      case 'Gv':
      case 'Gz':
        if (own.gradient_type === 'omnipose')
          throw new RangeError('flows of Omnipose (gradient_type omnipose) are not available');
        this.flows ??= centreFlows(labels);
        return [this.flows[this.axisOf(channel)]];
      case 'R':
        return rayDistances(labels, rayDirections(Number(own.nrays ?? (axes === 3 ? 96 : 32)), axes));
      case 'A':
        return affinities(labels, own);
      case 'We':
        return [borderWeights(labels)];
      case 'I':
      case 'E':
      case 'E_offset':
      case 'E_sigma':
      case 'E_seediness':
        return [Float32Array.from(volumeOf(labels).values)];
      default:
        throw new RangeError(`there is no target channel '${channel}'`);
    }
  }

  private foregroundWithContours(): Uint8Array {
    const { F = {}, C = {} } = this.options;
    const edges = contours(this.labels, C.mode as BoundaryMode | 'dense' | undefined);
    return foreground(this.labels, F).map((one, at) => one | edges[at]);
  }

  /** Spatial axis of a direction: horizontal is x, vertical y. */
  private axisOf(channel: string): number {
    if (channel === 'H' || channel === 'Gh') return this.axes - 1;
    if (channel === 'V' || channel === 'Gv') return this.axes - 2;
    if (this.axes === 3) return 0;
    throw new RangeError(`channel ${channel} is along z: it needs 3D images`);
  }
}
