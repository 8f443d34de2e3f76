/**
 * The job's memory budget: whoever brings data into memory takes a lease first and gives it back when the data go.
 *
 * RxJS pushes, so a fast reader in front of a slow model would fill memory. A reader that waits for its lease cannot:
 * the bytes on their way through the graph never exceed the budget, whatever the speeds.
 */
import { AbortedError, MemoryError } from '../errors.js';
import type { DType, PixelArray } from '../image/image.js';
import { collectGarbage } from './collect-garbage.js';
import { UsedMemory } from './used-memory.js';

/** A share of the budget; counted references, so that two branches of a graph can hold the same data. */
export interface Lease {
  readonly bytes: number;
  /** One more holder; each holder calls {@link release} once. */
  retain(): Lease;
  release(): void;
}

/** For data that are accounted for elsewhere. */
export const NO_LEASE: Lease = { bytes: 0, retain: () => NO_LEASE, release: () => {} };

/** Where data lease their memory: the budget of a job, or a part of its leases. */
export interface Memory {
  /** Bytes that may be leased at the same time. */
  readonly budget: number;
  /** Bytes leased now, by whomever. */
  readonly inUse: number;
  /**
   * Waits until `bytes` fit. First come, first served: a large request is not starved by small ones.
   *
   * @param what names the data in the error.
   * @throws MemoryError when the request is larger than the whole budget and could never be granted.
   * @throws AbortedError when one of `signals` fires while waiting.
   */
  lease(bytes: number, what: string, ...signals: readonly (AbortSignal | undefined)[]): Promise<Lease>;
  /**
   * Pixels of any content for an image whose bytes are leased; write them all. Large ones lie in shared memory, which is used
   * for other images once nobody refers to it any more.
   */
  pixels(dtype: DType, length: number): PixelArray;
  /** Leases that end together: those of one run. */
  scope(): MemoryScope;
}

export interface MemoryOptions {
  /** Pixels hold 255 in every byte before they are written, small ones are used again too: for tests. */
  spoil?: boolean;
}

interface Waiting {
  bytes: number;
  grant(): void;
}

/** Bytes that are not worth a collection of garbage. */
const LEAST_COLLECTED = 16 * 2 ** 20;

export class MemoryBudget implements Memory {
  private used = 0;
  private highest = 0;
  private sinceCollection = 0;
  private readonly queue: Waiting[] = [];
  private readonly freed: UsedMemory;

  /** @param budget bytes that may be leased at the same time. */
  constructor(
    readonly budget: number,
    { spoil = false }: MemoryOptions = {},
  ) {
    if (!(budget > 0)) throw new RangeError(`a memory budget is a positive number of bytes, not ${budget}`);
    this.freed = new UsedMemory({
      most: budget / 4,
      collect: () => this.collect(),
      ...(spoil && { spoil, least: 1, patience: 0 }),
    });
  }

  /** Bytes leased now. */
  get inUse(): number {
    return this.used;
  }

  /** Most bytes leased at any moment. */
  get peak(): number {
    return this.highest;
  }

  async lease(bytes: number, what: string, ...signals: readonly (AbortSignal | undefined)[]): Promise<Lease> {
    if (bytes > this.budget)
      throw new MemoryError(
        `${what} needs ${formatBytes(bytes)} at once, more than the memory budget of ${formatBytes(this.budget)}. ` +
          'Raise SYSTEM.MEMORY_BUDGET, or use smaller images.',
      );
    const given = signals.filter((signal) => signal !== undefined);
    if (given.some(({ aborted }) => aborted)) throw new AbortedError();
    if (this.queue.length > 0 || this.used + bytes > this.budget) await this.wait(bytes, given);
    else this.take(bytes);
    return countedLease(bytes, () => {
      this.used -= bytes;
      this.admit();
    });
  }

  pixels(dtype: DType, length: number): PixelArray {
    return this.freed.take(dtype, length);
  }

  scope(): MemoryScope {
    return new MemoryScope(this);
  }

  private wait(bytes: number, signals: readonly AbortSignal[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = () => {
        for (const signal of signals) signal.removeEventListener('abort', abort);
      };
      const waiting: Waiting = {
        bytes,
        grant: () => {
          done();
          resolve();
        },
      };
      const abort = () => {
        done();
        this.queue.splice(this.queue.indexOf(waiting), 1);
        reject(new AbortedError());
        this.admit();
      };
      for (const signal of signals) signal.addEventListener('abort', abort, { once: true });
      this.queue.push(waiting);
    });
  }

  private take(bytes: number): void {
    this.used += bytes;
    this.highest = Math.max(this.highest, this.used);
    // What was given back is still in memory until it is collected; the budget is for both together, and for what is kept free.
    this.sinceCollection += bytes + this.freed.shrink(this.budget - this.used);
    if (this.sinceCollection >= Math.max(this.budget / 4, LEAST_COLLECTED)) this.collect();
  }

  private collect(): void {
    this.sinceCollection = 0;
    collectGarbage();
    this.freed.sweep();
  }

  private admit(): void {
    while (this.queue.length > 0 && this.used + this.queue[0].bytes <= this.budget) {
      const next = this.queue.shift()!;
      // Taken here and not when the promise continues: another release in between must see these bytes as gone.
      this.take(next.bytes);
      next.grant();
    }
  }
}

/**
 * Leases of one run over a budget. A stream that is stopped drops samples wherever they are, in buffers of operators
 * too, so nobody is left to give their leases back: {@link close} does.
 */
export class MemoryScope implements Memory {
  private readonly open = new Set<Lease>();
  private readonly stop = new AbortController();

  constructor(private readonly parent: Memory) {}

  get budget(): number {
    return this.parent.budget;
  }

  get inUse(): number {
    return this.parent.inUse;
  }

  /** As {@link Memory.lease}; throws AbortedError once closed. */
  async lease(bytes: number, what: string, ...signals: readonly (AbortSignal | undefined)[]): Promise<Lease> {
    const lease = await this.parent.lease(bytes, what, ...signals, this.stop.signal);
    // Closed between the grant and this line.
    if (this.stop.signal.aborted) {
      lease.release();
      throw new AbortedError();
    }
    this.open.add(lease);
    return countedLease(bytes, () => {
      if (this.open.delete(lease)) lease.release();
    });
  }

  pixels(dtype: DType, length: number): PixelArray {
    return this.parent.pixels(dtype, length);
  }

  scope(): MemoryScope {
    return new MemoryScope(this);
  }

  /** Gives back all leases and refuses those that wait; releases by their holders change nothing more. */
  close(): void {
    this.stop.abort();
    const leases = [...this.open];
    this.open.clear();
    for (const lease of leases) lease.release();
  }
}

/** A lease with one holder; `end` is called when the last holder gave it back. */
export function countedLease(bytes: number, end: () => void): Lease {
  let holders = 1;
  const lease: Lease = {
    bytes,
    retain: () => {
      if (holders === 0) throw new Error('a lease that was given back cannot be retained');
      holders++;
      return lease;
    },
    release: () => {
      if (holders === 0) throw new Error('a lease was given back twice');
      if (--holders === 0) end();
    },
  };
  return lease;
}

/** `1.5 GB`, in powers of 1024. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value >= 100 || power === 0 ? Math.round(value) : Number(value.toPrecision(3))} ${units[power]}`;
}

/** One lease that gives back several. */
export function joinLeases(leases: readonly Lease[]): Lease {
  if (leases.length === 1) return leases[0];
  const bytes = leases.reduce((sum, lease) => sum + lease.bytes, 0);
  return countedLease(bytes, () => {
    for (const lease of leases) lease.release();
  });
}
