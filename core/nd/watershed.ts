/**
 * Marker-controlled watershed: labels grow from their markers over a surface, the lowest pixels first.
 *
 * F. Meyer's flooding with a queue ordered by value and then by age, as `skimage.segmentation.watershed`; values are ranked first, so
 * that the queue is a row of buckets; compact watershed:
 * P. Neubert, P. Protzel, ICPR 2014.
 */

import { type Image, image } from '../image/image.js';
import { BucketQueue } from './bucket-queue.js';
import { rankValues } from './rank-values.js';

export interface WatershedOptions {
  /** Pixels that may be flooded: those not 0 in the first channel; all where left out. */
  mask?: Image;
  /** Axes that neighbours may differ in; default 1. */
  connectivity?: number;
  /** Weight of the distance to the marker against the surface; above 0 basins are compact. */
  compactness?: number;
  /** Floods every z slice of a volume on its own. */
  bySlices?: boolean;
}

/**
 * @param surface `[[z,] y, x, c]`, of which the first channel counts.
 * @param markers labels of the same sides; 0 is to be flooded. Markers outside of the mask are dropped.
 * @returns labels, uint32 `[[z,] y, x, 1]`; 0 where nothing flowed to.
 */
export function watershed(surface: Image, markers: Image, options: WatershedOptions = {}): Image {
  const { mask, bySlices = false, compactness = 0 } = options;
  const sides = surface.shape.slice(0, -1);
  for (const other of [markers, ...(mask ? [mask] : [])])
    if (other.shape.slice(0, -1).join() !== sides.join())
      throw new RangeError(
        `sides ${other.shape.slice(0, -1).join('×')} are not those of the surface, ${sides.join('×')}`,
      );
  const [depth, height, width] = sides.length === 3 ? sides : [1, ...sides];
  const pixels = height * width;
  const result = new Uint32Array(depth * pixels);
  const slabs = bySlices ? depth : 1;
  const slab = depth / slabs;
  for (let k = 0; k < slabs; k++) {
    const basin = new Basin([slab, height, width], sides.length === 3 && !bySlices ? 3 : 2, options.connectivity ?? 1);
    basin.fill(surface, markers, mask, k * slab * pixels);
    if (compactness > 0) basin.floodByHeap(compactness);
    else basin.flood();
    basin.read(result, k * slab * pixels);
  }
  return image(result, [...sides, 1], surface.metadata);
}

/** Pixels of an image up to which markers of one value flow in the order of scikit-image's heap. */
const MOST_EXACT = 2 ** 22;

/** A volume with a border of one pixel that is never flooded, so that neighbours need no checks. */
class Basin {
  private readonly values: Float64Array;
  private readonly open: Uint8Array;
  private readonly labels: Uint32Array;
  /** Pixels from one row, and one plane, to the next. */
  private readonly row: number;
  private readonly plane: number;
  private readonly neighbours: Int32Array;

  constructor(
    private readonly sides: readonly [number, number, number],
    axes: 2 | 3,
    connectivity: number,
  ) {
    const [depth, height, width] = sides;
    this.row = width + 2;
    this.plane = (height + 2) * this.row;
    const size = (depth + 2) * this.plane;
    this.values = new Float64Array(size);
    this.open = new Uint8Array(size);
    this.labels = new Uint32Array(size);
    const found: { offset: number; steps: number }[] = [];
    for (const z of axes === 3 ? [-1, 0, 1] : [0])
      for (const y of [-1, 0, 1])
        for (const x of [-1, 0, 1]) {
          const steps = Math.abs(z) + Math.abs(y) + Math.abs(x);
          if (steps > 0 && steps <= connectivity) found.push({ offset: z * this.plane + y * this.row + x, steps });
        }
    this.neighbours = Int32Array.from(
      found.sort((a, b) => a.steps - b.steps),
      ({ offset }) => offset,
    );
  }

  fill(surface: Image, markers: Image, mask: Image | undefined, from: number): void {
    const channels = [surface, markers, mask].map((picture) => picture?.shape[picture.shape.length - 1] ?? 1);
    this.eachRow(from, (at, pixel, count) => {
      for (let i = 0; i < count; i++) {
        this.values[at + i] = surface.data[(pixel + i) * channels[0]];
        const inside = mask === undefined || mask.data[(pixel + i) * channels[2]] !== 0;
        this.open[at + i] = Number(inside);
        if (inside) this.labels[at + i] = markers.data[(pixel + i) * channels[1]];
      }
    });
  }

  read(result: Uint32Array, from: number): void {
    this.eachRow(from, (at, pixel, count) => result.set(this.labels.subarray(at, at + count), pixel));
  }

  private eachRow(from: number, visit: (at: number, pixel: number, count: number) => void): void {
    const [depth, height, width] = this.sides;
    for (let z = 0, pixel = from; z < depth; z++)
      for (let y = 0; y < height; y++, pixel += width)
        visit((z + 1) * this.plane + (y + 1) * this.row + 1, pixel, width);
  }

