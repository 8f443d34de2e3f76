/**
 * A volume much larger than the memory budget goes through a whole job: loader, normalizer, network, joiner, writer.
 *
 * The Zarr container is real, but its chunks are links to a few files, so that it takes no room and is made in a moment. The
 * network doubles its input.
 */
import { spawn } from 'node:child_process';
import { link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { JobEvent } from '../../core/job/events.js';
import { encodeModel } from '../../core/tensor/onnx/model.js';
import { byteCodec } from '../../plugins/format/zarr-codec.js';
import type { GroupOptions, Measure } from '../measure.js';

/** The built package, which `npm run bench` makes before; from source the loader of TypeScript would take memory too. */
const BUILT = [fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))];
const CHUNK = 64;
const CHUNK_MEGABYTES = (CHUNK ** 3 * 4) / 2 ** 20;
/** Different chunks; all others are links to these. */
const DIFFERENT = 8;

export interface Streamed {
  /** Chunks of the container, and how many were read. */
  chunks: number;
  read: number;
  seconds: number;
  /** Largest resident set of the process, MB. */
  peak: number;
  /** Of the volume, float32, MB. */
  megabytes: number;
  patches: number;
}

export interface StreamOptions {
  megabytes: number;
  /** SYSTEM.MEMORY_BUDGET, MB. */
  budget: number;
  patch: readonly [number, number, number];
  padding: readonly [number, number, number];
  /** Arguments of Node that start the program; the built package without them. */
  program?: readonly string[];
  note?(text: string): void;
}

/** Streams a cube of about so many megabytes. @throws Error with what the job said when it fails. */
export async function streamZarr(options: StreamOptions): Promise<Streamed> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'biagraph-stream-'));
  try {
    const grid = Math.max(Math.round(Math.cbrt(options.megabytes / CHUNK_MEGABYTES)), 2);
    await makeVolume(path.join(folder, 'data', 'volume.zarr'), grid);
    await writeFile(path.join(folder, 'network.onnx'), doublingNetwork());
    await writeFile(path.join(folder, 'job.yaml'), jobFile(options));
    options.note?.(`A cube of ${grid * CHUNK} voxels, ${grid ** 3} chunks.`);
    const started = performance.now();
    const { read, patches, peak } = await runJob(folder, options.program ?? BUILT, options.note);
    const seconds = (performance.now() - started) / 1000;
    return { chunks: grid ** 3, read, seconds, peak, megabytes: grid ** 3 * CHUNK_MEGABYTES, patches };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Minutes long, so only when it is asked for by its name: `--only "Zarr stream"`. */
export async function* streamMeasures({ only, note }: GroupOptions): AsyncGenerator<Measure> {
  const name = 'Zarr stream, 6 GB in a budget of 256 MB';
  if (only === '' || !name.includes(only)) return;
  const found = await streamZarr({ megabytes: 6000, budget: 256, patch: [128, 128, 128], padding: [4, 4, 4], note });
  note(`${found.read} reads of ${found.chunks} chunks, at most ${Math.round(found.peak)} MB resident.`);
  yield { name: `${name}, time`, ours: found.seconds, unit: 's' };
  yield { name: `${name}, peak memory`, ours: found.peak, unit: 'MB' };
  yield { name: `${name}, chunks read`, ours: (100 * found.read) / found.chunks, unit: '%' };
}

async function makeVolume(container: string, grid: number): Promise<void> {
  await mkdir(container, { recursive: true });
  const codec = await byteCodec(
    'blosc',
    { cname: 'lz4', clevel: 5, shuffle: 1 },
    { dataType: 'float32', shape: [CHUNK ** 3] },
  );
  const files: string[] = [];
  for (let kind = 0; kind < DIFFERENT; kind++) {
    const values = new Float32Array(CHUNK ** 3);
    for (let i = 0, state = kind + 1; i < values.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      values[i] = 100 * kind + (state >>> 20);
    }
    const file = path.join(container, `.kind-${kind}`);
    await writeFile(file, await codec.encode(new Uint8Array(values.buffer)));
    files.push(file);
  }
  for (let z = 0; z < grid; z++)
    for (let y = 0; y < grid; y++)
      for (let x = 0; x < grid; x++)
        await link(files[(z + 3 * y + 5 * x) % DIFFERENT], path.join(container, `${z}.${y}.${x}`));
  const side = grid * CHUNK;
  const metadata = {
    zarr_format: 2,
    shape: [side, side, side],
    chunks: [CHUNK, CHUNK, CHUNK],
    dtype: '<f4',
    order: 'C',
    fill_value: 0,
    filters: null,
    compressor: { id: 'blosc', cname: 'lz4', clevel: 5, shuffle: 1, blocksize: 0 },
  };
  await writeFile(path.join(container, '.zarray'), JSON.stringify(metadata));
}

function doublingNetwork(): Uint8Array {
  const shape = ['n', 'z', 'y', 'x', 1];
  return encodeModel({
    name: 'doubling',
    nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'], attributes: {} }],
    initializers: [],
    inputs: [{ name: 'x', type: 'float32', shape }],
    outputs: [{ name: 'y', type: 'float32', shape }],
  });
}

function jobFile({ budget, patch, padding }: StreamOptions): string {
  return `SYSTEM: { MEMORY_BUDGET: ${budget}MB, NUM_CPUS: 1 }
PROBLEM: { TYPE: SEMANTIC_SEG, NDIM: 3D }
DATA:
  PATCH_SIZE: (${patch.join(', ')}, 1)
  TEST: { PATH: data, LOAD_GT: False, PADDING: (${padding.join(', ')}), INPUT_IMG_AXES_ORDER: ZYX }
MODEL:
  ARCHITECTURE: onnx
  PARAMETERS: { file: network.onnx, channels: last }
TRAIN: { ENABLE: False, BATCH_SIZE: 1 }
TEST: { ENABLE: True, SAVE_MODEL_RAW_OUTPUT: False }
`;
}

/** The process tells its largest resident set when it ends. */
const TELL_PEAK = `data:text/javascript,process.on("exit",()=>process.stderr.write("\\npeak "+process.resourceUsage().maxRSS+"\\n"))`;

async function runJob(folder: string, program: readonly string[], note?: (text: string) => void) {
  const args = ['--import', TELL_PEAK, ...program, 'run', 'job.yaml', '--json'];
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, TMPDIR: folder } });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  let [read, patches, told] = [0, 0, 0];
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as JobEvent;
    if (event.type === 'chunks.read') read += event.read;
    if (event.type !== 'progress.step' || event.unit !== 'patch') continue;
    patches = event.done;
    if (performance.now() - told > 30_000) {
      told = performance.now();
      note?.(`${patches} patches`);
    }
  }
  const code = child.exitCode ?? (await new Promise((resolve) => child.on('close', resolve)));
  const peak = Number(/peak (\d+)/.exec(errors)?.[1]) / 1024;
  if (code !== 0) throw new Error(`the job ended with code ${code}: ${errors}`);
  return { read, patches, peak };
}
