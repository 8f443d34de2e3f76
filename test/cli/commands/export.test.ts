import { existsSync } from 'node:fs';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { loadSafetensors } from '../../../core/tensor/index.js';
import { biagraph } from '../command.js';
import { tinyJob } from '../tiny-job.js';

it('writes what a training has made, as ONNX and as safetensors', async () => {
  const cwd = await tinyJob();
  const run = await biagraph(['run', 'job.yaml', '--set', 'TEST.ENABLE=False'], { cwd });
  expect(run.code, run.stderr).toBe(0);

  const onnx = await biagraph(['export', 'job.yaml', '-o', 'models/job.onnx'], { cwd });
  expect(onnx.stderr).toBe('');
  expect(onnx.stdout).toMatch(
    /^models\/job\.onnx: ONNX, \d\.\d MB\.\n {2}Input {3}input \[batch, 1, height, width\]\n {2}Output {2}output \[batch, 1, height, width\]\n {2}Sides of images have to be multiples of 4\.\n$/,
  );
  const session = await ort.InferenceSession.create(path.join(cwd, 'models/job.onnx'));
  const { output } = await session.run({ input: new ort.Tensor('float32', new Float32Array(20 * 36), [1, 1, 20, 36]) });
  expect(output.dims).toEqual([1, 1, 20, 36]);
  await session.release();

  const asFile = ['TRAIN.ENABLE=False', 'MODEL.ARCHITECTURE=onnx', 'MODEL.PARAMETERS={file: models/job.onnx}'];
  const sets = asFile.flatMap((set) => ['--set', set]);
  const tested = await biagraph(['run', 'job.yaml'], { cwd });
  const withFile = await biagraph(['run', 'job.yaml', '--name', 'file', ...sets], { cwd });
  expect(withFile.code, withFile.stderr).toBe(0);
  const iou = (text: string) => /foreground IoU (.*)/.exec(text)?.[1];
  expect(iou(tested.stdout)).toMatch(/^0\.\d+/);
  expect(iou(withFile.stdout)).toBe(iou(tested.stdout));
  expect((await biagraph(['plan', 'job.yaml', '--no-measure', ...sets], { cwd })).code).toBe(0);
  const again = await biagraph(['export', 'job.yaml', '-o', 'again.onnx', ...sets], { cwd });
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is the ONNX file models/job.onnx already')]);
  const trained = await biagraph(['check', 'job.yaml', '--set', asFile[1], '--set', asFile[2]], { cwd });
  expect(trained.stderr).toContain('TRAIN.ENABLE: onnx can only predict.');

  const words = ['export', 'job.yaml', '--format', 'safetensors', '-o', 'job.safetensors', '--json'];
  const weights = await biagraph(words, { cwd });
  expect(JSON.parse(weights.stdout)).toEqual({ file: 'job.safetensors', format: 'safetensors' });
  const { tensors, metadata } = await loadSafetensors(path.join(cwd, 'job.safetensors'));
  expect([...tensors.keys()].every((name) => !name.startsWith('model.'))).toBe(true);
  expect(metadata).toMatchObject({ format: 'pt', architecture: 'unet', job: 'job' });

  const loading = ['--set', 'TRAIN.ENABLE=False', '--set', 'MODEL.LOAD_CHECKPOINT=True'];
  const from = ['--set', 'PATHS.CHECKPOINT_FILE=job.safetensors'];
  const second = await biagraph(['export', 'job.yaml', '-o', 'again.onnx', '--name', 'b', ...loading, ...from], {
    cwd,
  });
  expect(second.stderr).toBe('');
  expect(existsSync(path.join(cwd, 'again.onnx'))).toBe(true);
});

it('tells when there is nothing trained yet', async () => {
  const cwd = await tinyJob();
  const { code, stderr } = await biagraph(['export', 'job.yaml', '-o', 'job.onnx'], { cwd });
  expect(code).toBe(3);
  expect(stderr).toContain('no trained weights');
  expect(existsSync(path.join(cwd, 'job.onnx'))).toBe(false);
});

it('needs to know where to', async () => {
  const { code, stderr } = await biagraph(['export', 'job.yaml']);
  expect(code).toBe(2);
  expect(stderr).toContain("required option '-o, --output <file>' not specified");
});
