/** Scalars for TensorBoard, under BiaPy's tags. */
import { hostname } from 'node:os';
import path from 'node:path';
import { fileVersionRecord, type Scalar, scalarRecord } from './event-file.js';
import type { JobEvent } from './events.js';

/**
 * Turns events into records of an event file.
 *
 * Per batch `loss/loss` and `opt/lr`, at step epoch · steps + batch; per epoch `perf/test_loss` and `perf/test_<metric>`
 * of the validation, at the epoch. BiaPy writes every metric under `perf/test_iou`, where they overwrite each other: that
 * tag is kept for the first metric, and each metric has a tag of its own besides.
 */
export class TensorBoardRecords {
  private started = false;

  /** @param now milliseconds since 1970. */
  constructor(private readonly now: () => number) {}

  /** Bytes to append; none for most events. */
  take(event: JobEvent): Uint8Array | undefined {
    if (event.type === 'batch.done') {
      const { epoch, step, steps, loss, learningRate } = event;
      return this.record(epoch * steps + step, [
        { tag: 'loss/loss', value: loss },
        { tag: 'opt/lr', value: learningRate },
      ]);
    }
    if (event.type === 'epoch.done' && event.validation) {
      const { loss, ...metrics } = event.validation;
      const tags = new Map([['perf/test_loss', loss]]);
      const [first] = Object.values(metrics);
      if (first !== undefined) tags.set('perf/test_iou', first);
      for (const [name, value] of Object.entries(metrics)) tags.set(`perf/test_${name}`, value);
      return this.record(
        event.epoch,
        [...tags].map(([tag, value]) => ({ tag, value })),
      );
    }
    return undefined;
  }

  private record(step: number, scalars: Scalar[]): Uint8Array {
    const seconds = this.now() / 1000;
    const scalar = scalarRecord(seconds, step, scalars);
    if (this.started) return scalar;
    this.started = true;
    const version = fileVersionRecord(seconds);
    return Uint8Array.from([...version, ...scalar]);
  }
}

/** The name that TensorBoard looks for. @param now milliseconds since 1970. */
export function eventFile(folder: string, now: number): string {
  return path.join(folder, `events.out.tfevents.${Math.floor(now / 1000)}.${hostname()}.${process.pid}.0`);
}
