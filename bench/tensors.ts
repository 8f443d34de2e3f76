/**
 * Time of a U-Net training step, compiled.
 *
 *     npx tsx bench/tensors.ts [--size 256] [--batch 4] [--steps 8] [--threads 2] [--profile]
 *
 * Other load on the machine shows: read the best and the median, and repeat.
 */
import { parseArgs } from 'node:util';
import { openRuntime, parameterCount, type TensorData } from '../core/tensor/index.js';
import { crossEntropy } from '../plugins/loss/cross-entropy.js';
import { buildUNet } from '../plugins/model/unet.js';

const { values: options } = parseArgs({
  options: {
    size: { type: 'string', default: '256' },
    depth: { type: 'string' },
    batch: { type: 'string', default: '4' },
    steps: { type: 'string', default: '8' },
    threads: { type: 'string', default: '2' },
  },
});

const side = Number(options.size);
const space = options.depth ? [Number(options.depth), side, side] : [side, side];
const shape = [Number(options.batch), ...space, 1];

function image(value: (i: number) => number): TensorData {
  return { data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => value(i)), shape };
}

/** A repeatable pattern; random enough for timing. */
const input = image((i) => Math.sin(i * 12.9898) * 0.5 + 0.5);
const target = image((i) => (Math.sin(i * 0.01) > 0 ? 1 : 0));

const network = buildUNet({
  ndim: options.depth ? 3 : 2,
  inputChannels: 1,
  featureMaps: [16, 32, 64, 128, 256],
  dropout: [],
  normalization: 'bn',
  instanceNormAffine: false,
  kernelSize: 3,
  activation: 'elu',
  upsampleLayer: 'convtranspose',
  heads: [{ channels: 1, kind: 'prediction' }],
  separatedDecoders: false,
  upscalingPosition: 'pre',
});
const runtime = await openRuntime({ device: 'cpu', threads: Number(options.threads) });
console.log(`${runtime.description}; ${parameterCount(network)} parameters; batch ${shape.join('×')}`);
const program = await runtime.train({
  network,
  loss: crossEntropy({ classes: 2 }),
  metrics: {},
  optimizer: { name: 'ADAMW', weightDecay: 0.02 },
  seed: 0,
});

async function time(label: string, runs: number, call: (run: number) => Promise<string>): Promise<void> {
  const times: number[] = [];
  let last = '';
  for (let run = 0; run <= runs; run++) {
    const start = performance.now();
    last = await call(run);
    times.push(performance.now() - start);
  }
  const [first, ...rest] = times;
  rest.sort((a, b) => a - b);
  const median = rest[Math.floor(rest.length / 2)];
  console.log(
    `${label}: first ${first.toFixed(0)} ms, best ${rest[0].toFixed(0)} ms, median ${median.toFixed(0)} ms; ${last}`,
  );
}

const steps = Number(options.steps);
await time('training step', steps, async (step) => {
  const { loss } = await program.step(input, target, { learningRate: 1e-3 }, { epoch: 0, step });
  return `loss ${loss.toFixed(4)}`;
});
await time('evaluation', steps, async () => `loss ${(await program.evaluate(input, target)).loss.toFixed(4)}`);
const inference = await runtime.infer(network, await program.state());
await time('prediction', steps, async () => `${(await inference.predict(input)).length} output`);
await runtime.dispose();
