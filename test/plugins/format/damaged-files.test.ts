import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Outcome, readDamagedFiles, shortcomings } from '../../../bench/data/damaged-files.js';
import { makeDamagedFiles } from './damaged-files.js';

const SOURCES = new URL('../../../', import.meta.url);

describe('damaged files', () => {
  let outcomes: Outcome[];
  let folder: string;
  let made: number;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'biagraph-damaged-'));
    try {
      const corpus = makeDamagedFiles(folder);
      made = corpus.length;
      outcomes = await readDamagedFiles(folder, corpus, { modules: SOURCES, node: ['--import', 'tsx'] });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('are more than three hundred', () => {
    expect(made).toBeGreaterThan(300);
    expect(outcomes).toHaveLength(made);
  });

  test('are refused each, by name and cause', () =>
    expect(outcomes.flatMap((outcome) => shortcomings(outcome, folder))).toEqual([]));

  test('take hardly any memory, whatever they claim', () => {
    // A process of the built package has 120 MB before the first file, so these are the 300 MB of a small machine; from
    // source it has 200. The time is measured by `npm run bench -- data --only "damaged files"`.
    expect(outcomes.filter(({ megabytes, idle }) => megabytes - idle > 180)).toEqual([]);
  });
});
