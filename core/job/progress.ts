/** How far a job is: a few bars, made from its events. What shows them, a terminal or a page, is another matter. */
import type { JobEvent } from './events.js';

export interface Bar {
  /** Stable while the bar lives, such as `epochs` or `test:image`. */
  id: string;
  label: string;
  done: number;
  /** Undefined while the amount of work is not known. */
  total: number | undefined;
  /** What is worth seeing beside the bar: losses, the image at work. */
  detail: string;
}

const LABELS = { image: 'Images', patch: 'Patches', batch: 'Batches' } as const;

/** Keeps the bars up to date; a bar goes when its phase ends. */
export class Progress {
  private readonly shown = new Map<string, Bar>();

  /** In the order of their appearance. */
  get bars(): readonly Bar[] {
    return [...this.shown.values()];
  }

  /** Takes an event; true when a bar has changed, appeared or gone. */
  take(event: JobEvent): boolean {
    switch (event.type) {
      case 'epoch.started':
        this.set('epochs', { label: 'Epochs', done: event.epoch, total: event.epochs });
        this.set('steps', { label: `Epoch ${event.epoch + 1}`, done: 0, total: event.steps, detail: '' });
        return true;
      case 'batch.done': {
        const { step, steps, loss, metrics, learningRate } = event;
        const values = Object.entries({ loss, ...metrics }).map(([name, value]) => `${name} ${value.toFixed(4)}`);
        this.set('steps', {
          done: step + 1,
          total: steps,
          detail: [...values, `lr ${learningRate.toPrecision(3)}`].join('  '),
        });
        return true;
      }
      case 'epoch.done': {
        const { epoch, epochs, train, validation, best } = event;
        const detail = [
          `loss ${train['loss']?.toFixed(4)}`,
          validation && `val ${validation['loss'].toFixed(4)}`,
          best && `best ${best.loss.toFixed(4)} (epoch ${best.epoch + 1})`,
        ];
        this.set('epochs', { done: epoch + 1, total: epochs, detail: detail.filter(Boolean).join('  ') });
        return true;
      }
      case 'training.stopped':
        this.shown.delete('steps');
        return this.shown.delete('epochs');
      case 'progress.total':
        // A training counts epochs and steps; its images are read once, at its start.
        if (event.phase === 'train') return false;
        this.set(`${event.phase}:${event.unit}`, { label: LABELS[event.unit], total: event.total });
        return true;
      case 'progress.step': {
        const { phase, unit, done, label } = event;
        this.set(`${phase}:${unit}`, { label: LABELS[unit], done, ...(label !== undefined && { detail: label }) });
        return true;
      }
      case 'phase.finished':
        return this.removeWhere((id) => id.startsWith(`${event.phase}:`));
      case 'job.finished':
      case 'job.failed':
        return this.removeWhere(() => true);
      default:
        return false;
    }
  }

  private set(id: string, change: Partial<Omit<Bar, 'id'>>): void {
    const before = this.shown.get(id) ?? { id, label: id, done: 0, total: undefined, detail: '' };
    this.shown.set(id, { ...before, ...change });
  }

  private removeWhere(test: (id: string) => boolean): boolean {
    const gone = [...this.shown.keys()].filter(test);
    for (const id of gone) this.shown.delete(id);
    return gone.length > 0;
  }
}
