/** One case of the group `tensors`, ours: `worker.ts '<case as JSON>' <threads>`. */
import { openRuntime, parameterCount, type TensorData } from '../../core/tensor/index.js';
import { crossEntropy } from '../../plugins/loss/cross-entropy.js';
import { buildResUNet } from '../../plugins/model/resunet.js';
import { buildUNet } from '../../plugins/model/unet.js';
import { serve } from '../work.js';
import { FEATURE_MAPS, type TensorCase } from './cases.js';

const { network: kind, normalization, mode, batch, space } = JSON.parse(process.argv[2]) as TensorCase;
const threads = Number(process.argv[3]);
const ndim = space.length as 2 | 3;
const shape = [batch, ...space, 1];

function image(value: (i: number) => number): TensorData {
  return { data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => value(i)), shape };
}

/** A repeatable pattern; random enough for timing. */
const input = image((i) => Math.sin(i * 12.9898) * 0.5 + 0.5);
const target = image((i) => (Math.sin(i * 0.01) > 0 ? 1 : 0));

const parameters = {
  ndim,
  inputChannels: 1,
  featureMaps: FEATURE_MAPS,
  dropout: [],
  normalization,
  instanceNormAffine: false,
  kernelSize: 3,
  activation: 'elu' as const,
  upsampleLayer: 'convtranspose' as const,
  heads: [{ channels: 1, kind: 'prediction' as const }],
  separatedDecoders: false,
  upscalingPosition: 'pre' as const,
};
const network =
  kind === 'unet' ? buildUNet(parameters) : buildResUNet({ ...parameters, isotropy: [], largerIo: false });
const runtime = await openRuntime({ device: 'cpu', threads });

let work: () => Promise<unknown>;
if (mode === 'train') {
  const optimizer = { name: 'ADAMW', weightDecay: 0.02 } as const;
  const spec = { network, loss: crossEntropy({ classes: 2 }), metrics: {}, optimizer, seed: 0 };
  const program = await runtime.train(spec);
  let step = 0;
  work = () => program.step(input, target, { learningRate: 1e-3 }, { epoch: 0, step: step++ });
} else {
  const program = await runtime.infer(network);
  work = () => program.predict(input);
}
await serve({ parameters: parameterCount(network) }, work);
await runtime.dispose();