  /**
   * Each pixel enters the queue once, with the label of the pixel that it was reached from. Of markers of one value those that come
   * first flow first; in scikit-image the form of its heap decides, which is kept to as long as the image is not large.
   */
  flood(): void {
    const { values, labels, open, neighbours } = this;
    let count = 0;
    for (let at = 0; at < open.length; at++) count += open[at];
    const chosen = new Float64Array(count);
    for (let at = 0, to = 0; at < open.length; at++) if (open[at] === 1) chosen[to++] = values[at];
    const ranked = rankValues(chosen);
    // Markers that have nothing beside them to flood need not wait.
    const flows = (at: number) => {
      for (let i = 0; i < neighbours.length; i++) {
        const next = at + neighbours[i];
        if (open[next] === 1 && labels[next] === 0) return true;
      }
      return false;
    };
    const markers: number[] = [];
    const owners = new Uint32Array(ranked.count);
    let tied = false;
    for (let at = 0, from = 0; at < open.length; at++) {
      if (open[at] === 0) continue;
      const rank = ranked.ranks[from++];
      const label = labels[at];
      if (label === 0 || !flows(at)) continue;
      if (owners[rank] !== 0 && owners[rank] !== label) tied = true;
      owners[rank] = label;
      markers.push(at);
    }
    if (tied && open.length <= MOST_EXACT) {
      this.floodByHeap(0);
      return;
    }
    // The values are not needed any more: their memory takes the ranks.
    const ranks = new Uint32Array(values.buffer, 0, values.length);
    for (let at = 0, from = 0; at < open.length; at++) if (open[at] === 1) ranks[at] = ranked.ranks[from++];
    const queue = new BucketQueue(Math.max(ranked.count, 1), open.length);
    for (const at of markers) queue.push(ranks[at], at);
    for (let at = queue.pop(); at >= 0; at = queue.pop()) {
      const label = labels[at];
      for (let i = 0; i < neighbours.length; i++) {
        const next = at + neighbours[i];
        if (open[next] === 0 || labels[next] !== 0) continue;
        labels[next] = label;
        queue.push(ranks[next], next);
      }
    }
  }

  floodByHeap(compactness: number): void {
    const { values, labels, open, neighbours } = this;
    const queue = new Queue();
    for (let at = 0; at < labels.length; at++) if (labels[at] !== 0) queue.push(values[at], 0, at, at);
    for (let age = 1; queue.length > 0; ) {
      const { index: at, source } = queue;
      queue.pop();
      if (compactness > 0) {
        // A pixel may come several times, and a later one be nearer: it gets its label when it leaves the queue.
        if (labels[at] !== 0 && at !== source) continue;
        labels[at] = labels[source];
      }
      const label = labels[at];
      for (let i = 0; i < neighbours.length; i++) {
        const next = at + neighbours[i];
        if (open[next] === 0 || labels[next] !== 0) continue;
        if (compactness > 0) queue.push(values[next] + compactness * this.distance(next, source), ++age, next, source);
        else {
          labels[next] = label;
          queue.push(values[next], ++age, next, next);
        }
      }
    }
  }

  private distance(a: number, b: number): number {
    const z = Math.floor(a / this.plane) - Math.floor(b / this.plane);
    const y = Math.floor((a % this.plane) / this.row) - Math.floor((b % this.plane) / this.row);
    const x = (a % this.row) - (b % this.row);
    return Math.sqrt(z * z + y * y + x * x);
  }
}

/** Numbers of an entry of the queue: value, age, pixel, and the marker it flows from. One entry is half a cache line. */
const ENTRY = 4;

/** A binary heap of pixels by value, then age. Markers are all of age 0, and come in the order of scikit-image's heap. */
class Queue {
  length = 0;
  private entries = new Float64Array(4096 * ENTRY);

  /** Pixel at the front. */
  get index(): number {
    return this.entries[2];
  }

  get source(): number {
    return this.entries[3];
  }

  push(value: number, age: number, index: number, source: number): void {
    if (this.length * ENTRY === this.entries.length) {
      const larger = new Float64Array(2 * this.entries.length);
      larger.set(this.entries);
      this.entries = larger;
    }
    const { entries } = this;
    let at = this.length++ * ENTRY;
    while (at > 0) {
      const parent = ((at / ENTRY - 1) >> 1) * ENTRY;
      const above = entries[parent];
      if (value > above || (value === above && age >= entries[parent + 1])) break;
      entries[at] = above;
      entries[at + 1] = entries[parent + 1];
      entries[at + 2] = entries[parent + 2];
      entries[at + 3] = entries[parent + 3];
      at = parent;
    }
    entries[at] = value;
    entries[at + 1] = age;
    entries[at + 2] = index;
    entries[at + 3] = source;
  }

  pop(): void {
    const { entries } = this;
    const last = --this.length * ENTRY;
    if (last === 0) return;
    const value = entries[last];
    const age = entries[last + 1];
    let at = 0;
    for (;;) {
      let child = 2 * at + ENTRY;
      if (child >= last) break;
      const right = child + ENTRY;
      let below = entries[child];
      if (right < last) {
        const other = entries[right];
        if (other < below || (other === below && entries[right + 1] < entries[child + 1])) {
          child = right;
          below = other;
        }
      }
      if (below > value || (below === value && entries[child + 1] >= age)) break;
      entries[at] = below;
      entries[at + 1] = entries[child + 1];
      entries[at + 2] = entries[child + 2];
      entries[at + 3] = entries[child + 3];
      at = child;
    }
    entries[at] = value;
    entries[at + 1] = age;
    entries[at + 2] = entries[last + 2];
    entries[at + 3] = entries[last + 3];
  }
}
