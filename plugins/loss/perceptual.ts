/**
 * Losses that compare images by the features of a network that was trained on photographs (LOSS.TYPE VGG, LPIPS).
 */
import { type Static, Type } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { ConfigError, TensorError } from '../../core/errors.js';
import { defineLoss } from '../../core/plugin/define.js';
import { findNetwork, networkFolders, PERCEPTUAL_FILES, readNetwork } from '../../core/plugin/network-files.js';
import { type Module, type NamedTensors, type Pass, type Scalar, type Tensor, tf } from '../../core/tensor/index.js';
import { imagesOf } from '../../core/tensor/measure/difference.js';
import { FeatureDifference, LEAST_SIDE, PerceptualDistance } from '../../core/tensor/measure/perceptual-network.js';
import { fitCheckpoint } from '../../core/train/fit-checkpoint.js';

const Parameters = Type.Object(
  { files: Type.Array(Type.String(), { minItems: 1, description: 'Files of the weights.' }) },
  { additionalProperties: false },
);

/** Files of the weights that a loss needs, the names of each in the order in which they are looked for. */
const { network: VGG, features: WEIGHTS } = PERCEPTUAL_FILES.vgg;
const FILES = { VGG: [VGG], LPIPS: [VGG, WEIGHTS] } as const;

/**
 * Of the networks that LPIPS may take, VGG 16 is the one that its authors advise for learning.
 *
 * @throws ConfigError for volumes, and where a file is missing, saying where it was looked for.
 */
function parametersOf(loss: keyof typeof FILES, { PROBLEM }: Config): Static<typeof Parameters> {
  const refuse = (message: string, advice: string) =>
    new ConfigError([{ severity: 'error', key: 'LOSS.TYPE', message, advice }]);
  if (PROBLEM.NDIM === '3D')
    throw refuse(
      `${loss} compares features of photographs, which volumes have not.`,
      'Take MAE or SSIM, or train on planes.',
    );
  const folders = networkFolders('');
  const files = FILES[loss].map((names) => {
    const file = findNetwork(folders, names);
    if (file) return file;
    throw refuse(
      `${loss} compares features of VGG 16, whose weights Biagraph does not bring: there is no ${names.join(' or ')} in ` +
        `${folders.join(', ')}.`,
      'Put the file into one of these folders, or take another loss.',
    );
  });
  return { files };
}

/**
 * The loss of a network with fixed weights.
 *
 * @param weights undefined where only sizes count: then they are 0.
 */
function comparing(loss: string, network: Module<Tensor>, weights: NamedTensors | undefined) {
  const fitted = weights && fitCheckpoint(network, weights, { network: 'VGG 16' }).tensors;
  const names = new Map([...network.slots()].map(([name, slot]) => [slot, name]));
  // Made anew in each call, tensors are constants of what is traced.
  const pass: Pass = {
    training: false,
    value: (slot) => {
      const data = fitted?.get(`model.${names.get(slot)}`)?.data;
      return data ? tf.tensor(data as Float32Array, [...slot.shape]) : tf.zeros([...slot.shape]);
    },
    blend: () => {},
    random: () => {
      throw new TensorError(`the network of the loss ${loss} draws no random numbers`);
    },
  };
  return (output: readonly Tensor[], target: Tensor): Scalar => {
    const [prediction, wanted] = imagesOf(output, target);
    const pictures = asPictures(loss, prediction, wanted);
    return tf.reshape(network.forward(pictures, pass), []) as Scalar;
  };
}

/** Both as pictures `[2 n, y, x, 3]`, black and white being the least and the greatest value of each target, as LPIPS is measured. */
function asPictures(loss: string, prediction: Tensor, target: Tensor): Tensor {
  const channels = target.shape[target.rank - 1];
  const small = target.shape.slice(1, -1).some((side) => side < LEAST_SIDE);
  if (target.rank !== 4 || (channels !== 1 && channels !== 3) || small)
    throw new TensorError(
      `the loss ${loss} is for planes of 1 or 3 channels with sides of ${LEAST_SIDE} or more, these are ${target.shape.slice(1).join('×')}. ` +
        'Change DATA.PATCH_SIZE, or take another loss.',
      { where: { key: 'LOSS.TYPE' } },
    );
  const black = tf.min(target, [1, 2, 3], true);
  const span = tf.sub(tf.max(target, [1, 2, 3], true), black);
  // A flat target has no contrast that a prediction could be measured by: it stays as it is.
  const white = tf.where(tf.equal(span, 0), tf.onesLike(span), span);
  const scaled = tf.div(
    tf.sub(tf.concat([prediction, target], 0), tf.concat([black, black], 0)),
    tf.concat([white, white], 0),
  );
  return channels === 3 ? scaled : tf.concat([scaled, scaled, scaled], -1);
}

export const featureLoss = defineLoss({
  id: 'VGG',
  summary: 'Squared difference of features of VGG 16 (Johnson et al. 2016), with weights from a file.',
  parameters: Parameters,
  fromConfig: (config) => parametersOf('VGG', config),
  load: ({ files }) => readNetwork(files),
  build: (_, weights) => comparing('VGG', new FeatureDifference(), weights),
});

export const perceptualLoss = defineLoss({
  id: 'LPIPS',
  summary: 'Learned perceptual distance (Zhang et al. 2018) by VGG 16, with weights from files.',
  parameters: Parameters,
  fromConfig: (config) => parametersOf('LPIPS', config),
  load: ({ files }) => readNetwork(files),
  build: (_, weights) => comparing('LPIPS', new PerceptualDistance('vgg'), weights),
});
