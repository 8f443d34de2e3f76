/** Fixtures, and a folder for files that a test makes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { loadSafetensors, type NamedTensors } from '../../../../core/tensor/index.js';

export const FIXTURES = path.join(import.meta.dirname, '../../../fixtures/weights');

export function fixture(file: string): string {
  return path.join(FIXTURES, file);
}

let folder = '';

/** To be called once in a test file: makes the folder before its tests, removes it after them. */
export function usesFolder(): void {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'weights-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
}

export async function made(file: string, content: Uint8Array | string): Promise<string> {
  const place = path.join(folder, file);
  await writeFile(place, content);
  return place;
}

/** What PyTorch or NumPy see in a fixture. */
export async function expectedOf(file: string): Promise<NamedTensors> {
  const { tensors } = await loadSafetensors(fixture('expected.safetensors'));
  const own = [...tensors].filter(([name]) => name.startsWith(`${file}/`));
  return new Map(own.map(([name, tensor]) => [name.slice(file.length + 1), tensor]));
}

/** Compares names, shapes and each bit. */
export function expectSame(actual: NamedTensors, expected: NamedTensors): void {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, { data, shape }] of expected) {
    const tensor = actual.get(name)!;
    expect([name, [...tensor.shape]]).toEqual([name, [...shape]]);
    expect([name, [...tensor.data]]).toEqual([name, [...data]]);
  }
}
