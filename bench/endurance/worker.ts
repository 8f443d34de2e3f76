/** One check of the group `endurance`: `worker.ts steps|cycles|event-loop <threads>`; needs `--expose-gc`. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openRuntime, type TensorData, type TensorRuntime, type TrainingProgram } from '../../core/tensor/index.js';
import { crossEntropy } from '../../plugins/loss/cross-entropy.js';
import { buildUNet } from '../../plugins/model/unet.js';
import { MEGABYTE, type Measure, median } from '../measure.js';

function image(shape: readonly number[]): TensorData {
  const length = shape.reduce((a, b) => a * b);
  return { data: Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898) * 0.5 + 0.5), shape };
}

function train(runtime: TensorRuntime, featureMaps: number[]): Promise<TrainingProgram> {
  const network = buildUNet({
    ndim: 2,
    inputChannels: 1,
    featureMaps,
    dropout: featureMaps.map(() => 0.1),
    normalization: 'bn',
    instanceNormAffine: false,
    kernelSize: 3,
    activation: 'elu',
    upsampleLayer: 'convtranspose',
    heads: [{ channels: 1, kind: 'prediction' }],
    separatedDecoders: false,
    upscalingPosition: 'pre',
  });
  const loss = crossEntropy({ classes: 2 });
  return runtime.train({ network, loss, metrics: {}, optimizer: { name: 'ADAMW' }, seed: 0 });
}

function step(program: TrainingProgram, picture: TensorData, index: number): Promise<unknown> {
  return program.step(picture, picture, { learningRate: 1e-3 }, { epoch: 0, step: index });
}

function print(name: string, ours: number, unit: Measure['unit']): void {
  console.log(JSON.stringify({ name, ours, unit } satisfies Measure));
}

/** Resident set without what the garbage collector would free. */
function residentSet(): number {
  globalThis.gc!();
  return process.memoryUsage.rss();
}

/** Runs `work` and compares the resident set of an early tenth, once all is warm, with that of the last tenth. */
async function growth(name: string, count: number, work: (index: number) => Promise<void>): Promise<void> {
  const tenth = count / 10;
  const sets: number[] = [];
  for (let index = 0; index < count; index++) {
    await work(index);
    if ((index + 1) % (tenth / 10) === 0) sets.push(residentSet());
  }
  const early = median(sets.slice(10, 20));
  const late = median(sets.slice(-10));
  print(`${name}`, (late / early - 1) * 100, '%');
  print(`${name}, early`, early / MEGABYTE, 'MB');
}

const runtime = await openRuntime({ device: 'cpu', threads: Number(process.argv[3]) });
const tiny = image([2, 16, 16, 1]);
switch (process.argv[2]) {
  case 'steps': {
    const program = await train(runtime, [4, 8]);
    await growth('memory growth over 2000 training steps', 2000, async (index) => {
      await step(program, tiny, index);
    });
    break;
  }
  case 'cycles':
    await growth('memory growth over 200 programs made and disposed of', 200, async (index) => {
      const program = await train(runtime, [4, 8]);
      await step(program, tiny, index);
      await program.dispose();
    });
    break;
  case 'event-loop': {
    const program = await train(runtime, [16, 32, 64, 128, 256]);
    const picture = image([4, 128, 128, 1]);
    await step(program, picture, 0);
    const resolution = 5;
    const delay = monitorEventLoopDelay({ resolution });
    delay.enable();
    const end = performance.now() + 10_000;
    for (let index = 1; performance.now() < end; index++) await step(program, picture, index);
    delay.disable();
    // The histogram holds the whole interval between two ticks of its timer.
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolution);
    print('event loop delay while training, 99th percentile', late(delay.percentile(99)), 'ms');
    print('event loop delay while training, longest', late(delay.max), 'ms');
    break;
  }
}
await runtime.dispose();
