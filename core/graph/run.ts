/**
 * Running a compiled graph: each node becomes an RxJS operator, the edges are subscriptions.
 */
import { catchError, defer, finalize, Observable, Subject, Subscription, tap, throwError } from 'rxjs';
import { BiagraphError } from '../errors.js';
import type { Sample } from '../image/sample.js';
import type { EventBus } from '../job/events.js';
import type { JobContainer } from '../plugin/container.js';
import type { Place, Streams } from '../plugin/define.js';
import type { BoundGraph, BoundNode } from './compile.js';

export interface RunOptions {
  events: EventBus;
  /** Streams fed from outside, by the name of the node that takes them on its main port. */
  feeds?: Readonly<Record<string, Observable<Sample>>>;
}

/**
 * The samples that leave the last nodes of a graph. Subscribing starts the graph, unsubscribing stops it; the first
 * error of any node ends it. A sample's lease is given back once it was delivered.
 *
 * @throws (as error of the stream) the node's own error, with the node's name in `where`.
 */
export function runGraph(bound: BoundGraph, container: JobContainer, options: RunOptions): Observable<Sample> {
  return new Observable<Sample>((subscriber) => {
    const { events } = options;
    const phase = bound.graph.phase;
    const running = new Subscription();
    const closing: (() => void | Promise<void>)[] = [];
    running.add(() => {
      for (const work of closing.reverse()) void work();
    });
    const consumers = countConsumers(bound);
    const outputs = new Map<string, Observable<Sample>>();
    const connections: (() => void)[] = [];

    for (const node of bound.order) {
      const streams: Record<string, Observable<Sample>> = {};
      for (const [port, from] of Object.entries(node.inputs)) streams[port] = outputs.get(from)!;
      const feed = options.feeds?.[node.name];
      if (feed) streams.main = feed;
      const operator = container.operator(node.definition, node.parameters, placeOf(node, bound, closing));
      const produced = observeNode(node, phase, events, operator(streams as unknown as Streams));
      const count = consumers.get(node.name) ?? 0;
      if (count <= 1) {
        outputs.set(node.name, produced);
        continue;
      }
      // Several branches share one execution; it starts when all of them listen, so that none misses a sample.
      const shared = new Subject<Sample>();
      outputs.set(node.name, shared);
      connections.push(() =>
        running.add(
          produced
            .pipe(
              tap((sample) => {
                for (let i = 1; i < count; i++) sample.lease.retain();
              }),
            )
            .subscribe(shared),
        ),
      );
    }

    const sinks = bound.order.filter((node) => (consumers.get(node.name) ?? 0) === 0);
    let open = sinks.length;
    if (open === 0) subscriber.complete();
    for (const sink of sinks)
      running.add(
        outputs.get(sink.name)!.subscribe({
          next: (sample) => {
            subscriber.next(sample);
            sample.lease.release();
          },
          error: (error) => subscriber.error(error),
          complete: () => {
            if (--open === 0) subscriber.complete();
          },
        }),
      );
    // Downstream connections first: a source that emits at once must find every listener in place.
    for (const connect of connections.reverse()) connect();
    return running;
  });
}

function placeOf(node: BoundNode, bound: BoundGraph, closing: (() => void | Promise<void>)[]): Place {
  const downstream = nodesAfter(node.name, bound);
  return {
    name: node.name,
    phase: bound.graph.phase,
    demand: (image) =>
      downstream.reduce(
        (bytes, { definition, parameters }) => bytes + (definition.memory?.(parameters, image) ?? 0),
        image.bytes,
      ),
    onClose: (work) => closing.push(work),
  };
}

function nodesAfter(name: string, bound: BoundGraph): BoundNode[] {
  const reached = new Set([name]);
  return bound.order.filter((node) => {
    if (!Object.values(node.inputs).some((from) => reached.has(from))) return false;
    reached.add(node.name);
    return true;
  });
}

function observeNode(
  node: BoundNode,
  phase: BoundGraph['graph']['phase'],
  events: EventBus,
  samples$: Observable<Sample>,
): Observable<Sample> {
  return defer(() => {
    let samples = 0;
    events.emit({ type: 'node.started', phase, node: node.name, plugin: node.definition.id });
    return samples$.pipe(
      tap((sample) => {
        samples++;
        events.emit({ type: 'node.sample', phase, node: node.name, sample: sample.id });
      }),
      catchError((error: unknown) => {
        const first = !wasNamed(error);
        const named = nameNode(error, node.name);
        // The node where it happened tells it; those downstream only pass it on.
        if (first) events.emit({ type: 'node.failed', phase, node: node.name, message: messageOf(error) });
        return throwError(() => named);
      }),
      finalize(() => events.emit({ type: 'node.finished', phase, node: node.name, samples })),
    );
  });
}

const NAMED = new WeakSet<Error>();

function wasNamed(error: unknown): boolean {
  return error instanceof Error && NAMED.has(error);
}

function nameNode(error: unknown, node: string): Error {
  if (error instanceof Error && NAMED.has(error)) return error;
  const named =
    error instanceof BiagraphError ? error : new Error(`node '${node}' failed: ${messageOf(error)}`, { cause: error });
  if (named instanceof BiagraphError) named.where.node ??= node;
  NAMED.add(named);
  return named;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function countConsumers(bound: BoundGraph): Map<string, number> {
  const counts = new Map<string, number>();
  for (const node of bound.order)
    for (const from of Object.values(node.inputs)) counts.set(from, (counts.get(from) ?? 0) + 1);
  return counts;
}
