import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Outcome } from './read-damaged-files.js';

const READER = fileURLToPath(new URL('./read-damaged-files.ts', import.meta.url));

describe('damaged files', () => {
  let outcomes: Outcome[];
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'biagraph-damaged-'));
    try {
      // In a process of its own: one that crashes or takes much memory is seen from outside.
      const told = execFileSync(process.execPath, ['--import', 'tsx', READER, folder], { encoding: 'utf8' });
      outcomes = told
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Outcome);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('are more than two hundred', () => expect(outcomes.length).toBeGreaterThan(200));

  test('are refused each, by kind and name', () => {
    const wrong = outcomes.filter(
      ({ kind, message, name }) =>
        !['format', 'data'].includes(kind) ||
        !(message.startsWith(`${folder}/${name}: `) || message.startsWith(`${folder}/${name}/`)) ||
        message.length < folder.length + name.length + 20,
    );
    expect(wrong).toEqual([]);
  });

  test('take hardly any memory, whatever they claim', () => {
    const last = outcomes[outcomes.length - 1];
    expect(last.megabytes - last.start).toBeLessThan(100);
    // Of these the loader of TypeScript takes two hundred.
    expect(last.megabytes).toBeLessThan(350);
  });
});
