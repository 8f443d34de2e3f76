import { countedLease, type Lease } from './memory.js';

/** Bounds how many leases are open at the same time: how far a source may run ahead of whoever uses its samples. */
export class LeaseGate {
  private open = 0;
  private waiting: (() => void) | undefined;

  constructor(private readonly most: number) {}

  /** Waits for a free place and takes it. One caller at a time. */
  async pass(): Promise<void> {
    if (this.open >= this.most) await new Promise<void>((resolve) => (this.waiting = resolve));
    this.open++;
  }

  /** The same lease; its place is free again when the last holder released it. */
  hold(lease: Lease): Lease {
    return countedLease(lease.bytes, () => {
      lease.release();
      this.open--;
      const next = this.waiting;
      this.waiting = undefined;
      next?.();
    });
  }
}
