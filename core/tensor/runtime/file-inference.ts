/** Prediction with an ONNX file. */
import { TensorError } from '../../errors.js';
import { sizeOf } from '../layout.js';
import type { OnnxNetwork } from '../onnx/network.js';
import type { TensorData } from '../tensor-data.js';
import type { Channel } from './channel.js';
import { checkData } from './state.js';
import { inTurn } from './turns.js';
import type { InferenceProgram, RestoreReport } from './types.js';

export class FileInference implements InferenceProgram {
  readonly #turn = inTurn();
  #loaded: Promise<unknown> | undefined;
  #spare: Float32Array | undefined;

  constructor(
    readonly channel: Channel,
    readonly program: number,
    readonly network: OnnxNetwork,
  ) {}

  predict(input: TensorData): Promise<TensorData[]> {
    return this.#turn(async () => {
      checkData('input', input);
      this.#checkSpace(input.shape);
      const { file, batch } = this.network.options;
      this.#loaded ??= this.channel.ask({ call: 'loadFile', program: this.program, file });
      await this.#loaded;
      const count = input.shape[0];
      if (batch === undefined) return this.#run(input);
      const parts: TensorData[][] = [];
      for (let start = 0; start < count; start += batch) parts.push(await this.#run(piece(input, start, batch)));
      return parts[0].map((_, i) =>
        joined(
          parts.map((outputs) => outputs[i]),
          count,
        ),
      );
    });
  }

  /** The file brings its weights; others cannot be put into it. */
  async restore(brought: ReadonlyMap<string, TensorData>): Promise<RestoreReport> {
    return { missing: [], unexpected: [...brought.keys()], mismatched: [] };
  }

  dispose(): Promise<void> {
    return this.#turn(() => this.channel.ask({ call: 'close', program: this.program }));
  }

  async #run(input: TensorData): Promise<TensorData[]> {
    const { input: name, outputs, channels } = this.network.options;
    const fed = this.#copy(input, channels === 'first');
    const { outputs: results, feeds } = await this.channel.ask(
      { call: 'runFile', program: this.program, feeds: new Map([[name, fed]]), outputs },
      [fed.data.buffer as ArrayBuffer],
    );
    this.#spare = feeds.get(name)?.data;
    return outputs.map((output) => {
      const result = results.get(output)!;
      return channels === 'first' && result.shape.length > 2 ? toLast(result) : result;
    });
  }

  /** The input as the file takes it, in memory that can be handed over: that of the run before, which came back. */
  #copy(input: TensorData, channelsFirst: boolean): TensorData {
    const { length } = input.data;
    const data = this.#spare?.length === length ? this.#spare : new Float32Array(length);
    this.#spare = undefined;
    if (channelsFirst) return toFirst(input, data);
    data.set(input.data);
    return { data, shape: input.shape };
  }

  #checkSpace(shape: readonly number[]): void {
    const { file, space } = this.network.options;
    const got = shape.slice(1, -1);
    if (space.every((side, i) => side === undefined || side === got[i])) return;
    throw new TensorError(
      `The ONNX file ${file} takes images of ${space.map((side) => side ?? 'any').join('×')} pixels, got ${got.join('×')}. ` +
        'Set DATA.PATCH_SIZE to what it takes.',
      { where: { file, key: 'DATA.PATCH_SIZE' } },
    );
  }
}

/** Images from `start` on, as many as `count`; the last one is repeated where there are not so many. */
function piece({ data, shape }: TensorData, start: number, count: number): TensorData {
  const size = sizeOf(shape.slice(1));
  const part = new Float32Array(size * count);
  for (let i = 0; i < count; i++) {
    const image = Math.min(start + i, shape[0] - 1);
    part.set(data.subarray(image * size, (image + 1) * size), i * size);
  }
  return { data: part, shape: [count, ...shape.slice(1)] };
}

/** The first `count` images of all parts. */
function joined(parts: readonly TensorData[], count: number): TensorData {
  const rest = parts[0].shape.slice(1);
  const data = new Float32Array(count * sizeOf(rest));
  let at = 0;
  for (const part of parts) {
    data.set(part.data.subarray(0, data.length - at), at);
    at += part.data.length;
  }
  return { data, shape: [count, ...rest] };
}

/** `[n, ...space, c]` to `[n, c, ...space]`, in `out`. */
function toFirst({ data, shape }: TensorData, out: Float32Array): TensorData {
  const [n, channels] = [shape[0], shape[shape.length - 1]];
  const space = shape.slice(1, -1);
  return { data: swapped(data, n, sizeOf(space), channels, out), shape: [n, channels, ...space] };
}

/** `[n, c, ...space]` to `[n, ...space, c]`. */
function toLast({ data, shape }: TensorData): TensorData {
  const [n, channels, ...space] = shape;
  return { data: swapped(data, n, channels, sizeOf(space)), shape: [n, ...space, channels] };
}

/** `[n, rows, columns]` to `[n, columns, rows]`. */
function swapped(
  data: Float32Array,
  n: number,
  rows: number,
  columns: number,
  out: Float32Array = new Float32Array(data.length),
): Float32Array {
  for (let i = 0; i < n; i++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        out[(i * columns + column) * rows + row] = data[(i * rows + row) * columns + column];
  return out;
}
