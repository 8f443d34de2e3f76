/** A network that is a model of TensorFlow.js: `model.json` with its shards, of Keras layers or a converted graph. */
import type { GraphModel, LayersModel } from '@tensorflow/tfjs';
import { ConfigError, FormatError, isBiagraphError } from '../errors.js';
import { FileNetwork } from './file-network.js';
import { channelsFirst, logicalOrder } from './layout.js';
import { type Tensor, tf } from './tf.js';
import { readTfjsModel, type TfjsModel } from './weights/tfjs.js';

export interface TfjsNetworkOptions {
  /** `model.json`. */
  readonly file: string;
  /** Names of the outputs that are wanted, the main head first; the first ones of the model where empty. */
  readonly outputs: readonly string[];
  /** Where the model has the channels; callers always have them last. */
  readonly channels: 'first' | 'last';
  readonly ndim: 2 | 3;
  readonly inputChannels: number;
  /** Channels of each head. */
  readonly outputChannels: readonly number[];
}

type Run = (x: Tensor) => Tensor[];

/** Loaded from its folder alone by {@link prepare}; traced like any other network, its weights being constants. */
export class TfjsNetwork extends FileNetwork {
  #run: Run | undefined;

  constructor(readonly options: TfjsNetworkOptions) {
    super('TensorFlow.js model', [options.file]);
  }

  /** @throws FormatError when the model cannot be read; ConfigError when it does not fit the workflow. */
  override async prepare(): Promise<void> {
    if (this.#run) return;
    const { file } = this.options;
    const source = await readTfjsModel(file);
    if (!tf.getBackend()) await tf.setBackend('cpu');
    try {
      this.#run = source.format === 'layers-model' ? await this.#openLayers(source) : this.#openGraph(source);
    } catch (cause) {
      if (isBiagraphError(cause)) throw cause;
      throw new FormatError(`${file}: TensorFlow.js cannot build the model: ${(cause as Error).message}`, {
        where: { file },
        cause,
      });
    }
  }

  forward(x: Tensor): Tensor[] {
    if (!this.#run) throw new TypeError(`${this.options.file} is not loaded: wait for prepare().`);
    if (this.options.channels === 'last') return this.#run(x);
    const rank = x.rank;
    const back = [0, ...logicalOrder(rank - 2).map((axis) => axis + 2), 1];
    return this.#run(tf.transpose(x, channelsFirst(rank))).map((y) => (y.rank === rank ? tf.transpose(y, back) : y));
  }

  async #openLayers(source: TfjsModel): Promise<Run> {
    const model = (await tf.loadLayersModel({ load: async () => artifactsOf(source) })) as LayersModel;
    const names = model.outputNames;
    const wanted = this.#wanted(names);
    this.#checkPorts(
      model.inputs.map(({ shape }) => shape),
      wanted.map((name) => model.outputs[names.indexOf(name)].shape),
    );
    return (x) => {
      const given = model.apply(x, { training: false }) as Tensor | Tensor[];
      const all = Array.isArray(given) ? given : [given];
      return wanted.map((name) => all[names.indexOf(name)]);
    };
  }

  #openGraph(source: TfjsModel): Run {
    const model = tf.loadGraphModelSync(artifactsOf(source)) as unknown as GraphModel;
    const wanted = this.#wanted(model.outputNodes);
    this.#checkPorts(
      model.inputs.map(({ shape }) => shape),
      wanted.map((name) => model.outputs.find((output) => output.name === name)?.shape),
    );
    const [input] = model.inputNodes;
    return (x) => {
      const given = model.execute({ [input]: x }, wanted);
      return Array.isArray(given) ? given : [given];
    };
  }

  #wanted(known: readonly string[]): string[] {
    const { outputs, outputChannels } = this.options;
    const wanted = outputs.length > 0 ? outputs : known.slice(0, outputChannels.length);
    const unknown = wanted.find((name) => !known.includes(name));
    if (unknown !== undefined)
      throw this.#wrong(`there is no output '${unknown}'.`, `Its outputs are ${known.join(', ')}.`);
    if (wanted.length !== outputChannels.length)
      throw this.#wrong(
        `the workflow needs ${outputChannels.length} outputs, found ${wanted.length} (${wanted.join(', ')}).`,
        'Choose others in MODEL.PARAMETERS.outputs.',
      );
    return [...wanted];
  }

  #checkPorts(inputs: (Sides | undefined)[], outputs: (Sides | undefined)[]): void {
    if (inputs.length !== 1)
      throw this.#wrong(`expected one input, found ${inputs.length}.`, 'Export a network that takes one image.');
    const { ndim, inputChannels, outputChannels } = this.options;
    const [input] = inputs;
    if (input && input.length > 0 && input.length !== ndim + 2)
      throw this.#wrong(
        `expected ${ndim + 2} axes (batch, ${ndim}D image and channels), found [${shown(input)}].`,
        `Use a ${ndim}D network, or set PROBLEM.NDIM to what this one is for.`,
      );
    this.#checkChannels('the input', input, inputChannels, 'DATA.PATCH_SIZE');
    outputs.forEach((output, i) => {
      this.#checkChannels(`output ${i}`, output, outputChannels[i], 'PROBLEM and DATA.N_CLASSES');
    });
  }

  #checkChannels(port: string, shape: Sides | undefined, wanted: number, from: string): void {
    if (!shape || shape.length === 0) return;
    const side = this.options.channels === 'first' ? shape[1] : shape[shape.length - 1];
    if (side === null || side === undefined || side < 0 || side === wanted) return;
    throw this.#wrong(
      `expected ${wanted} channel${wanted === 1 ? '' : 's'} for ${port}, found ${side} in [${shown(shape)}].`,
      `Channels come from ${from}; MODEL.PARAMETERS.channels says where the model has them.`,
    );
  }

  #wrong(message: string, advice: string): ConfigError {
    const told = `the TensorFlow.js model ${this.options.file}: ${message}`;
    return new ConfigError([{ severity: 'error', key: 'MODEL.PARAMETERS', message: told, advice }]);
  }
}

type Sides = readonly (number | null)[];

function shown(shape: Sides): string {
  return shape.map((side) => (side === null || side < 0 ? 'any' : side)).join(', ');
}

function artifactsOf({ json, specs, data }: TfjsModel) {
  const { modelTopology, format, signature, generatedBy, convertedBy, userDefinedMetadata } = json;
  return {
    modelTopology: modelTopology as object,
    format: format as string,
    generatedBy: generatedBy as string,
    convertedBy: convertedBy as string | null,
    ...(signature !== undefined && { signature: signature as object }),
    ...(userDefinedMetadata !== undefined && { userDefinedMetadata: userDefinedMetadata as Record<string, string> }),
    weightSpecs: specs,
    weightData: data,
  };
}
