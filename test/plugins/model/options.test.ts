import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRegistry } from '../../../core/plugin/registry.js';
import type { TensorRuntime } from '../../../core/tensor/index.js';
import { builtInPlugin } from '../../../plugins/index.js';
import { compareWithFixture, type Fixture, networkOfFixture, readFixture } from '../../../scripts/golden-fixture.js';
import { sharedRuntime } from '../../core/tensor/shared-runtime.js';

const FOLDER = new URL('../../fixtures/options/', import.meta.url);
const { fixtures } = JSON.parse(readFileSync(new URL('index.json', FOLDER), 'utf8')) as { fixtures: Fixture[] };

describe('networks with unusual options are those of PyTorch', () => {
  const catalog = createRegistry([builtInPlugin]);
  let runtime: TensorRuntime;
  beforeAll(async () => {
    runtime = await sharedRuntime('cpu');
  });

  it.each(fixtures.map((fixture) => [fixture.file, fixture] as const))('%s', async (file, fixture) => {
    const arrays = await readFixture(new URL(file, FOLDER).pathname);
    const network = networkOfFixture(fixture, catalog, arrays);
    const { problems } = await compareWithFixture(network, fixture, arrays, runtime);
    expect(problems).toEqual([]);
  });
});
