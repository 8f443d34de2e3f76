/** Trained networks as ONNX files that any program can run. */
import { TensorError } from '../../errors.js';
import { writeWhole } from '../../job/write-aside.js';
import { lower } from '../compile.js';
import { channelsFirst, logicalOrder } from '../layout.js';
import type { Module } from '../nn/module.js';
import { subjectOf } from '../runtime/graph-loader.js';
import { matchState } from '../runtime/state.js';
import { modelInputs, modelName, predictionStep } from '../step.js';
import type { NamedTensors } from '../tensor-data.js';
import { type Tensor, tf } from '../tf.js';
import { trace } from '../trace.js';
import { type FreeAxis, freeSizes } from './export-sizes.js';
import { encodeModel, type OnnxGraph, type OnnxNode } from './model.js';

export interface OnnxExportOptions {
  /** File to write; folders are made. */
  readonly file: string;
  /** Sides of an image that the network takes, `[y, x]` or `[z, y, x]`. */
  readonly space: readonly number[];
  readonly inputChannels: number;
  /** Name of the input; default `input`. */
  readonly inputName?: string;
  /** Names of the outputs; default `output`, or `output_0`, `output_1`, … where there are several. */
  readonly outputNames?: readonly string[];
  /** Kept in the file (`metadata_props`), beside what is known anyway. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The interface of an exported file. A side is a number, or a word where any goes. */
export interface OnnxExport {
  readonly file: string;
  readonly bytes: number;
  readonly input: { readonly name: string; readonly shape: readonly (number | string)[] };
  readonly outputs: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[];
  /** Sides of images have to be multiples of this. */
  readonly multiple: number;
}

const SPACE = ['depth', 'height', 'width'];

/**
 * Writes a network for prediction: channels first as in PyTorch (`[n, c, y, x]` or `[n, c, z, y, x]`), float32, weights
 * embedded under their `state_dict` names, standard operators only. Batch and image size are free where the network
 * allows it; what is not free has the side it was exported with. Outputs are those of the network: activations that a
 * workflow applies to them belong to the metadata.
 *
 * @param weights `model.<key>`; all of the network's have to be there.
 * @throws TensorError when weights are missing or the network cannot be compiled; OutputError when it cannot be written.
 */
export async function exportOnnx(
  network: Module,
  weights: NamedTensors,
  options: OnnxExportOptions,
): Promise<OnnxExport> {
  const { space, inputChannels, inputName = 'input', metadata } = options;
  const { fitting, report } = matchState(
    new Map(modelInputs(network).map(({ name, shape }) => [name, shape])),
    weights,
  );
  const wrong = [...report.missing, ...report.mismatched];
  if (wrong.length > 0)
    throw new TensorError(
      `${subjectOf(network)} cannot be exported: ${wrong.length} weights are missing or of another shape ` +
        `(${wrong.slice(0, 5).join(', ')}${wrong.length > 5 ? ', ...' : ''}).`,
    );
  const axes: FreeAxis[] = [
    { name: 'batch', axis: 0, side: 2 },
    ...space.map((side, i) => ({ name: SPACE[i + 3 - space.length], axis: i + 2, side })),
  ];
  const build = ([batch, ...sides]: readonly number[]) =>
    predictionGraph(network, [batch, inputChannels, ...sides], options);
  const sized = freeSizes(build, axes, inputName);
  const { free, multiple } = sized;
  // A network that fixes its batch is asked for single images.
  const graph = free.length > 0 ? sized.graph : build([1, ...space]);
  const names = new Map(modelInputs(network).map(({ name }) => [name, name.slice(modelName('').length)]));
  const [input] = graph.inputs.filter(({ name }) => !names.has(name));
  const embedded = [...fitting].map(([name, { data, shape }]) => ({ name, type: 'float32' as const, shape, data }));
  const file: OnnxGraph = {
    ...graph,
    nodes: portable(graph.nodes),
    initializers: [...graph.initializers, ...embedded],
    inputs: [input],
    metadata: {
      axes: space.length === 2 ? 'ncyx' : 'nczyx',
      free_axes: free.join(' '),
      size_multiple: String(multiple),
      ...metadata,
    },
  };
  const bytes = encodeModel(withoutIdle(renamed(file, names)));
  await writeWhole(options.file, bytes);
  const { outputs } = graph;
  return {
    file: options.file,
    bytes: bytes.length,
    input: { name: input.name, shape: input.shape },
    outputs: outputs.map(({ name, shape }) => ({ name, shape })),
    multiple,
  };
}

/** Traces the network between transpositions, which the compiler mostly makes disappear. */
function predictionGraph(
  network: Module,
  shape: readonly number[],
  { inputName = 'input', outputNames }: OnnxExportOptions,
): OnnxGraph {
  const compute = predictionStep(network);
  const rank = shape.length;
  const toLast = [0, ...logicalOrder(rank - 2).map((axis) => axis + 2), 1];
  const inputs = [...modelInputs(network), { name: inputName, shape }];
  const recorded = trace(subjectOf(network), inputs, (feeds) => {
    const last = tf.transpose(feeds.get(inputName)!, toLast);
    const results = [
      ...compute(new Map([...feeds, ['input', last]]), () => {
        throw new TensorError(`${subjectOf(network)} draws random numbers when it predicts; ONNX files cannot.`);
      }).values(),
    ];
    if (outputNames && outputNames.length !== results.length)
      throw new TensorError(`expected names for ${results.length} outputs, got ${outputNames.length}.`);
    const nameOf = (i: number) => outputNames?.[i] ?? (results.length === 1 ? 'output' : `output_${i}`);
    return new Map(results.map((tensor, i) => [nameOf(i), firstChannels(tensor)]));
  });
  return lower(recorded).graph;
}

function firstChannels(tensor: Tensor): Tensor {
  return tensor.rank > 3 ? tf.transpose(tensor, channelsFirst(tensor.rank)) : tensor;
}

/** Operators of ONNX Runtime's own in the words of the standard. */
function portable(nodes: readonly OnnxNode[]): OnnxNode[] {
  return nodes.map((node) => {
    if (node.domain === undefined) return node;
    if (node.op !== 'FusedMatMul') throw new TensorError(`the operator ${node.op} is not part of the ONNX standard.`);
    const isSet = (name: string) => {
      const attribute = node.attributes[name];
      return attribute !== undefined && 'int' in attribute && attribute.int === 1;
    };
    const equation = `...${isSet('transA') ? 'ji' : 'ij'},...${isSet('transB') ? 'kj' : 'jk'}->...ik`;
    return { op: 'Einsum', inputs: node.inputs, outputs: node.outputs, attributes: { equation: { string: equation } } };
  });
}

function renamed(graph: OnnxGraph, names: ReadonlyMap<string, string>): OnnxGraph {
  const rename = (name: string) => names.get(name) ?? name;
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename) })),
    initializers: graph.initializers.map((tensor) => ({ ...tensor, name: rename(tensor.name) })),
  };
}

/** Without weights that a prediction does not need, such as counts of batches. */
function withoutIdle(graph: OnnxGraph): OnnxGraph {
  const used = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  return { ...graph, initializers: graph.initializers.filter(({ name }) => used.has(name)) };
}
