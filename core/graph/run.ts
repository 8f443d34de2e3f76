/**
 * Running a compiled graph: each node becomes an RxJS operator, the edges are subscriptions.
 */
import { catchError, defer, finalize, Observable, Subject, Subscription, takeUntil, tap, throwError } from 'rxjs';
import { BiagraphError } from '../errors.js';
import type { Sample } from '../image/sample.js';
import type { EventBus } from '../job/events.js';
import type { JobContainer } from '../plugin/container.js';
import type { Operator, Place, Streams } from '../plugin/define.js';
import { services } from '../plugin/services.js';
import type { BoundGraph, BoundNode } from './compile.js';
import { shareSamples } from './share.js';
import { stepChains, stepOperator } from './step-chain.js';

export interface RunOptions {
  events: EventBus;
  /** Streams fed from outside, by the name of the node that takes them on its main port. */
  feeds?: Readonly<Record<string, Observable<Sample>>>;
}

/**
 * The samples that leave the last nodes of a graph. Subscribing starts the graph, unsubscribing stops it; the first
 * error of any node ends it. A sample's lease is given back once it was delivered, and all that nodes leased when the
 * graph has ended, in whatever way.
 *
 * @throws (as error of the stream) the node's own error, with the node's name in `where`.
 */
export function runGraph(bound: BoundGraph, container: JobContainer, options: RunOptions): Observable<Sample> {
  return new Observable<Sample>((subscriber) => {
    const { events } = options;
    const phase = bound.graph.phase;
    const memory = container.has(services.memory) ? container.service(services.memory).scope() : undefined;
    // A source that emits at once would go on while its subscription is not yet known to the subscriber.
    const stopped = new Subject<void>();
    subscriber.add(() => stopped.next());
    const closing = new Subscription();
    const onClose = (work: () => void | Promise<void>) => closing.add(() => void close(work, events));
    const ended = () => {
      closing.unsubscribe();
      memory?.close();
    };
    const consumers = countConsumers(bound);
    const outputs = new Map<string, Observable<Sample>>();
    const compute = container.has(services.compute) ? container.service(services.compute) : undefined;
    const chains = stepChains(bound.order, (module) => compute?.reaches(module) ?? false);

    for (const node of bound.order) {
      const streams: Record<string, Observable<Sample>> = {};
      for (const [port, from] of Object.entries(node.inputs)) streams[port] = outputs.get(from)!;
      const feed = options.feeds?.[node.name];
      if (feed) streams.main = feed;
      let operator: Operator;
      try {
        const chain = chains.get(node.name);
        if (chain?.length === 0) operator = ({ main }) => main;
        else if (chain && chain.length > 1)
          operator = stepOperator(chain, {
            random: container.service(services.random),
            compute: container.service(services.compute),
          });
        else operator = container.operator(node.definition, node.parameters, placeOf(node, bound, onClose), { memory });
      } catch (error) {
        subscriber.error(reportFailure(error, node, phase, events));
        return ended;
      }
      const produced = observeNode(node, phase, events, operator(streams as unknown as Streams));
      const count = consumers.get(node.name) ?? 0;
      outputs.set(node.name, count > 1 ? shareSamples(produced, count) : produced);
    }

    const sinks = bound.order.filter((node) => (consumers.get(node.name) ?? 0) === 0);
    let open = sinks.length;
    if (open === 0) subscriber.complete();
    for (const sink of sinks) {
      if (subscriber.closed) break;
      outputs
        .get(sink.name)!
        .pipe(takeUntil(stopped))
        .subscribe({
          next: (sample) => {
            subscriber.next(sample);
            sample.lease.release();
          },
          error: (error) => subscriber.error(error),
          complete: () => {
            if (--open === 0) subscriber.complete();
          },
        });
    }
    // After the streams: what a node closes must not be in use any more.
    return ended;
  });
}

async function close(work: () => void | Promise<void>, events: EventBus): Promise<void> {
  try {
    await work();
  } catch (error) {
    events.emit({ type: 'warning', message: messageOf(error) });
  }
}

function placeOf(node: BoundNode, bound: BoundGraph, onClose: Place['onClose']): Place {
  return {
    name: node.name,
    phase: bound.graph.phase,
    demand: (image) => imageDemand(node.name, bound, image),
    onClose,
  };
}

/** Bytes that the graph holds at its peak for an image that leaves the node: see {@link Place.demand}. */
export function imageDemand(
  node: string,
  bound: BoundGraph,
  image: { shape: readonly number[]; bytes: number },
): number {
  const shapes = new Map<string, readonly number[]>([[node, image.shape]]);
  let bytes = image.bytes;
  for (const { name, definition, parameters, inputs } of nodesAfter(node, bound)) {
    const from = Object.values(inputs).find((before) => shapes.has(before));
    const shape = (from === undefined ? undefined : shapes.get(from)) ?? image.shape;
    bytes += definition.memory?.(parameters, { ...image, shape }) ?? 0;
    shapes.set(name, definition.reshape?.(parameters, shape, image.shape) ?? shape);
  }
  return bytes;
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
        const named = reportFailure(error, node, phase, events);
        return throwError(() => named);
      }),
      finalize(() => events.emit({ type: 'node.finished', phase, node: node.name, samples })),
    );
  });
}

/** The node where an error happened tells it; those downstream only pass it on. */
function reportFailure(error: unknown, node: BoundNode, phase: BoundGraph['graph']['phase'], events: EventBus): Error {
  const first = !wasNamed(error);
  const named = nameNode(error, node.name);
  if (first) events.emit({ type: 'node.failed', phase, node: node.name, message: messageOf(error) });
  return named;
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
