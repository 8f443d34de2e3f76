import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isBiagraphError } from '../../../core/errors.js';
import type { JobEvent } from '../../../core/job/events.js';
import { fingerprint, hashConfig } from '../../../core/job/hash.js';
import { ManifestRecorder, readManifest } from '../../../core/job/manifest.js';
import { START } from './a-run.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'biagraph-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const started: JobEvent = { type: 'job.started', job: 'cells_1', folder: 'x', device: 'cpu', seed: 7, resumed: false };

function recorder(signal?: AbortSignal) {
  let time = START;
  const file = path.join(folder, 'results', 'manifest.json');
  const config = { file: path.join(folder, 'config_files', 'cells.yaml'), sha256: hashConfig({ a: 1 }) };
  const made = new ManifestRecorder({ file, config, command: 'biagraph run', now: () => time, signal });
  return { file, made, wait: (seconds: number) => (time += seconds * 1000) };
}

describe('ManifestRecorder', () => {
  it('tells what a run was made from and what it made', async () => {
    const { file, made, wait } = recorder();
    const input = path.join(folder, 'data', 'a.tif');
    const output = path.join(folder, 'results', 'per_image', 'a.tif');
    for (const target of [input, output]) {
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, target);
    }
    made.take(started);
    await made.save();
    expect(await readManifest(file)).toMatchObject({ status: 'running', inputs: [], outputs: [], metrics: {} });

    wait(90);
    const events: JobEvent[] = [
      { type: 'file.read', file: input, bytes: 1 },
      { type: 'file.read', file: input, bytes: 1 },
      { type: 'file.written', file: output, kind: 'prediction' },
      { type: 'file.read', file: output, bytes: 1 },
      { type: 'checkpoint.saved', file: path.join(folder, 'gone.safetensors'), epoch: 0, reason: 'best' },
      { type: 'job.finished', job: 'cells_1', seconds: 90, metrics: { IoU: 0.8, FID: Number.NaN } },
    ];
    for (const event of events) made.take(event);
    await made.save();
    const manifest = await readManifest(file);
    expect(manifest).toMatchObject({
      job: 'cells_1',
      status: 'finished',
      started: new Date(START).toISOString(),
      finished: new Date(START + 90_000).toISOString(),
      seconds: 90,
      seed: 7,
      config: { file: '../config_files/cells.yaml', sha256: hashConfig({ a: 1 }) },
      metrics: { IoU: 0.8, FID: null },
      inputs: [{ path: '../data/a.tif', ...(await fingerprint(input)) }],
      outputs: [
        { path: '../gone.safetensors', bytes: 0, kind: 'checkpoint' },
        { path: 'per_image/a.tif', kind: 'prediction', ...(await fingerprint(output)) },
      ],
    });
    expect(manifest.versions['node']).toBe(process.versions.node);
  });

  it('knows failed from stopped', async () => {
    const failed: JobEvent = { type: 'job.failed', job: 'cells_1', message: 'no images' };
    const status = async (signal: AbortSignal | undefined, ...events: JobEvent[]) => {
      const { file, made } = recorder(signal);
      for (const event of [started, ...events]) made.take(event);
      made.end();
      await made.save();
      const { status, error } = await readManifest(file);
      return [status, error];
    };
    expect(await status(undefined, failed)).toEqual(['failed', 'no images']);
    expect(await status(AbortSignal.abort(), failed)).toEqual(['aborted', 'no images']);
    expect(await status(undefined)).toEqual(['aborted', undefined]);
  });

  it('writes nothing for a job that never started', async () => {
    const { file, made } = recorder();
    await made.save();
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });
});

describe('readManifest', () => {
  it.each(['', '[]', '{"format": "biagraph-manifest", "formatVersion": 1}'])('refuses %j', async (text) => {
    const file = path.join(folder, 'manifest.json');
    await writeFile(file, text);
    const error = await readManifest(file).catch((thrown: unknown) => thrown as Error);
    expect(isBiagraphError(error, 'format')).toBe(true);
    expect((error as Error).message).toContain(`${file} is not a manifest of a job: `);
  });
});
