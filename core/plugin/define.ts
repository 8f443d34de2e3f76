/**
 * The verbs that plugins are written with. The built-in nodes use the same ones; nothing built in is privileged.
 *
 * Definitions are plain values: importing a plugin runs nothing.
 */
import type { Observable } from 'rxjs';
import type { Static, TObject, TProperties } from 'typebox';
import type { Config } from '../config/index.js';
import type { Graph } from '../graph/graph.js';
import type { PortType, Role } from '../graph/port.js';
import type { ContainerFormat } from '../image/chunked-array.js';
import type { ImageFormat } from '../image/format.js';
import type { Image } from '../image/image.js';
import type { PartMeasure } from '../image/part-measure.js';
import type { RandomStream } from '../image/random.js';
import type { Sample } from '../image/sample.js';
import type { Phase } from '../job/events.js';
import type { Module, NamedTensors, NetworkOutput, Scalar, Tensor } from '../tensor/index.js';
import type { Forecast, Planner } from './forecast.js';
import type { Needs, Resolved } from './token.js';

/** Which part of a phase's graph asks for parameters: training reads two sets of images. */
export type Part = 'train' | 'validation' | 'test';

/** Streams that reach a node: `main`, and further ones by the name of their port. */
export interface Streams {
  readonly main: Observable<Sample>;
  readonly [port: string]: Observable<Sample>;
}

/** What a node does with its streams. Nothing may happen before the result is subscribed to. */
export type Operator = (streams: Streams) => Observable<Sample>;

/** Where a node stands: what it is called in the graph, and what its images will cost further on. */
export interface Place {
  /** Name of the node in the graph; the key of its random numbers. */
  readonly name: string;
  readonly phase: Phase;
  /** Bytes that this graph holds at its peak for one image of this shape, the image itself included. */
  demand(image: { shape: readonly number[]; bytes: number }): number;
  /** Called when the graph has ended, in whatever way. */
  onClose(work: () => void | Promise<void>): void;
}

/** What a step sees of a sample, and gives back: plain data that can go from one thread to another. */
export type StepPixels = Pick<Sample, 'image' | 'target' | 'targetKinds' | 'partner'>;

/** A node that changes the pixels of one sample at a time; see `defineStep`. */
export interface Step<P extends TObject = TObject> {
  /** URL of the module that exports the node, for worker threads; without it the step runs on the main thread. */
  readonly module?: string;
  /**
   * Changes pixels, never in place; gives back what it got where nothing is to change.
   *
   * @param random a stream of this seed, epoch, sample and node alone.
   */
  run(pixels: StepPixels, parameters: Static<P>, random: RandomStream): StepPixels;
}

export interface NodeDefinition<P extends TObject = TObject, N extends Needs = Needs> {
  readonly kind: 'node';
  /** `role/name` for built-in nodes, `plugin/name` for others. */
  readonly id: string;
  readonly role: Role;
  /** One sentence for people. */
  readonly summary: string;
  /** Kinds taken by each input port; a source takes none. Ports other than `main` may stay unconnected. */
  readonly inputs: Readonly<Record<string, readonly PortType[]>>;
  /** Kind given; `same` passes on the kind that came in; null for a sink. */
  readonly output: PortType | 'same' | null;
  /** TypeBox schema of the parameters, with defaults and descriptions. */
  readonly parameters: P;
  /** Services of the job that the node uses. */
  readonly needs: N;
  /** Switches of the configuration that this node acts on, so that one without a node is not passed over in silence. */
  readonly keys?: readonly string[];
  /** Place among the nodes of its role when a preset takes several; smaller runs first. */
  readonly order?: number;
  /** Parameters from the section of the configuration that the node answers to; undefined leaves the node out. */
  fromConfig?(config: Config, part: Part): Static<P> | undefined;
  /**
   * Why the node needs all of an image at once, so that volumes in containers are read whole; undefined, as without it, where it takes
   * images that are read in parts.
   */
  whyWhole?(parameters: Static<P>): string | undefined;
  /** Bytes that the node holds for one image beside the image itself, so that they can be leased in advance. */
  memory?(parameters: Static<P>, sample: { shape: readonly number[]; bytes: number }): number;
  /**
   * Shape of the image that leaves, where the node changes it: the memory of later nodes is reckoned with it. `loaded` is
   * the shape that the image had when it was read.
   */
  reshape?(parameters: Static<P>, shape: readonly number[], loaded: readonly number[]): readonly number[];
  /**
   * Foretells what the node will do, for `biagraph plan`: what leaves it, given what reaches each of its ports. Without
   * it the node passes on what comes. @throws what the run would throw.
   */
  plan?(
    parameters: Static<P>,
    inputs: Readonly<Record<string, Forecast>>,
    planner: Planner,
  ): Forecast | Promise<Forecast>;
  /** For a node that is a pure change of one sample; `create` then does the same for the node alone. */
  readonly step?: Step<P>;
  create(parameters: Static<P>, services: Resolved<N>, place: Place): Operator;
}

