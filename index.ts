/**
 * Biagraph: deep-learning bioimage analysis from one YAML file.
 *
 * ```ts
 * import { pipeline } from 'biagraph';
 *
 * const segment = await pipeline('job.yaml', { phase: 'test' });
 * segment.process(images).subscribe(({ id, products }) => show(id, products.classes));
 * ```
 *
 * Plugins are written with the `define` verbs; see docs/plugins.md.
 */
export { Type } from 'typebox';
export { type Config, loadConfig } from './core/config/index.js';
export * from './core/errors.js';
export { chain, type Graph, type GraphEdge, type GraphNode, node } from './core/graph/graph.js';
export { mapOrdered } from './core/graph/map-ordered.js';
export type { PortType, Role } from './core/graph/port.js';
export type { ArrayPlan, ArrayWriter, Chunk, ChunkedArray, ContainerFormat } from './core/image/chunked-array.js';
export type { ImageFormat } from './core/image/format.js';
export {
  channelCount,
  type DType,
  type Image,
  type ImageMetadata,
  image,
  type PixelArray,
  spatialShape,
} from './core/image/image.js';
export { RandomStream } from './core/image/random.js';
export type { ImageHeader, RawImage } from './core/image/raw-image.js';
export type { Sample } from './core/image/sample.js';
export type { JobEvent, Phase } from './core/job/events.js';
export { EventBus } from './core/job/events.js';
export { type Lease, MemoryBudget, NO_LEASE } from './core/job/memory.js';
export type { JobResult } from './core/job/run.js';
export {
  type Catalog,
  defineContainer,
  defineFormat,
  defineLoss,
  defineMetric,
  defineModel,
  defineNode,
  definePlugin,
  definePreset,
  type NetworkShape,
  type NodeDefinition,
  type Part,
  type Place,
  type Plugin,
  type StepPixels,
} from './core/plugin/define.js';
export { VERSION } from './core/plugin/registry.js';
export { services } from './core/plugin/services.js';
export { defineStep } from './core/plugin/step.js';
export * from './core/tensor/index.js';
export { type Pipeline, type PipelineOptions, pipeline, type Result } from './pipeline.js';
