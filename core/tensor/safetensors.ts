/**
 * Weights in the safetensors format: eight bytes of header length, a JSON header, raw little-endian data.
 * Format: https://github.com/huggingface/safetensors
 */
import { type FileHandle, open, writeFile } from 'node:fs/promises';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { FormatError } from '../errors.js';
import { writeAside } from '../job/write-aside.js';
import { sizeOf } from './layout.js';
import type { NamedTensors } from './tensor-data.js';

/** The reference implementation refuses longer headers. */
const LONGEST_HEADER = 100_000_000;
const METADATA = '__metadata__';

const Entry = Type.Object({
  dtype: Type.String(),
  shape: Type.Array(Type.Integer({ minimum: 0 })),
  data_offsets: Type.Tuple([Type.Integer({ minimum: 0 }), Type.Integer({ minimum: 0 })]),
});
type Entry = Static<typeof Entry>;

const Metadata = Type.Record(Type.String(), Type.String());

type Reader = (view: DataView, at: number) => number;

const DTYPES: Readonly<Record<string, { bytes: number; read: Reader }>> = {
  F64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  F32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  F16: { bytes: 2, read: (view, at) => halfToNumber(view.getUint16(at, true)) },
  BF16: { bytes: 2, read: (view, at) => brainToNumber(view.getUint16(at, true)) },
  I64: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  I32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  I16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  I8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  U8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  BOOL: { bytes: 1, read: (view, at) => view.getUint8(at) },
};

/**
 * Writes float32 tensors, sorted by name, whole or not at all.
 *
 * @throws OutputError when the file cannot be written.
 */
export async function saveSafetensors(
  file: string,
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const names = [...tensors.keys()].sort();
  const header: Record<string, Entry | Readonly<Record<string, string>>> = { [METADATA]: metadata };
  let offset = 0;
  for (const name of names) {
    const { data, shape } = tensors.get(name)!;
    header[name] = { dtype: 'F32', shape: [...shape], data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Data start at a multiple of eight bytes; the header ends in spaces.
  const padded = Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(8 + padded + offset).fill(0x20, 8, 8 + padded);
  new DataView(out.buffer).setBigUint64(0, BigInt(padded), true);
  out.set(json, 8);
  let at = 8 + padded;
  for (const name of names) {
    const { data } = tensors.get(name)!;
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  await writeAside(file, (temporary) => writeFile(temporary, out));
}

export interface Safetensors {
  /** All tensors as float32. */
  tensors: NamedTensors;
  metadata: Record<string, string>;
}

/**
 * Reads a file of any number type as float32. Nothing is allocated on the word of the header alone: lengths, shapes and
 * offsets must fit the file first.
 *
 * @throws FormatError naming the file and what is wrong with it.
 */
export async function loadSafetensors(file: string): Promise<Safetensors> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (cause) {
    throw new FormatError(`${file}: cannot be opened (${(cause as Error).message}).`, { where: { file }, cause });
  }
  try {
    return await read(file, handle);
  } finally {
    await handle.close();
  }
}

/** What a file says of itself, without reading its data. @throws FormatError as {@link loadSafetensors}. */
export async function readSafetensorsHeader(
  file: string,
): Promise<{ shapes: Map<string, readonly number[]>; metadata: Record<string, string> }> {
  const handle = await open(file, 'r');
  try {
    const { header } = await readHeader(file, handle);
    return { shapes: new Map(header.entries.map(([name, { shape }]) => [name, shape])), metadata: header.metadata };
  } finally {
    await handle.close();
  }
}

async function readHeader(file: string, handle: FileHandle) {
  const { size } = await handle.stat();
  const refuse = (problem: string): never => {
    throw new FormatError(`${file}: not a sound safetensors file: ${problem}. Fetch or write it again.`, {
      where: { file },
    });
  };
  if (size < 8) refuse(`it has ${size} bytes`);
  const headerLength = (await readBytes(handle, 0, 8)).getBigUint64(0, true);
  if (headerLength > BigInt(Math.min(LONGEST_HEADER, size - 8)))
    refuse(`its header claims ${headerLength} bytes, the file has ${size}`);
  const header = parseHeader(await readBytes(handle, 8, Number(headerLength)), refuse);
  return { size, start: 8 + Number(headerLength), header, refuse };
}

async function read(file: string, handle: FileHandle): Promise<Safetensors> {
  const { size, start, header, refuse } = await readHeader(file, handle);
  const tensors: NamedTensors = new Map();
  for (const [name, entry] of header.entries) {
    const dtype = DTYPES[entry.dtype] ?? refuse(`tensor ${name} has the unknown type ${entry.dtype}`);
    const [begin, end] = entry.data_offsets;
    const bytes = sizeOf(entry.shape) * dtype.bytes;
    if (end - begin !== bytes || start + end > size)
      refuse(`tensor ${name} of shape ${entry.shape.join('×')} claims the bytes ${begin} to ${end} of ${size - start}`);
    const view = await readBytes(handle, start + begin, bytes);
    tensors.set(name, { data: toFloat32(view, dtype, bytes / dtype.bytes), shape: entry.shape });
  }
  return { tensors, metadata: header.metadata };
}

function parseHeader(
  view: DataView,
  refuse: (problem: string) => never,
): { entries: [string, Entry][]; metadata: Record<string, string> } {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(view));
  } catch {
    return refuse('its header is not JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return refuse('its header is not an object');
  const { [METADATA]: metadata = {}, ...rest } = json as Record<string, unknown>;
  if (!Value.Check(Metadata, metadata)) return refuse('its metadata are not texts');
  const entries: [string, Entry][] = [];
  for (const [name, entry] of Object.entries(rest)) {
    if (!Value.Check(Entry, entry)) return refuse(`the entry of tensor ${name} is malformed`);
    entries.push([name, entry]);
  }
  return { entries, metadata };
}

async function readBytes(handle: FileHandle, position: number, length: number): Promise<DataView> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new FormatError(`the file ends at byte ${position + done}.`);
    done += bytesRead;
  }
  return new DataView(bytes.buffer);
}

function toFloat32(view: DataView, dtype: { bytes: number; read: Reader }, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => dtype.read(view, i * dtype.bytes));
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a float32. */
function brainToNumber(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}
