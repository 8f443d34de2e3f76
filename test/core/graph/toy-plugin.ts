/** Small nodes to build graphs from: a source that leases memory, nodes that wait, fail, start late, and a sink. */
import { setTimeout } from 'node:timers/promises';
import { defer, EMPTY, from, map, merge, mergeMap, type Observable, of, switchMap } from 'rxjs';
import { Type } from 'typebox';
import { DataError } from '../../../core/errors.js';
import { mapOrdered } from '../../../core/graph/map-ordered.js';
import { image } from '../../../core/image/image.js';
import type { Sample } from '../../../core/image/sample.js';
import { NO_LEASE } from '../../../core/job/memory.js';
import { defineNode, definePlugin } from '../../../core/plugin/define.js';
import { createRegistry } from '../../../core/plugin/registry.js';
import { services } from '../../../core/plugin/services.js';

export function toySample(index: number): Sample {
  return {
    id: `s${index}`,
    index,
    file: `data/s${index}.tif`,
    image: image(new Uint8Array(4).fill(index), [2, 2, 1]),
    products: {},
    facts: {},
    metrics: {},
    lease: NO_LEASE,
  };
}

const source = defineNode({
  id: 'toy/source',
  role: 'loader',
  summary: 'Gives samples that hold a lease.',
  output: 'image',
  parameters: Type.Object(
    {
      count: Type.Integer({ default: 8, minimum: 0 }),
      bytes: Type.Integer({ default: 10 }),
      ahead: Type.Integer({ default: 2, minimum: 1 }),
    },
    { additionalProperties: false },
  ),
  needs: { memory: services.memory },
  create({ count, bytes, ahead }, { memory }) {
    const load = async (index: number, stop: AbortSignal): Promise<Sample> => ({
      ...toySample(index),
      lease: await memory.lease(bytes, `sample ${index}`, stop),
    });
    return () => from(Array.from({ length: count }, (_, i) => i)).pipe(mapOrdered(ahead, load));
  },
});

const pass = defineNode({
  id: 'toy/pass',
  role: 'filter',
  summary: 'Passes samples on.',
  inputs: { main: ['image', 'patch'] },
  output: 'same',
  parameters: Type.Object(
    { gain: Type.Number({ default: 1 }), mode: Type.Union([Type.Literal('a'), Type.Literal('b')], { default: 'a' }) },
    { additionalProperties: false },
  ),
  create:
    ({ gain }) =>
    ({ main }) =>
      main.pipe(map((sample) => ({ ...sample, metrics: { ...sample.metrics, gain } }))),
});

const slow = defineNode({
  id: 'toy/slow',
  role: 'postprocessor',
  summary: 'Takes its time.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object({ milliseconds: Type.Number({ default: 1 }) }, { additionalProperties: false }),
  create:
    ({ milliseconds }) =>
    ({ main }) =>
      main.pipe(
        mapOrdered(1, async (sample: Sample) => {
          await setTimeout(milliseconds);
          return sample;
        }),
      ),
});

const fail = defineNode({
  id: 'toy/fail',
  role: 'metric',
  summary: 'Fails at one sample.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object({ at: Type.Integer(), deliberate: Type.Boolean({ default: true }) }),
  create:
    ({ at, deliberate }) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          if (sample.index !== at) return sample;
          if (!deliberate) throw new TypeError('x is not a function');
          throw new DataError(`${sample.file}: is wrong.`, { where: { file: sample.file } });
        }),
      ),
});

const unready = defineNode({
  id: 'toy/unready',
  role: 'model',
  summary: 'Cannot be made.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object({}),
  create() {
    throw new DataError('the weights do not fit.');
  },
});

const late = defineNode({
  id: 'toy/late',
  role: 'model',
  summary: 'Listens only after it has opened something.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object({}),
  create:
    () =>
    ({ main }) =>
      defer(() => from(setTimeout(5))).pipe(switchMap(() => main)),
});

const both = defineNode({
  id: 'toy/both',
  role: 'stitcher',
  summary: 'Takes two streams.',
  inputs: { main: ['image'], other: ['image'] },
  output: 'image',
  parameters: Type.Object({}),
  create:
    () =>
    ({ main, other }) =>
      other ? merge(main, other) : main,
});

const sink = defineNode({
  id: 'toy/sink',
  role: 'writer',
  summary: 'Takes samples and gives nothing.',
  inputs: { main: ['image', 'channels'] },
  output: null,
  parameters: Type.Object({}),
  create:
    () =>
    ({ main }) =>
      main.pipe(
        mergeMap((sample): Observable<never> => {
          sample.lease.release();
          return EMPTY;
        }),
      ),
});

const channels = defineNode({
  id: 'toy/channels',
  role: 'model',
  summary: 'Makes channels of an image.',
  inputs: { main: ['image'] },
  output: 'channels',
  parameters: Type.Object({}),
  create:
    () =>
    ({ main }) =>
      main.pipe(mergeMap((sample) => of(sample))),
});

export const toyPlugin = definePlugin({
  name: 'toy',
  version: '1.0.0',
  nodes: [source, pass, slow, fail, unready, late, both, sink, channels],
});

export const toyCatalog = createRegistry([toyPlugin]);
