import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { makeNetwork } from '../../../cli/make-network.js';
import { networkTable } from '../../../cli/network-text.js';
import { describeNetwork } from '../../../core/job/describe-network.js';
import { exportWeights } from '../../../core/job/export-network.js';
import { loadSafetensors, parameterCount } from '../../../core/tensor/index.js';
import { builtInPlugin } from '../../../plugins/index.js';
import { biagraph } from '../command.js';
import { temporaryFolder } from '../tiny-job.js';

const open = { set: [], plugin: [] };

it.each(builtInPlugin.models.filter(({ trained }) => !trained).map(({ id }) => id))(
  '%s is built and described, in 80 columns',
  async (id) => {
    const { network, image } = await makeNetwork(id, open);
    const description = describeNetwork(id, network, image);
    const counted = description.parts.reduce((sum, part) => sum + part.parameters, description.between.parameters);
    expect(counted).toBe(parameterCount(network));
    expect(description.multiplyAdds).toBeGreaterThan(0);
    for (const line of networkTable(id, image, description).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  },
);

it('takes keys of the configuration, axes, shape and channels', async () => {
  const { network, spec, image } = await makeNetwork('unet', {
    set: ['MODEL.FEATURE_MAPS=[4, 8, 16]'],
    plugin: [],
    ndim: 3,
    input: [8, 16, 16, 2],
    channels: [1, 3],
  });
  expect(spec).toMatchObject({ ndim: 3, inputChannels: 2, outputChannels: [1, 3] });
  expect(describeNetwork('unet', network, image).outputs).toEqual([
    [8, 16, 16, 1],
    [8, 16, 16, 3],
  ]);
});

it('exports what a training would start with, or a checkpoint', async () => {
  const folder = temporaryFolder();
  const set = ['MODEL.FEATURE_MAPS=[4, 8, 16]'];
  const made = await makeNetwork('unet', { set, plugin: [], input: [16, 16, 1] });
  const file = path.join(folder, 'a.safetensors');
  const { image } = made;
  await exportWeights(made.network, made.spec, { format: 'safetensors', file, image, seed: 1 });
  const onnx = path.join(folder, 'a.onnx');
  const exported = await exportWeights(made.network, made.spec, {
    format: 'onnx',
    file: onnx,
    image,
    checkpoint: file,
    seed: 2,
  });
  expect(exported.onnx!.input.shape).toEqual(['batch', 1, 'height', 'width']);
  const again = path.join(folder, 'b.safetensors');
  await exportWeights(made.network, made.spec, {
    format: 'safetensors',
    file: again,
    image,
    checkpoint: file,
    seed: 2,
  });
  expect((await loadSafetensors(again)).tensors).toEqual((await loadSafetensors(file)).tensors);
});

it('prints a table, and draws', async () => {
  const cwd = temporaryFolder();
  const words = ['model', 'unet', '--set', 'MODEL.FEATURE_MAPS=[4, 8, 16]', '--input', '32x32x1', '--draw', 'unet.svg'];
  const { code, stdout } = await biagraph(words, { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^unet: 32×32×1 → 32×32×1\n/);
  expect(stdout).toMatch(/\nheads\.0 +Convolution +32×32×1 +5 +4\.1 K\n/);
  expect(readFileSync(path.join(cwd, 'unet.svg'), 'utf8')).toMatch(/^<svg/);
  const wrong = await biagraph(['model', 'unet', 'export'], { cwd });
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toMatch(/export needs -o/);
  expect(existsSync(path.join(cwd, 'undefined'))).toBe(false);
}, 120_000);
