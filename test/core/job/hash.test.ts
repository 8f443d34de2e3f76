import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint, hashConfig } from '../../../core/job/hash.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'biagraph-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');

describe('fingerprint', () => {
  it('of a file', async () => {
    const content = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * i) % 251);
    await writeFile(path.join(folder, 'a.bin'), content);
    expect(await fingerprint(path.join(folder, 'a.bin'))).toEqual({ bytes: 3_000_000, sha256: sha256(content) });
    expect(await fingerprint(path.join(folder, 'a.bin'), { limit: 1000 })).toEqual({ bytes: 3_000_000 });
    await writeFile(path.join(folder, 'abc'), 'abc');
    // The vector of FIPS 180-2.
    expect((await fingerprint(path.join(folder, 'abc'))).sha256).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it('of a folder, from its files in the order of their names', async () => {
    await mkdir(path.join(folder, 'b'));
    await writeFile(path.join(folder, 'b', 'x'), 'one');
    await writeFile(path.join(folder, 'a'), 'two');
    const list = `${sha256('two')}  a\n${sha256('one')}  b/x\n`;
    expect(await fingerprint(folder)).toEqual({ bytes: 6, sha256: sha256(list) });
  });
});

describe('hashConfig', () => {
  it('depends on content, not on the order of keys', () => {
    const hash = hashConfig({ TRAIN: { LR: [1e-4], EPOCHS: 5 }, SYSTEM: { SEED: 0 } });
    expect(hashConfig({ SYSTEM: { SEED: 0 }, TRAIN: { EPOCHS: 5, LR: [1e-4] } })).toBe(hash);
    expect(hashConfig({ SYSTEM: { SEED: 0 }, TRAIN: { EPOCHS: 6, LR: [1e-4] } })).not.toBe(hash);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });
});