type NodeParts<P extends TObject, N extends Needs> = Omit<NodeDefinition<P, N>, 'kind' | 'inputs' | 'needs'> & {
  inputs?: NodeDefinition<P, N>['inputs'];
  needs?: N;
};

/** Defines a node. Without `inputs` it is a source. */
export function defineNode<P extends TObject, N extends Needs = Record<never, never>>(
  parts: NodeParts<P, N>,
): NodeDefinition<P, N> {
  return { inputs: {}, needs: {} as N, ...parts, kind: 'node' };
}

/** A network. `build` gives a module over channels-last tensors; names of its parameters are those of checkpoints. */
export interface ModelDefinition<P extends TObject = TObject> {
  readonly kind: 'model';
  /** Value of MODEL.ARCHITECTURE. */
  readonly id: string;
  readonly summary: string;
  readonly parameters: P;
  /** Brings its weights and cannot be trained: no checkpoint is asked for. */
  readonly trained?: true;
  /** Parameters from the MODEL section, checked and completed by the schema; without it MODEL.PARAMETERS are taken. */
  fromConfig?(config: Config): Partial<Record<keyof Static<P>, unknown>>;
  /**
   * What the sides of an image must be multiples of, `[y, x]` or `[z, y, x]`; without it the product of the factors in
   * YX_DOWN and Z_DOWN.
   */
  divisors?(parameters: Static<P>, ndim: 2 | 3): number[];
  build(parameters: Static<P>, shape: NetworkShape): Module;
}

/** What the workflow asks of a network. */
export interface NetworkShape {
  ndim: 2 | 3;
  inputChannels: number;
  /** Channels of each head, the main head first. */
  outputChannels: number[];
}

export function defineModel<P extends TObject>(parts: Omit<ModelDefinition<P>, 'kind'>): ModelDefinition<P> {
  return { ...parts, kind: 'model' };
}

/** A training loss over logits. Output and target are channels-last; the result is a scalar. */
export interface LossDefinition<P extends TObject = TObject> {
  readonly kind: 'loss';
  /** Entry of LOSS.TYPE. */
  readonly id: string;
  readonly summary: string;
  readonly parameters: P;
  /** Does not look at the target: a training of nothing but such losses takes images alone. */
  readonly needsTarget?: false;
  fromConfig?(config: Config): Static<P>;
  /** Weights that the loss compares with, read before the training; for {@link build}. */
  load?(parameters: Static<P>): Promise<NamedTensors>;
  /** @param weights what `load` gave; undefined where only sizes count. */
  build(parameters: Static<P>, weights?: NamedTensors): (output: NetworkOutput, target: Tensor) => Scalar;
}

export function defineLoss<P extends TObject>(parts: Omit<LossDefinition<P>, 'kind'>): LossDefinition<P> {
  return { ...parts, kind: 'loss' };
}

/** A measure of quality: on tensors while training, on whole images when testing. */
export interface MetricDefinition<P extends TObject = TObject> {
  readonly kind: 'metric';
  /** Entry of TRAIN.METRICS and TEST.METRICS. */
  readonly id: string;
  /** Name printed and written, such as `IoU`. */
  readonly name: string;
  readonly summary: string;
  readonly higherIsBetter: boolean;
  readonly parameters: P;
  fromConfig?(config: Config): Static<P>;
  /** On logits and targets of a batch, as a traced function. */
  onTensors?(parameters: Static<P>): (output: NetworkOutput, target: Tensor) => Scalar;
  /** On activated channels and the target of one image or patch. */
  onImages?(parameters: Static<P>): (prediction: Image, target: Image) => number;
  /** The same value of a volume that comes in parts, since it is larger than memory; without it, such volumes are not measured. */
  onParts?(parameters: Static<P>): PartMeasure;
}

