import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistry } from '../../../core/plugin/registry.js';
import { openRuntime, type TensorRuntime } from '../../../core/tensor/index.js';
import { builtInPlugin } from '../../../plugins/index.js';
import { compareWithFixture, type Fixture, networkOfFixture, readFixture } from '../../../scripts/golden-fixture.js';

const FOLDER = new URL('../../fixtures/options/', import.meta.url);
const { fixtures } = JSON.parse(readFileSync(new URL('index.json', FOLDER), 'utf8')) as { fixtures: Fixture[] };

describe('networks with unusual options are those of PyTorch', () => {
  const catalog = createRegistry([builtInPlugin]);
  let runtime: TensorRuntime;
  beforeAll(async () => {
    runtime = await openRuntime({ device: 'cpu', threads: 2 });
  });
  afterAll(() => runtime.dispose());

  it.each(fixtures.map((fixture) => [fixture.file, fixture] as const))('%s', async (file, fixture) => {
    const arrays = await readFixture(new URL(file, FOLDER).pathname);
    const network = networkOfFixture(fixture, catalog, arrays);
    const { problems } = await compareWithFixture(network, fixture, arrays, runtime);
    expect(problems).toEqual([]);
  });
});
