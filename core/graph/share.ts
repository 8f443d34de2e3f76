import { Observable, type Subscriber, Subscription } from 'rxjs';
import type { Sample } from '../image/sample.js';

/**
 * One execution of a source for several branches of a graph; each branch becomes a holder of every sample's lease.
 *
 * The source starts when all branches listen: one that first opens a model would miss samples otherwise. It stops when
 * none listens any more.
 */
export function shareSamples(source: Observable<Sample>, branches: number): Observable<Sample> {
  const listening = new Set<Subscriber<Sample>>();
  const running = new Subscription();
  let arrived = 0;

  const give = (sample: Sample) => {
    const holders = [...listening];
    if (holders.length === 0) sample.lease.release();
    for (let i = 1; i < holders.length; i++) sample.lease.retain();
    for (const holder of holders)
      if (holder.closed) sample.lease.release();
      else holder.next(sample);
  };

  return new Observable((subscriber) => {
    if (running.closed) return subscriber.complete();
    listening.add(subscriber);
    subscriber.add(() => {
      listening.delete(subscriber);
      if (listening.size === 0 && arrived >= branches) running.unsubscribe();
    });
    if (++arrived !== branches) return;
    running.add(
      source.subscribe({
        next: give,
        error: (error) => {
          for (const holder of [...listening]) holder.error(error);
        },
        complete: () => {
          for (const holder of [...listening]) holder.complete();
        },
      }),
    );
  });
}
