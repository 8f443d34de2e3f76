/**
 * Reading and writing HDF5, through h5wasm in a thread of its own.
 */

import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { AbortedError, OutputError } from '../../core/errors.js';
import { stridesOf } from '../../core/image/c-order.js';
import type { ArrayPlan, ArrayWriter, ChunkedArray } from '../../core/image/chunked-array.js';
import { makeFolder } from '../../core/job/make-folder.js';
import { outputFailure } from '../../core/job/output-failure.js';
import { defineContainer } from '../../core/plugin/define.js';
import { axisLetters, spacingOf } from './container-attributes.js';
import { damaged, isFolder } from './container-folder.js';
import { type Hdf5Chunks, hdf5Chunks, hdf5Reading } from './hdf5-chunks.js';
import type { Hdf5Message, Hdf5Reply, Hdf5Request } from './hdf5-protocol.js';
import { pixelsOf, pixelType, storedBytes } from './wide-numbers.js';

export const hdf5 = defineContainer({
  id: 'hdf5',
  extensions: ['.h5', '.hdf5', '.hdf', '.he5'],
  detects: async (_, head) => head !== undefined && hasSignature(head),
  open: (file, { array }) => openHdf5(file, array ?? ''),
  create: (file, plan) => createHdf5(file, plan),
});

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** The signature stands at the start, or after a block of the user's of 512 bytes or a power of two of it. */
function hasSignature(head: Uint8Array): boolean {
  return [0, 512, 1024, 2048].some((start) => SIGNATURE.every((byte, i) => head[start + i] === byte));
}

/** Values that lie in one piece are read in parts of about this size, and tiny chunks together. */
const PART_BYTES = 2 ** 20;
/** Smaller chunks are many, and are read together by the library. */
const LEAST_CHUNK = 2 ** 14;
const MOST_CHUNK_BYTES = 2 ** 30;

async function openHdf5(file: string, array: string): Promise<ChunkedArray> {
  const thread = Hdf5Thread.shared();
  const reply = await thread.ask({ op: 'open', file: path.resolve(file), array });
  if (!('dataset' in reply)) throw damaged(file, unreadable(problemOf(reply)));
  const { handle, shape, chunks, type, attributes, path: inner, direct } = reply.dataset;
  const close = async () => {
    await thread.ask({ op: 'close', handle });
  };
  const bytes = storedBytes(type);
  const large = chunks?.reduce((product, side) => product * side, bytes) ?? PART_BYTES;
  const alone = direct && (direct.only || large >= LEAST_CHUNK);
  const chunk = chunks ? (alone ? chunks : together(chunks, shape, bytes)) : pieces(shape, bytes);
  const name = `${file}${inner}`;
  const problem = shape.some((side) => side === 0)
    ? `the dataset is empty (${shape.join('×')})`
    : chunk.reduce((product, side) => product * side, bytes) > MOST_CHUNK_BYTES
      ? `a chunk of ${chunk.join('×')} takes more than the ${MOST_CHUNK_BYTES} bytes that can be read at once. Save it with smaller chunks.`
      : undefined;
  if (problem) {
    await close();
    throw damaged(name, problem);
  }
  const axes = axisLetters(typeof attributes.axes === 'string' ? [...attributes.axes] : undefined);
  const opened = {
    file: name,
    shape,
    chunk,
    dtype: pixelType(type),
    ...(axes?.length === shape.length && { axes }),
    metadata: spacingOf(attributes),
    attributes,
    fill: 0,
    close,
  };
  if (alone) {
    const { storage, littleEndian, filters } = direct;
    const input: Hdf5Chunks = { file: path.resolve(file), name, shape, chunk, type, storage, littleEndian, filters };
    return { ...opened, readChunk: hdf5Chunks(input), reading: hdf5Reading(input) };
  }
  return {
    ...opened,
    async readChunk(position, signal) {
      if (signal?.aborted) throw new AbortedError();
      const start = position.map((at, axis) => at * chunk[axis]);
      const size = start.map((at, axis) => Math.min(chunk[axis], shape[axis] - at));
      const answer = await thread.ask({ op: 'read', handle, start, size });
      if (!('bytes' in answer))
        throw damaged(name, `the values from ${start.join(', ')} on cannot be read (${problemOf(answer)})`);
      const strides = stridesOf(size);
      try {
        return { data: pixelsOf(answer.bytes, type), strides };
      } catch (cause) {
        throw damaged(
          name,
          `the values from ${start.join(', ')} on cannot be read (${(cause as Error).message})`,
          cause,
        );
      }
    },
  };
}

