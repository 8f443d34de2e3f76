/**
 * A test graph that stays open: images go in one by one from a program, results come out, the model is loaded once.
 */
import { Observable, type Subscriber, type Subscription } from 'rxjs';
import { AbortedError, DataError } from '../errors.js';
import { type BoundGraph, compileGraph } from '../graph/compile.js';
import type { Graph } from '../graph/graph.js';
import { runGraph } from '../graph/run.js';
import { requireFinite } from '../image/finite.js';
import { channelCount, type Image, imageBytes } from '../image/image.js';
import type { Sample } from '../image/sample.js';
import type { Catalog } from '../plugin/define.js';
import type { EventBus } from './events.js';
import type { Lease, MemoryScope } from './memory.js';
import type { Session } from './session.js';

/** What an input must look like. */
export interface InputShape {
  ndim: 2 | 3;
  channels: number;
}

export interface LiveOptions {
  graph: Graph;
  catalog: Catalog;
  session: Session;
  events: EventBus;
  signal: AbortSignal;
  input: InputShape;
}

interface Running {
  input: Feed;
  subscription: Subscription;
  /** Of the images in this graph: what they lease ends with it. */
  memory: MemoryScope;
}

interface Waiting {
  resolve(sample: Sample): void;
  reject(error: unknown): void;
}

export class LiveGraph {
  private readonly bound: BoundGraph;
  private readonly entries: string[];
  private running: Running | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;

  constructor(private readonly options: LiveOptions) {
    const { graph, entries } = withoutFiles(options.graph, options.catalog);
    this.entries = entries;
    this.bound = compileGraph(graph, options.catalog, {
      fed: Object.fromEntries(entries.map((name) => [name, 'image' as const])),
    });
    options.signal.addEventListener('abort', () => this.close(new AbortedError()), { once: true });
  }

  /**
   * The result of one image. Waits until the memory budget has room; the budget is free again when this resolves.
   *
   * @throws DataError when the image has another number of axes or channels than the model takes, or holds NaN.
   */
  async process(id: string, picture: Image, signal?: AbortSignal): Promise<Sample> {
    this.requireFit(id, picture);
    const bytes = imageBytes(picture);
    // Pixels of the caller's are the caller's; what the graph makes of them is leased.
    const needed = this.bound.order.reduce(
      (sum, { definition, parameters }) =>
        sum + (definition.memory?.(parameters, { shape: picture.shape, bytes }) ?? 0),
      bytes,
    );
    for (;;) {
      if (this.options.signal.aborted) throw new AbortedError();
      const running = this.open();
      let lease: Lease;
      try {
        lease = await running.memory.lease(needed, id, signal);
      } catch (error) {
        if (this.running === running || signal?.aborted) throw error;
        continue;
      }
      // Another image may have ended the graph while this one waited; the graph that follows takes it.
      if (this.running === running) return this.enter(running.input, id, picture, lease);
    }
  }

  private enter(input: Feed, id: string, picture: Image, lease: Lease): Promise<Sample> {
    const index = this.next++;
    const answer = new Promise<Sample>((resolve, reject) => this.waiting.set(index, { resolve, reject }));
    input.next({ id, index, file: '', image: picture, products: {}, facts: {}, metrics: {}, lease });
    return answer;
  }

  /** Ends the graph; images on their way are refused with `error`. */
  close(error: unknown = new AbortedError('The pipeline was closed.')): void {
    this.running?.subscription.unsubscribe();
    this.running?.memory.close();
    this.running = undefined;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  private open(): Running {
    if (this.running) return this.running;
    const input = new Feed();
    const feeds = Object.fromEntries(this.entries.map((name) => [name, input.samples$]));
    const { session, events } = this.options;
    const subscription = runGraph(this.bound, session.container, { events, feeds }).subscribe({
      next: (sample) => {
        this.waiting.get(sample.index)?.resolve(sample);
        this.waiting.delete(sample.index);
      },
      // The next image starts the graph anew: one that cannot be processed is not the end of a service.
      error: (error) => this.close(error),
    });
    this.running = { input, subscription, memory: session.memory.scope() };
    return this.running;
  }

  private requireFit(id: string, picture: Image): void {
    const { ndim, channels } = this.options.input;
    if (picture.shape.length !== ndim + 1)
      throw new DataError(
        `${id}: expected an image of shape ${ndim === 2 ? '[y, x, c]' : '[z, y, x, c]'}, came [${picture.shape.join(', ')}].`,
      );
    if (channelCount(picture) !== channels)
      throw new DataError(`${id}: the model takes ${channels} channels, the image has ${channelCount(picture)}.`);
    requireFinite(picture, id);
  }
}

/** Samples pushed from outside; those that come before the graph listens wait for it. */
class Feed {
  private readonly waiting: Sample[] = [];
  private listener: Subscriber<Sample> | undefined;

  readonly samples$ = new Observable<Sample>((subscriber) => {
    this.listener = subscriber;
    for (const sample of this.waiting.splice(0)) subscriber.next(sample);
    return () => {
      this.listener = undefined;
    };
  });

  next(sample: Sample): void {
    if (this.listener) this.listener.next(sample);
    else this.waiting.push(sample);
  }
}

/** The graph without what reads and writes files, and the nodes that its loaders fed. */
function withoutFiles(graph: Graph, catalog: Catalog): { graph: Graph; entries: string[] } {
  const role = (plugin: string) => catalog.node(plugin).role;
  const loaders = new Set(graph.nodes.filter((node) => role(node.plugin) === 'loader').map((node) => node.name));
  const entries = graph.edges.filter((edge) => loaders.has(edge.from)).map((edge) => edge.to);
  let { nodes, edges } = graph;
  nodes = nodes.filter((node) => !loaders.has(node.name));
  edges = edges.filter((edge) => !loaders.has(edge.from));
  for (const writer of nodes.filter((node) => role(node.plugin) === 'writer')) {
    const source = edges.find((edge) => edge.to === writer.name)?.from;
    nodes = nodes.filter((node) => node !== writer);
    edges = edges
      .filter((edge) => edge.to !== writer.name)
      .flatMap((edge) => (edge.from !== writer.name ? [edge] : source ? [{ ...edge, from: source }] : []));
  }
  return { graph: { ...graph, nodes, edges }, entries };
}
