/** Branches of the tree that finds the first bucket that is not empty: bits of a word. */
const BRANCHES = 32;

/**
 * A queue of numbered items by whole priorities, least first, and of equal ones in the order in which they came. Each item may be in it once
 * at a time. To put in and to take out does not depend on how many there are.
 */
export class BucketQueue {
  private readonly first: Int32Array;
  private readonly last: Int32Array;
  /** Item behind each item in its bucket. */
  private readonly following: Int32Array;
  /** Bit by bit which buckets hold something; above, which words of the level below do. */
  private readonly levels: Int32Array[] = [];
  /** The first bucket that is not empty; −1 where none is known. */
  private least = -1;

  /** @param priorities priorities are below this number. @param items numbers of items are below this one. */
  constructor(priorities: number, items: number) {
    this.first = new Int32Array(priorities).fill(-1);
    this.last = new Int32Array(priorities);
    this.following = new Int32Array(items);
    for (let size = priorities; this.levels.length === 0 || size > 1; ) {
      size = Math.max(Math.ceil(size / BRANCHES), 1);
      this.levels.push(new Int32Array(size));
    }
  }

  push(priority: number, item: number): void {
    const { first, last, following } = this;
    following[item] = -1;
    if (first[priority] >= 0) {
      following[last[priority]] = item;
      last[priority] = item;
      return;
    }
    first[priority] = item;
    last[priority] = item;
    if (this.least < 0 || priority < this.least) this.least = priority;
    for (let level = 0, at = priority; level < this.levels.length; level++, at >>>= 5) {
      const words = this.levels[level];
      const before = words[at >>> 5];
      words[at >>> 5] = before | (1 << (at & 31));
      if (before !== 0) break;
    }
  }

  /** The first item, or −1. */
  pop(): number {
    const { first, following, least } = this;
    if (least < 0) return -1;
    const item = first[least];
    const next = following[item];
    first[least] = next;
    if (next < 0) this.leave(least);
    return item;
  }

  private leave(priority: number): void {
    const { levels } = this;
    for (let level = 0, at = priority; level < levels.length; level++, at >>>= 5) {
      const words = levels[level];
      words[at >>> 5] &= ~(1 << (at & 31));
      if (words[at >>> 5] !== 0) break;
    }
    let at = 0;
    for (let level = levels.length - 1; level >= 0; level--) {
      const word = levels[level][at];
      if (word === 0) {
        this.least = -1;
        return;
      }
      at = (at << 5) | (31 - Math.clz32(word & -word));
    }
    this.least = at;
  }
}