/** What says itself what to do stands alone. */
function unreadable(problem: string): string {
  return problem.endsWith('.') ? problem : `the HDF5 file cannot be read (${problem})`;
}

/** Whole chunks, several of them where they are tiny: each message to the thread has its price. */
function together(chunks: readonly number[], shape: readonly number[], bytes: number): number[] {
  const result = [...chunks];
  for (let axis = result.length - 1; axis >= 0; axis--) {
    const now = result.reduce((product, side) => product * side, bytes);
    const most = Math.ceil(shape[axis] / chunks[axis]);
    const times = Math.min(Math.max(Math.floor(PART_BYTES / 8 / now), 1), most);
    result[axis] *= times;
  }
  return result;
}

/** Parts of values that lie in one piece: as many whole planes, or rows, as fit. */
function pieces(shape: readonly number[], bytes: number): number[] {
  const result = [...shape];
  for (let axis = 0; axis < shape.length; axis++) {
    const inner = shape.slice(axis + 1).reduce((product, side) => product * side, bytes);
    result[axis] = Math.min(shape[axis], Math.max(Math.floor(PART_BYTES / inner), 1));
    if (result[axis] > 1) break;
  }
  return result;
}

/** Name of the dataset in files that are written, as BiaPy's. */
const WRITTEN = 'data';
let count = 0;

/** A file with one dataset, made aside and renamed when it is closed. */
export async function createHdf5(file: string, plan: ArrayPlan): Promise<ArrayWriter> {
  if (await isFolder(file))
    throw new OutputError(`${file}: a folder is in the place of this HDF5 file. Move it away.`, { where: { file } });
  const thread = Hdf5Thread.shared();
  const temporary = path.join(path.dirname(file), `.biagraph-${process.pid}-${count++}-${path.basename(file)}`);
  try {
    await makeFolder(path.dirname(file));
  } catch (error) {
    throw outputFailure(file, error);
  }
  const failed = async (reply: Hdf5Reply) => {
    await rm(temporary, { force: true });
    return new OutputError(`Cannot write ${file}: ${problemOf(reply)}. Check the disk and the folder.`, {
      where: { file },
    });
  };
  const created = await thread.ask({ op: 'create', file: path.resolve(temporary), array: WRITTEN, plan });
  if (!('dataset' in created)) throw await failed(created);
  const { handle } = created.dataset;
  return {
    plan,
    async write(start, size, data) {
      const reply = await thread.ask({ op: 'write', handle, start, size, data });
      if ('problem' in reply) throw await failed(reply);
    },
    async close() {
      const reply = await thread.ask({ op: 'close', handle });
      if ('problem' in reply) throw await failed(reply);
      await rename(temporary, file).catch((error) => {
        throw outputFailure(file, error);
      });
    },
  };
}

function problemOf(reply: Hdf5Reply): string {
  return 'problem' in reply ? reply.problem : 'no answer';
}

/** One thread for all files, started when it is first needed. It does not keep the process from ending. */
class Hdf5Thread {
  static #shared: Hdf5Thread | undefined;
  readonly #worker: Worker;
  /** With the requests, whose pixels the thread may share: they must not be taken for unused before it answers. */
  readonly #waiting = new Map<number, { request: Hdf5Request; resolve: (reply: Hdf5Reply) => void }>();
  #next = 0;

  static shared(): Hdf5Thread {
    Hdf5Thread.#shared ??= new Hdf5Thread();
    return Hdf5Thread.#shared;
  }

  private constructor() {
    const fromSource = import.meta.url.endsWith('.ts');
    this.#worker = new Worker(
      new URL(fromSource ? './hdf5-thread-from-source.mjs' : './hdf5-thread.js', import.meta.url),
    );
    this.#worker.on('message', (reply: Hdf5Reply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#fail(error.message));
    this.#worker.on('exit', () => this.#fail('the HDF5 thread ended'));
    this.#worker.unref();
  }

  ask(request: Hdf5Request): Promise<Hdf5Reply> {
    return new Promise((resolve) => {
      const id = this.#next++;
      this.#waiting.set(id, { request, resolve });
      this.#worker.ref();
      this.#worker.postMessage({ id, request } satisfies Hdf5Message);
    });
  }

  #settle(reply: Hdf5Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    waiting?.resolve(reply);
  }

  /** What waits gets an answer; the next file gets a new thread. */
  #fail(problem: string): void {
    if (Hdf5Thread.#shared === this) Hdf5Thread.#shared = undefined;
    for (const id of [...this.#waiting.keys()]) this.#settle({ id, problem });
  }
}
