/** What an ONNX file takes and gives, read without loading it. */
import { readFileSync } from 'node:fs';
import { FormatError } from '../../errors.js';
import { readBytes, readNumber, readText } from './read-proto.js';

/** Names of `TensorProto.DataType`. */
const TYPES: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
};

export interface ModelPort {
  readonly name: string;
  /** Element type, such as `float32`. */
  readonly type: string;
  /** Sides; a word stands for one that is free. Undefined where the file does not tell. */
  readonly shape: readonly (number | string)[] | undefined;
}

export interface ModelInterface {
  /** Those that a caller feeds; weights are left out. */
  readonly inputs: readonly ModelPort[];
  readonly outputs: readonly ModelPort[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** @throws FormatError when the file cannot be read or is no ONNX model. */
export function readModelInterface(file: string): ModelInterface {
  try {
    return parseModel(readFileSync(file));
  } catch (cause) {
    const unreadable = (cause as NodeJS.ErrnoException).code !== undefined && !(cause instanceof RangeError);
    throw new FormatError(
      unreadable
        ? `${file} cannot be read: ${(cause as Error).message}.`
        : `${file} is not an ONNX model, or is damaged: ${(cause as Error).message}. Export or download it anew.`,
      { where: { file }, cause },
    );
  }
}

/** @throws RangeError when the bytes are no ONNX model. */
function parseModel(bytes: Uint8Array): ModelInterface {
  const [graph] = readBytes(bytes, 7);
  if (!graph) throw new RangeError('there is no graph in it');
  const weights = new Set([...readBytes(graph, 5)].map((tensor) => readText(tensor, 8)));
  const inputs = [...readBytes(graph, 11)].map(readPort).filter(({ name }) => !weights.has(name));
  const outputs = [...readBytes(graph, 12)].map(readPort);
  if (outputs.length === 0) throw new RangeError('its graph gives nothing');
  const metadata = [...readBytes(bytes, 14)].map((entry) => [readText(entry, 1), readText(entry, 2)]);
  return { inputs, outputs, metadata: Object.fromEntries(metadata) };
}

function readPort(info: Uint8Array): ModelPort {
  const [type] = readBytes(info, 2);
  const [tensor] = type ? readBytes(type, 1) : [];
  const code = tensor ? readNumber(tensor, 1) : undefined;
  const [shape] = tensor ? readBytes(tensor, 2) : [];
  return {
    name: readText(info, 1),
    type: code === undefined ? 'no tensor' : (TYPES[code] ?? `type ${code}`),
    shape: shape && [...readBytes(shape, 1)].map((side) => readNumber(side, 1) ?? (readText(side, 2) || '?')),
  };
}