export function defineMetric<P extends TObject>(parts: Omit<MetricDefinition<P>, 'kind'>): MetricDefinition<P> {
  return { ...parts, kind: 'metric' };
}

/** What a preset may look up to choose nodes. */
export interface Catalog {
  node(id: string): NodeDefinition;
  nodes(): NodeDefinition[];
  model(id: string): ModelDefinition;
  models(): ModelDefinition[];
  loss(id: string): LossDefinition;
  losses(): LossDefinition[];
  metric(id: string): MetricDefinition;
  metrics(): MetricDefinition[];
  formats(): ImageFormat[];
  containers(): ContainerFormat[];
  presets(): PresetDefinition[];
}

/** A workflow: a configuration becomes the graphs of its phases. */
export interface PresetDefinition {
  readonly kind: 'preset';
  /** Value of PROBLEM.TYPE. */
  readonly id: string;
  readonly summary: string;
  graphs(config: Config, catalog: Catalog): Partial<Record<Phase, Graph>>;
}

export function definePreset(parts: Omit<PresetDefinition, 'kind'>): PresetDefinition {
  return { ...parts, kind: 'preset' };
}

/** A file format; see {@link ImageFormat}. */
export function defineFormat(format: ImageFormat): ImageFormat {
  return format;
}

/** A kind of container of chunked arrays; see {@link ContainerFormat}. */
export function defineContainer(container: ContainerFormat): ContainerFormat {
  return container;
}

/** A package of nodes, models, losses, metrics, formats and presets. */
export interface Plugin {
  readonly kind: 'plugin';
  /** Package name; prefix of the ids of its nodes. */
  readonly name: string;
  readonly version: string;
  /** Range of Biagraph versions it works with, such as `>=0.1 <1`. */
  readonly biagraph: string;
  readonly nodes: readonly NodeDefinition[];
  readonly models: readonly ModelDefinition[];
  readonly losses: readonly LossDefinition[];
  readonly metrics: readonly MetricDefinition[];
  readonly formats: readonly ImageFormat[];
  readonly containers: readonly ContainerFormat[];
  readonly presets: readonly PresetDefinition[];
}

type PluginParts = Pick<Plugin, 'name' | 'version'> & {
  biagraph?: string;
  nodes?: readonly ErasedNode[];
  models?: readonly ErasedModel[];
  losses?: readonly ErasedLoss[];
  metrics?: readonly ErasedMetric[];
  formats?: readonly ImageFormat[];
  containers?: readonly ContainerFormat[];
  presets?: readonly PresetDefinition[];
};

/** Defines a plugin; the default export of its package. */
export function definePlugin(parts: PluginParts): Plugin {
  return {
    kind: 'plugin',
    name: parts.name,
    version: parts.version,
    biagraph: parts.biagraph ?? '*',
    // Parameters are checked against each definition's own schema before `create` or `build` sees them.
    nodes: (parts.nodes ?? []) as readonly NodeDefinition[],
    models: (parts.models ?? []) as readonly ModelDefinition[],
    losses: (parts.losses ?? []) as readonly LossDefinition[],
    metrics: (parts.metrics ?? []) as readonly MetricDefinition[],
    formats: parts.formats ?? [],
    containers: parts.containers ?? [],
    presets: parts.presets ?? [],
  };
}

// Lists hold definitions of many parameter types; `never` lets each keep its own inside the list.
type Erased<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: { [I in keyof A]: never }) => R : T[K];
};
type FreeParameters = {
  parameters: TObject<TProperties>;
  fromConfig?: (config: Config, part: Part) => object | undefined;
};
type ErasedNode = Omit<Erased<NodeDefinition>, keyof FreeParameters> & FreeParameters;
type ErasedModel = Omit<Erased<ModelDefinition>, keyof FreeParameters> & FreeParameters;
type ErasedLoss = Omit<Erased<LossDefinition>, keyof FreeParameters> & FreeParameters;
type ErasedMetric = Omit<Erased<MetricDefinition>, keyof FreeParameters> & FreeParameters;
