/** Runs single nodes and short graphs of the built-in plugins, with services that tests can look into. */
import { from, lastValueFrom, type Observable, toArray } from 'rxjs';
import { Compute } from '../../core/compute/compute.js';
import { compileGraph } from '../../core/graph/compile.js';
import { chain, type GraphNode } from '../../core/graph/graph.js';
import type { PortType } from '../../core/graph/port.js';
import { runGraph } from '../../core/graph/run.js';
import { ImageFiles } from '../../core/image/files.js';
import { type Image, image, type PixelArray, sizeOf } from '../../core/image/image.js';
import { randomStream } from '../../core/image/random.js';
import type { Sample } from '../../core/image/sample.js';
import { EventBus, type JobEvent, type Phase } from '../../core/job/events.js';
import { MemoryBudget, NO_LEASE } from '../../core/job/memory.js';
import { JobContainer } from '../../core/plugin/container.js';
import { createRegistry } from '../../core/plugin/registry.js';
import type { Services } from '../../core/plugin/services.js';
import { builtIns } from '../../graphs/index.js';

export const catalog = createRegistry(builtIns);

export interface Bench {
  readonly events: EventBus;
  readonly heard: JobEvent[];
  readonly memory: MemoryBudget;
  readonly services: Partial<Services>;
  /** A row of nodes fed with samples, or a source with what follows it. */
  stream(
    nodes: GraphNode | GraphNode[],
    samples?: Iterable<Sample> | Observable<Sample>,
    phase?: Phase,
  ): Observable<Sample>;
  run(
    nodes: GraphNode | GraphNode[],
    samples?: Iterable<Sample> | Observable<Sample>,
    phase?: Phase,
  ): Promise<Sample[]>;
}

export function bench(changes: { budget?: number; seed?: number; services?: Partial<Services> } = {}): Bench {
  const { budget = 1e8, seed = 0 } = changes;
  const events = new EventBus();
  const heard: JobEvent[] = [];
  events.events$.subscribe((event) => heard.push(event));
  const memory = new MemoryBudget(budget);
  const services: Partial<Services> = {
    events,
    memory,
    catalog,
    random: (key) => randomStream({ ...key, seed }),
    signal: new AbortController().signal,
    compute: new Compute(),
    files: new ImageFiles({ formats: catalog.formats() }),
    ...changes.services,
  };
  const container = new JobContainer(catalog, services);
  const stream: Bench['stream'] = (given, samples, phase = 'test') => {
    const nodes = Array.isArray(given) ? given : [given];
    const [first] = nodes;
    const kind = catalog.node(first.plugin).inputs.main?.[0] as PortType;
    const fed = samples && { [first.name]: kind };
    const bound = compileGraph({ phase, nodes, edges: chain(...nodes) }, catalog, { fed });
    return runGraph(bound, container, { events, ...(samples && { feeds: { [first.name]: from(samples) } }) });
  };
  return {
    events,
    heard,
    memory,
    services,
    stream,
    run: (nodes, samples, phase) => lastValueFrom(stream(nodes, samples, phase).pipe(toArray())),
  };
}

/** Pixels 0, 1, 2, ... of a shape. */
export function ramp(shape: number[], type: new (length: number) => PixelArray = Float32Array): Image {
  const data = new type(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = i;
  return image(data, shape);
}

export function sampleOf(picture: Image, more: Partial<Sample> = {}): Sample {
  const index = more.index ?? 0;
  return {
    id: `s${index}`,
    index,
    file: `data/s${index}.tif`,
    image: picture,
    products: {},
    facts: {},
    metrics: {},
    lease: NO_LEASE,
    ...more,
  };
}
