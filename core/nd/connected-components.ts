/** Connected components of masks, numbered as scipy and scikit-image number them. */

import { type Image, image } from '../image/image.js';

export interface Components {
  /** uint32 `[[z,] y, x, 1]`: 0 is background, components count from 1 in the order of their first pixels. */
  readonly labels: Image;
  readonly count: number;
}

/**
 * Labels the pixels that are not 0 in the first channel of `[[z,] y, x, c]`.
 *
 * Rows are taken as runs of foreground; runs that touch a run of an earlier row are joined (union-find over runs, path
 * halving). The smaller number leads, so that components keep the order of their first pixels.
 *
 * @param connectivity axes that neighbours may differ in: 1 for faces only (4 or 6 neighbours), the number of axes, which is
 *   the default, for all (8 or 26).
 */
export function connectedComponents(mask: Image, connectivity = mask.shape.length - 1): Components {
  const [depth, height, width, channels] = mask.shape.length === 4 ? mask.shape : [1, ...mask.shape];
  if (!(Number.isInteger(connectivity) && connectivity >= 1 && connectivity < mask.shape.length))
    throw new RangeError(`a connectivity of ${connectivity} is not from 1 to ${mask.shape.length - 1}`);
  const runs = new Runs(depth * height);
  const before = earlierRows(connectivity, height, depth > 1);
  for (let z = 0, row = 0; z < depth; z++)
    for (let y = 0; y < height; y++, row++) {
      runs.openRow(row);
      findRuns(mask, row * width * channels, width, channels, runs);
      for (const { dz, dy, reach } of before) {
        if (z + dz < 0 || y + dy < 0 || y + dy >= height) continue;
        runs.join(row, row + dz * height + dy, reach);
      }
    }
  runs.openRow(depth * height);
  const { numbers, count } = runs.number();
  const data = new Uint32Array(depth * height * width);
  for (let row = 0; row < depth * height; row++)
    for (let run = runs.first[row]; run < runs.first[row + 1]; run++)
      data.fill(numbers[run], row * width + runs.starts[run], row * width + runs.ends[run]);
  return { labels: image(data, [...mask.shape.slice(0, -1), 1], mask.metadata), count };
}

interface EarlierRow {
  dz: number;
  dy: number;
  /** Pixels by which runs may miss each other and still touch. */
  reach: 0 | 1;
}

function earlierRows(connectivity: number, height: number, volume: boolean): EarlierRow[] {
  const rows: EarlierRow[] = [];
  for (const dz of volume ? [-1, 0] : [0])
    for (const dy of dz === 0 ? [-1] : [-1, 0, 1]) {
      const steps = Math.abs(dz) + Math.abs(dy);
      if (steps <= connectivity && Math.abs(dy) < height) rows.push({ dz, dy, reach: steps < connectivity ? 1 : 0 });
    }
  return rows;
}

function findRuns({ data }: Image, origin: number, width: number, channels: number, runs: Runs): void {
  for (let x = 0, at = origin; x < width; x++, at += channels) {
    if (data[at] === 0) continue;
    const start = x;
    while (x < width && data[at] !== 0) {
      x++;
      at += channels;
    }
    runs.add(start, x);
  }
}

/** Runs of all rows, each with the run that leads its component so far. */
class Runs {
  /** First column, and the column behind the last, of each run. */
  starts = new Int32Array(1024);
  ends = new Int32Array(1024);
  /** For each row its first run. */
  readonly first: Int32Array;
  private leaders = new Int32Array(1024);
  private count = 0;

  constructor(rows: number) {
    this.first = new Int32Array(rows + 1);
  }

  openRow(row: number): void {
    this.first[row] = this.count;
    if (row + 1 < this.first.length) this.first[row + 1] = this.count;
  }

  add(start: number, end: number): void {
    if (this.count === this.starts.length) this.grow();
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.leaders[this.count] = this.count;
    this.count++;
  }

  /** Joins the runs of a row, the last one so far, with those of an earlier row that they touch. */
  join(row: number, earlier: number, reach: number): void {
    const { starts, ends } = this;
    let old = this.first[earlier];
    const end = this.first[earlier + 1];
    for (let run = this.first[row]; run < this.count && old < end; ) {
      if (starts[run] < ends[old] + reach && starts[old] < ends[run] + reach) this.unite(run, old);
      // The run that ends first touches no further one.
      if (ends[run] < ends[old]) run++;
      else old++;
    }
  }

  /** Number of the component of each run. */
  number(): { numbers: Int32Array; count: number } {
    const numbers = new Int32Array(this.count);
    let count = 0;
    for (let run = 0; run < this.count; run++) {
      const leader = this.leaderOf(run);
      numbers[run] = leader === run ? ++count : numbers[leader];
    }
    return { numbers, count };
  }

  private leaderOf(run: number): number {
    const { leaders } = this;
    let at = run;
    while (leaders[at] !== at) {
      leaders[at] = leaders[leaders[at]];
      at = leaders[at];
    }
    return at;
  }

  private unite(a: number, b: number): void {
    const [first, second] = [this.leaderOf(a), this.leaderOf(b)];
    if (first < second) this.leaders[second] = first;
    else this.leaders[first] = second;
  }

  private grow(): void {
    const larger = (values: Int32Array) => {
      const copy = new Int32Array(2 * values.length);
      copy.set(values);
      return copy;
    };
    this.starts = larger(this.starts);
    this.ends = larger(this.ends);
    this.leaders = larger(this.leaders);
  }
}
