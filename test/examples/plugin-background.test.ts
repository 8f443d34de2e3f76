import { execFile } from 'node:child_process';
import { cp, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSafetensors } from '../../core/tensor/index.js';
import { smallJob, Workbench } from '../e2e/small-job.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = path.join(root, 'examples/plugin-background');
const run = promisify(execFile);

describe('the package, packed and installed into a project without biagraph', () => {
  let bench: Workbench;

  beforeAll(async () => {
    bench = await Workbench.open();
    const installed = bench.file('node_modules/biagraph-plugin-background');
    await mkdir(installed, { recursive: true });
    const { stdout } = await run('npm', ['pack', '--json', '--offline', '--pack-destination', bench.folder], {
      cwd: example,
    });
    await run('tar', ['-xzf', bench.file(JSON.parse(stdout)[0].filename), '-C', installed, '--strip-components=1']);
    // What `npm install` would fetch: a copy of RxJS that is not the one of Biagraph.
    for (const name of ['rxjs', 'tslib'])
      await cp(path.join(root, 'node_modules', name), bench.file('node_modules', name), { recursive: true });
    await bench.crops({ train: 4, test: 2, side: 96 });
    const edit =
      '    - insert: { before: normalizer, node: background/subtract, with: { method: METHOD, radius: 12 } }';
    const job = smallJob({
      epochs: 1,
      more: [
        'PLUGINS: [biagraph-plugin-background]',
        'GRAPH:',
        '  train:',
        edit.replace('METHOD', 'gaussian'),
        '  test:',
        edit.replace('METHOD', 'rolling-ball'),
      ].join('\n'),
    });
    const model = 'MODEL: { ARCHITECTURE: background/tiny, PARAMETERS: { width: 4, layers: 2 } }';
    await bench.yaml('job.yaml', job.replace(/^MODEL: .*$/m, model));
  });
  afterAll(() => bench.close());

  test('runs: trains its network on images without background, predicts and measures', async () => {
    const { code, out, err } = await bench.run('run', 'job.yaml', '--json');
    expect([code, err]).toEqual([0, '']);
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const nodes = events.filter(({ type }) => type === 'node.finished').filter(({ node }) => /subtract/.test(node));
    // Three images to train with, one to validate with, two to test.
    expect(nodes.map(({ phase, samples }) => [phase, samples]).sort()).toEqual([
      ['test', 2],
      ['train', 1],
      ['train', 3],
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'job.finished' });
    const { tensors } = await loadSafetensors(bench.file('out/job/checkpoints/job_1-checkpoint-best.safetensors'));
    const names = [...(tensors instanceof Map ? tensors.keys() : Object.keys(tensors))];
    expect(names.filter((name) => name.startsWith('model.')).sort()).toEqual(
      ['body.0.bias', 'body.0.weight', 'body.1.bias', 'body.1.weight', 'head.bias', 'head.weight'].map(
        (name) => `model.${name}`,
      ),
    );
  });

  test('has its parameters checked', async () => {
    const job = await readFile(bench.file('job.yaml'), 'utf8');
    await bench.yaml('wrong.yaml', job.replace('rolling-ball, radius: 12', 'rolling-bal, radios: 12'));
    const { code, err, out } = await bench.run('check', 'wrong.yaml');
    expect(code).not.toBe(0);
    expect(out + err).toMatch(/expected one of "gaussian", "rolling-ball", came "rolling-bal"/);
    expect(out + err).toMatch(/did you mean 'radius'/);
  });
});

test('the job of the example is a valid one', async () => {
  const { stdout } = await run(
    process.execPath,
    [path.join(root, 'dist/cli/main.js'), 'check', path.join(example, 'job.yaml')],
    {
      cwd: root,
    },
  );
  expect(stdout).toContain('no problems');
});

type Background = (plane: Float32Array, height: number, width: number, radius: number) => Float32Array;
const load = async (file: string, name: string): Promise<Background> => (await import(path.join(example, file)))[name];

describe('the background', () => {
  const planes = fc
    .record({ height: fc.integer({ min: 1, max: 12 }), width: fc.integer({ min: 1, max: 12 }), seed: fc.nat() })
    .map(({ height, width, seed }) => {
      const plane = Float32Array.from({ length: height * width }, (_, i) => ((i + 1) * (seed % 9973)) % 251);
      return { plane, height, width };
    });
  const radius = fc.double({ min: 0.5, max: 5, noNaN: true });

  test('of a flat image is the image', async () => {
    const flat = new Float32Array(63).fill(7);
    for (const [file, name] of [
      ['gaussian.js', 'gaussianBlur'],
      ['rolling-ball.js', 'rollingBall'],
    ])
      for (const value of (await load(file, name))(flat, 9, 7, 3)) expect(value).toBeCloseTo(7, 5);
  });

  test('by a ball is never above the image, and that of itself', async () => {
    const rollingBall = await load('rolling-ball.js', 'rollingBall');
    fc.assert(
      fc.property(planes, radius, ({ plane, height, width }, size) => {
        const background = rollingBall(plane, height, width, size);
        background.forEach((value, i) => void expect(value).toBeLessThanOrEqual(plane[i] + 1e-3));
        rollingBall(background, height, width, size).forEach(
          (value, i) => void expect(value).toBeCloseTo(background[i], 3),
        );
      }),
    );
  });

  test('by a ball passes below a peak that is narrower than the ball', async () => {
    const plane = new Float32Array(15 * 15).fill(10);
    plane[7 * 15 + 7] = 200;
    const background = (await load('rolling-ball.js', 'rollingBall'))(plane, 15, 15, 5);
    // The ball stands on the ring of neighbours: its top is r − √(r² − 1) above them.
    expect(background[7 * 15 + 7]).toBeCloseTo(10 + 5 - Math.sqrt(24), 4);
    expect(background[0]).toBeCloseTo(10, 5);
  });

  test('by a blur is the normal distribution around a point, and keeps the sum far from the edges', async () => {
    const gaussianBlur = await load('gaussian.js', 'gaussianBlur');
    const plane = new Float32Array(41 * 41);
    plane[20 * 41 + 20] = 1000;
    const blurred = gaussianBlur(plane, 41, 41, 3);
    expect(blurred.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1000, 2);
    expect(blurred[20 * 41 + 23] / blurred[20 * 41 + 20]).toBeCloseTo(Math.exp(-0.5), 5);
    expect(blurred[23 * 41 + 20]).toBeCloseTo(blurred[20 * 41 + 23], 5);
  });
});
