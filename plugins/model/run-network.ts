/** What nodes that run a trained network over patches have in common. */
import { concatMap, defer, from, mergeMap, type Observable, tap } from 'rxjs';
import type { Sample } from '../../core/image/sample.js';
import type { EventBus } from '../../core/job/events.js';
import type { Place } from '../../core/plugin/define.js';
import type { NetworkSpec } from '../../core/plugin/network-spec.js';
import type { Services } from '../../core/plugin/services.js';
import type { InferenceProgram, Module, NamedTensors } from '../../core/tensor/index.js';
import { fitCheckpoint } from '../../core/train/fit-checkpoint.js';

/** Loads a network with the weights of the job; it goes when the graph ends. @throws what the checkpoint does not fit. */
export async function loadNetwork(
  network: Module,
  { architecture }: NetworkSpec,
  { tensors, training }: Pick<Services, 'tensors' | 'training'>,
  place: Place,
): Promise<InferenceProgram> {
  const [slot] = network.slots();
  // A network without weights, such as an ONNX file, which brings its own, needs no checkpoint.
  const weights: NamedTensors = slot ? await training.weights() : new Map();
  const program = await (await tensors()).infer(network);
  place.onClose(() => program.dispose());
  if (slot) await program.restore(fitCheckpoint(network, weights, { network: architecture }).tensors);
  return program;
}

export interface BatchWork<T> {
  /** Called once, when the graph starts. */
  start: () => Promise<T>;
  size: number;
  work: (started: T, batch: Sample[]) => Promise<Sample[]>;
  events: EventBus;
  place: Place;
}

/**
 * Patches, a few at a time, in their order. A batch holds patches of one image only: what is predicted together never depends on
 * what else is read.
 */
export function inBatches<T>(patches: Observable<Sample>, { start, size, work, events, place }: BatchWork<T>) {
  return defer(() => {
    // Images that come while the network is loaded wait for it; subscribing to them later would miss them.
    const starting = start();
    starting.catch(() => {});
    let done = 0;
    let waiting: Sample[] = [];
    return patches.pipe(
      concatMap(async (patch) => {
        const started = await starting;
        waiting.push(patch);
        const { index, count } = patch.placement!;
        if (waiting.length < size && index < count - 1) return [];
        const batch = waiting;
        waiting = [];
        return work(started, batch);
      }),
      mergeMap((finished) => from(finished)),
      tap(() => events.emit({ type: 'progress.step', phase: place.phase, unit: 'patch', done: ++done })),
    );
  });
}
