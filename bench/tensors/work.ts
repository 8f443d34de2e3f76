/** What a case of the group `tensors` computes, ours: network, data and training. */
import type { Module, TensorData, TrainingSpec } from '../../core/tensor/index.js';
import { crossEntropy } from '../../plugins/loss/cross-entropy.js';
import { buildResUNet } from '../../plugins/model/resunet.js';
import { buildUNet } from '../../plugins/model/unet.js';
import { FEATURE_MAPS, type TensorCase, VIT } from './cases.js';
import { VisionTransformer } from './vit.js';

export interface CaseWork {
  network: Module;
  input: TensorData;
  target: TensorData;
  training: TrainingSpec;
}

export function workOf(tensorCase: TensorCase): CaseWork {
  const { network: kind, batch, space, channels } = tensorCase;
  const network = kind === 'vit' ? new VisionTransformer(channels, space) : buildUShape(tensorCase);
  /** Repeatable patterns; random enough for timing. */
  const input = filled([batch, ...space, channels], (i) => Math.sin(i * 12.9898) * 0.5 + 0.5);
  const target =
    kind === 'vit'
      ? filled([batch, 1, 1, 1], (i) => i % VIT.classes)
      : filled([batch, ...space, 1], (i) => (Math.sin(i * 0.01) > 0 ? 1 : 0));
  const loss = crossEntropy({ classes: kind === 'vit' ? VIT.classes : 2 });
  const optimizer = { name: 'ADAMW', weightDecay: 0.02 } as const;
  return { network, input, target, training: { network, loss, metrics: {}, optimizer, seed: 0 } };
}

export function filled(shape: number[], value: (i: number) => number): TensorData {
  return { data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => value(i)), shape };
}

function buildUShape({ network, normalization, space, channels }: TensorCase): Module {
  const parameters = {
    ndim: space.length as 2 | 3,
    inputChannels: channels,
    featureMaps: FEATURE_MAPS,
    dropout: [],
    normalization: normalization as 'bn' | 'in',
    instanceNormAffine: false,
    kernelSize: 3,
    activation: 'elu' as const,
    upsampleLayer: 'convtranspose' as const,
    heads: [{ channels: 1, kind: 'prediction' as const }],
    separatedDecoders: false,
    upscalingPosition: 'pre' as const,
  };
  return network === 'unet' ? buildUNet(parameters) : buildResUNet({ ...parameters, isotropy: [], largerIo: false });
}
