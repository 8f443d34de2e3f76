import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FIXTURES = path.join(ROOT, 'test/fixtures/tensor');
const folder = mkdtempSync(path.join(os.tmpdir(), 'biagraph-golden-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function golden(...words: string[]): Promise<{ status: number; lines: string[] }> {
  const command = ['--import', 'tsx', path.join(ROOT, 'scripts/golden.ts'), ...words];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, { cwd: ROOT }, (_error, stdout) =>
      resolve({ status: child.exitCode ?? -1, lines: stdout.trim().split('\n') }),
    );
  });
}

describe('npm run golden', () => {
  it('tells what agrees, what does not and what is not available', async () => {
    const { fixtures } = JSON.parse(readFileSync(path.join(FIXTURES, 'index.json'), 'utf8'));
    const [one] = fixtures.filter(({ file }: { file: string }) => file === 'unet-2d-in.npz');
    const smaller = { ...one.args, 'MODEL.FEATURE_MAPS': [4, 8, 16] };
    const index = {
      fixtures: [one, { ...one, param_count: 7 }, { ...one, args: smaller }, { ...one, architecture: 'perceptron' }],
    };
    writeFileSync(path.join(folder, 'index.json'), JSON.stringify(index));
    cpSync(path.join(FIXTURES, one.file), path.join(folder, one.file));

    const { status, lines } = await golden(folder);
    expect(status).toBe(1);
    expect(lines[0]).toMatch(/^unet-2d-in\.npz {2}output \S+ {2}loss \S+ {2}gradient \S+ {2}statistics \S+ {2}ok$/);
    expect(lines[1]).toMatch(/FAILED: \d+ parameters instead of 7$/);
    expect(lines[2]).toMatch(/FAILED: unet-2d-in\.npz: mismatched weights: model\.down_path/);
    expect(lines[3]).toBe('unet-2d-in.npz  skipped: perceptron is not available');
    expect(lines[4]).toBe('1 passed, 2 failed');
  });
});
