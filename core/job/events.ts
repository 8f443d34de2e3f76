/**
 * Inspection events: the only channel from a running graph to progress bars, log files, web pages and tests.
 *
 * An event is plain JSON data. Nodes report through {@link EventBus.emit}; whoever wants to know subscribes.
 */
import { Observable, Subject } from 'rxjs';

/** What a job is doing; `train` and `test` are graphs of their own. Epochs and steps count from 0 in all events. */
export type Phase = 'train' | 'test';

/** What a value was measured on, as BiaPy prints it: `IoU (merge patches)`. */
export const METRIC_VARIANTS = [
  'per patch',
  'merge patches',
  'per image',
  'post-processing',
  'as 3D stack',
  'as 3D stack - post-processing',
] as const;
export type MetricVariant = (typeof METRIC_VARIANTS)[number];

export type JobEvent =
  | { type: 'job.started'; job: string; folder: string; device: string; seed: number; resumed: boolean }
  | { type: 'phase.started'; phase: Phase; nodes: string[] }
  | { type: 'phase.finished'; phase: Phase; seconds: number }
  | { type: 'node.started'; phase: Phase; node: string; plugin: string }
  | { type: 'node.sample'; phase: Phase; node: string; sample: string }
  | { type: 'node.finished'; phase: Phase; node: string; samples: number }
  | { type: 'node.failed'; phase: Phase; node: string; message: string }
  /** Work ahead became known: `total` items of `unit` in this phase. */
  | { type: 'progress.total'; phase: Phase; unit: 'image' | 'patch' | 'batch'; total: number }
  | { type: 'progress.step'; phase: Phase; unit: 'image' | 'patch' | 'batch'; done: number; label?: string }
  | { type: 'epoch.started'; epoch: number; epochs: number; steps: number }
  | {
      type: 'batch.done';
      epoch: number;
      step: number;
      steps: number;
      loss: number;
      metrics: Record<string, number>;
      learningRate: number;
      seconds: number;
    }
  | {
      type: 'epoch.done';
      epoch: number;
      epochs: number;
      steps: number;
      train: Record<string, number>;
      validation?: Record<string, number>;
      learningRate: number;
      seconds: number;
      /** Time the step spent waiting for samples, in seconds. */
      waiting: number;
      improved: boolean;
      best?: { epoch: number; loss: number; metrics: Record<string, number> };
    }
  | { type: 'checkpoint.saved'; file: string; epoch: number; reason: 'best' | 'last' | 'periodic' }
  | { type: 'training.stopped'; epoch: number; reason: 'finished' | 'patience' | 'not-finite' | 'aborted' }
  /** One measured value; `level` says over what it was taken. */
  | {
      type: 'metric';
      name: string;
      level: 'patch' | 'image' | 'overall';
      variant: MetricVariant;
      sample?: string;
      value: number;
    }
  | { type: 'file.read'; file: string; bytes: number }
  /** How often chunks of the containers of a folder were read and decoded, and what a small cache cost; see `ChunkCounts`. */
  | { type: 'chunks.read'; folder: string; read: number; shared: number; spilled: number; restored: number }
  /** A `picture` says which image it shows and what is to be seen. */
  | { type: 'file.written'; file: string; kind: string; sample?: string; label?: string }
  | { type: 'memory.high'; used: number; budget: number }
  | { type: 'notice'; message: string }
  | { type: 'warning'; message: string }
  | { type: 'job.finished'; job: string; seconds: number; metrics: Record<string, number> }
  | { type: 'job.failed'; job: string; message: string };

/** Where nodes report and observers listen. Delivery is synchronous and in order. */
export class EventBus {
  private readonly subject = new Subject<JobEvent>();

  /** Events from now on; completes with {@link close}. */
  readonly events$: Observable<JobEvent> = this.subject.asObservable();

  emit(event: JobEvent): void {
    this.subject.next(event);
  }

  /** Only the events of one type, narrowed. */
  of<T extends JobEvent['type']>(type: T): Observable<Extract<JobEvent, { type: T }>> {
    return new Observable((subscriber) =>
      this.subject.subscribe({
        next: (event) => {
          if (event.type === type) subscriber.next(event as Extract<JobEvent, { type: T }>);
        },
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }),
    );
  }

  close(): void {
    this.subject.complete();
  }
}
