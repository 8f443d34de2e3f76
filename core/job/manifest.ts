/** `manifest.json`: what a run was made from, what it made, and how it ended. */
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { FormatError } from '../errors.js';
import type { JobEvent } from './events.js';
import { fingerprint } from './hash.js';
import { softwareVersions } from './versions.js';
import { writeWhole } from './write-aside.js';

const ManifestFile = Type.Object({
  path: Type.String({ description: 'Relative to the folder of the manifest, with /.' }),
  bytes: Type.Integer({ minimum: 0 }),
  sha256: Type.Optional(
    Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Absent for content too large to be hashed, or gone.' }),
  ),
  kind: Type.Optional(Type.String()),
});

export const ManifestSchema = Type.Object({
  format: Type.Literal('biagraph-manifest'),
  formatVersion: Type.Literal(1),
  job: Type.String(),
  status: Type.Union(['running', 'finished', 'failed', 'aborted'].map((status) => Type.Literal(status))),
  /** ISO 8601, UTC. */
  started: Type.String(),
  finished: Type.Optional(Type.String()),
  seconds: Type.Optional(Type.Number()),
  resumed: Type.Boolean(),
  seed: Type.Number(),
  device: Type.String(),
  command: Type.Optional(Type.String()),
  versions: Type.Record(Type.String(), Type.String()),
  platform: Type.Object({
    os: Type.String(),
    arch: Type.String(),
    cpu: Type.String(),
    cores: Type.Integer(),
    memory: Type.Integer({ description: 'Bytes.' }),
  }),
  config: Type.Object({ file: Type.Optional(Type.String()), sha256: Type.String() }),
  metrics: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()]), {
    description: 'Final values; null where a value is not finite.',
  }),
  error: Type.Optional(Type.String()),
  inputs: Type.Array(ManifestFile),
  outputs: Type.Array(ManifestFile),
});

export type ManifestFile = Static<typeof ManifestFile>;
export type ManifestStatus = 'running' | 'finished' | 'failed' | 'aborted';
export type Manifest = Omit<Static<typeof ManifestSchema>, 'status'> & { status: ManifestStatus };

export interface ManifestOptions {
  /** Where it goes; paths in it are relative to its folder. */
  file: string;
  /** {@link hashConfig} of the resolved configuration, and its copy in the job folder. */
  config: { file?: string; sha256: string };
  command?: string;
  versions?: Readonly<Record<string, string>>;
  platform?: Manifest['platform'];
  /** Inputs and outputs larger than this are listed without a hash. In bytes. */
  hashLimit?: number;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Tells a failure from a stop by the user. */
  signal?: AbortSignal;
}

/** Hashing more than this would take longer than many a job. */
const HASH_LIMIT = 16 * 2 ** 30;
const ABORTED_HASH_LIMIT = 32 * 2 ** 20;

/** Collects a manifest from events; {@link save} writes it, first when the job starts and again when it has ended. */
export class ManifestRecorder {
  private readonly read = new Set<string>();
  private readonly written = new Map<string, string>();
  private head: Pick<Manifest, 'job' | 'started' | 'resumed' | 'seed' | 'device'> | undefined;
  private startedAt = 0;
  private status: ManifestStatus = 'running';
  private metrics: Record<string, number> = {};
  private error: string | undefined;

  constructor(private readonly options: ManifestOptions) {}

  take(event: JobEvent): void {
    switch (event.type) {
      case 'job.started':
        this.startedAt = this.options.now();
        this.head = {
          job: event.job,
          started: new Date(this.startedAt).toISOString(),
          resumed: event.resumed,
          seed: event.seed,
          device: event.device,
        };
        break;
      case 'file.read':
        this.read.add(path.resolve(event.file));
        break;
      case 'file.written':
        this.written.set(path.resolve(event.file), event.kind);
        break;
      case 'checkpoint.saved':
        this.written.set(path.resolve(event.file), 'checkpoint');
        break;
      case 'job.finished':
        this.status = 'finished';
        this.metrics = event.metrics;
        break;
      case 'job.failed':
        this.status = this.options.signal?.aborted ? 'aborted' : 'failed';
        this.error = event.message;
        break;
    }
  }

  /** A job that ends without having said how was stopped. */
  end(): void {
    if (this.status === 'running') this.status = 'aborted';
  }

  /**
   * Writes the manifest as it stands. Files are hashed once the job has ended; while it runs none are listed.
   *
   * @throws OutputError when it cannot be written.
   */
  async save(): Promise<void> {
    if (this.head === undefined) return;
    const { file, config, command, now, platform = thisMachine() } = this.options;
    const ended = this.status !== 'running';
    const manifest: Manifest = {
      format: 'biagraph-manifest',
      formatVersion: 1,
      ...this.head,
      status: this.status,
      ...(ended && { finished: new Date(now()).toISOString(), seconds: (now() - this.startedAt) / 1000 }),
      ...(command !== undefined && { command }),
      versions: { ...(this.options.versions ?? softwareVersions()) },
      platform,
      config: { ...config, ...(config.file !== undefined && { file: this.relative(config.file) }) },
      metrics: Object.fromEntries(
        Object.entries(this.metrics).map(([name, value]) => [name, Number.isFinite(value) ? value : null]),
      ),
      ...(this.error !== undefined && { error: this.error }),
      // What is written and read again is a result, not an input.
      inputs: ended ? await this.list([...this.read].filter((name) => !this.written.has(name))) : [],
      outputs: ended ? await this.list([...this.written.keys()]) : [],
    };
    await writeWhole(file, `${JSON.stringify(manifest, undefined, 2)}\n`);
  }

  private async list(files: string[]): Promise<ManifestFile[]> {
    const { hashLimit = HASH_LIMIT } = this.options;
    // Whoever stops a job does not want to wait for terabytes to be read.
    const limit = this.status === 'aborted' ? Math.min(hashLimit, ABORTED_HASH_LIMIT) : hashLimit;
    const entries: ManifestFile[] = [];
    for (const file of files.sort()) {
      const kind = this.written.get(file);
      // A checkpoint that a later one replaced, or a drive that went away: the run is no less finished.
      const { bytes, sha256 } = await fingerprint(file, { limit }).catch(() => ({ bytes: 0, sha256: undefined }));
      entries.push({
        path: this.relative(file),
        bytes,
        ...(sha256 !== undefined && { sha256 }),
        ...(kind !== undefined && { kind }),
      });
    }
    return entries;
  }

  private relative(file: string): string {
    return path.relative(path.dirname(this.options.file), file).split(path.sep).join('/');
  }
}

/**
 * @throws FormatError when the file is no manifest.
 * @throws NodeJS.ErrnoException when it cannot be read.
 */
export async function readManifest(file: string): Promise<Manifest> {
  const text = await readFile(file, 'utf8');
  try {
    const manifest: unknown = JSON.parse(text);
    const [problem] = Value.Errors(ManifestSchema, manifest);
    if (problem) throw new Error(`${problem.instancePath || 'it'} ${problem.message}`);
    return manifest as Manifest;
  } catch (error) {
    throw new FormatError(`${file} is not a manifest of a job: ${(error as Error).message}.`, {
      where: { file },
      cause: error,
    });
  }
}

function thisMachine(): Manifest['platform'] {
  const cpus = os.cpus();
  return {
    os: `${os.type()} ${os.release()}`,
    arch: os.arch(),
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memory: os.totalmem(),
  };
}
