/**
 * Sends images through a slow node and prints by how many bytes the process grew: `leased` waits for the memory budget
 * before it makes an image, `free` does not.
 */
import { setTimeout } from 'node:timers/promises';
import { from } from 'rxjs';
import { Type } from 'typebox';
import { compileGraph } from '../../../core/graph/compile.js';
import { chain, type Graph, node } from '../../../core/graph/graph.js';
import { mapOrdered } from '../../../core/graph/map-ordered.js';
import { runGraph } from '../../../core/graph/run.js';
import { image } from '../../../core/image/image.js';
import type { Sample } from '../../../core/image/sample.js';
import { EventBus } from '../../../core/job/events.js';
import { MemoryBudget, NO_LEASE } from '../../../core/job/memory.js';
import { JobContainer } from '../../../core/plugin/container.js';
import { defineNode, definePlugin } from '../../../core/plugin/define.js';
import { createRegistry } from '../../../core/plugin/registry.js';
import { services } from '../../../core/plugin/services.js';

const MB = 1024 ** 2;
const [kind, imagesText, bytesText, budgetText, limitText] = process.argv.slice(2);
const [count, bytes, budget, limit] = [imagesText, bytesText, budgetText, limitText].map(Number);

let start = 0;
let growth = 0;
let done = 0;
function look(): void {
  growth = Math.max(growth, process.memoryUsage.rss() - start);
  // What is to be shown is shown; going on would only fill the machine.
  if (growth > limit) report();
}

function report(): void {
  process.stdout.write(JSON.stringify({ growth, done, peak: memory.peak, inUse: memory.inUse }));
  process.exit();
}

const source = defineNode({
  id: 'stream/source',
  role: 'loader',
  summary: 'Makes images as fast as it is let.',
  output: 'image',
  parameters: Type.Object({}),
  needs: { memory: services.memory },
  create(_, { memory }) {
    const load = async (index: number, stop: AbortSignal): Promise<Sample> => {
      const lease = kind === 'leased' ? await memory.lease(bytes, `image ${index}`, stop) : NO_LEASE;
      // Pages count only once they are written to.
      const picture = image(new Uint8Array(bytes).fill(index), [bytes / 1024, 1024, 1]);
      look();
      return { id: String(index), index, file: '', image: picture, products: {}, facts: {}, metrics: {}, lease };
    };
    return () => from(Array.from({ length: count }, (_, i) => i)).pipe(mapOrdered(4, load));
  },
});

const slow = defineNode({
  id: 'stream/slow',
  role: 'postprocessor',
  summary: 'Takes a millisecond for each image.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object({}),
  create:
    () =>
    ({ main }) =>
      main.pipe(
        mapOrdered(1, async (sample: Sample) => {
          await setTimeout(1);
          return sample;
        }),
      ),
});

const catalog = createRegistry([definePlugin({ name: 'stream', version: '1.0.0', nodes: [source, slow] })]);
const nodes = [node('source', 'stream/source'), node('slow', 'stream/slow')];
const graph: Graph = { phase: 'test', nodes, edges: chain(...nodes) };
const events = new EventBus();
const memory = new MemoryBudget(budget * MB);
const container = new JobContainer(catalog, { events, memory });

start = process.memoryUsage.rss();
runGraph(compileGraph(graph, catalog), container, { events }).subscribe({
  next: () => {
    done++;
    look();
  },
  complete: report,
});
