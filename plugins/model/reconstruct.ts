/**
 * Shows what a masked autoencoder sees of patches and what it makes of them.
 */
import { type Static, Type } from 'typebox';
import { PluginError } from '../../core/errors.js';
import { type Image, image } from '../../core/image/image.js';
import type { Sample } from '../../core/image/sample.js';
import { tokenPictures } from '../../core/image/token-pictures.js';
import { defineNode } from '../../core/plugin/define.js';
import { buildNetwork } from '../../core/plugin/network.js';
import { NetworkSpec } from '../../core/plugin/network-spec.js';
import { services } from '../../core/plugin/services.js';
import type { InferenceProgram } from '../../core/tensor/index.js';
import { planPrediction } from './plan-prediction.js';
import { inBatches, loadNetwork } from './run-network.js';

const Parameters = Type.Object(
  {
    network: NetworkSpec,
    batchSize: Type.Integer({ minimum: 1, default: 2, description: 'Patches reconstructed at once.' }),
  },
  { additionalProperties: false },
);

/**
 * `channels` of a patch are three pictures one after the other, each with the channels of the image, in the scale that the
 * network works in: the visible tokens (hidden ones are 0), the guesses, and the guesses at hidden tokens beside the
 * visible ones.
 */
export const reconstruct = defineNode({
  id: 'model/reconstruct',
  role: 'model',
  summary: 'Reconstructs the hidden parts of patches with a masked autoencoder.',
  inputs: { main: ['patch'] },
  output: 'patch',
  parameters: Parameters,
  needs: {
    events: services.events,
    tensors: services.tensors,
    catalog: services.catalog,
    training: services.training,
  },
  plan: (parameters, { main }, planner) => planPrediction({ ...parameters, augmentation: null }, main, planner),
  create(parameters, { events, tensors, catalog, training }, place) {
    const network = buildNetwork(parameters.network, catalog);
    const tokenSize = tokenSizeOf(parameters);
    return ({ main }) =>
      inBatches(main, {
        start: () => loadNetwork(network, parameters.network, { tensors, training }, place),
        size: parameters.batchSize,
        work: (program, batch) => reconstructBatch(program, batch, tokenSize),
        events,
        place,
      });
  },
});

function tokenSizeOf({ network }: Static<typeof Parameters>): number {
  const { tokenSize } = network.parameters;
  if (typeof tokenSize === 'number') return tokenSize;
  throw new PluginError(
    `the network '${network.architecture}' has no parameter tokenSize, so it hides no tokens that could be shown. Use mae.`,
    { where: { key: 'MODEL.ARCHITECTURE' } },
  );
}

async function reconstructBatch(
  program: InferenceProgram,
  patches: readonly Sample[],
  tokenSize: number,
): Promise<Sample[]> {
  const pictures = patches.map((patch) => patch.image);
  const length = pictures[0].data.length;
  const data = new Float32Array(length * pictures.length);
  pictures.forEach((picture, i) => {
    data.set(picture.data, i * length);
  });
  const [, guesses, mask] = await program.predict({ data, shape: [pictures.length, ...pictures[0].shape] });
  return patches.map((patch, i) => {
    const own = (values: ArrayLike<number>) => {
      const size = values.length / patches.length;
      return Array.prototype.slice.call(values, i * size, (i + 1) * size) as number[];
    };
    const made = tokenPictures(pictures[i], own(guesses.data), own(mask.data), tokenSize);
    const channels = joined([made.masked, made.reconstruction, made.reconstructionAndVisible]);
    return { ...patch, image: pictures[i], products: { ...patch.products, channels } };
  });
}

/** Channels of pictures of one shape, one picture after the other. */
function joined(pictures: readonly Image[]): Image {
  const [{ shape, metadata }] = pictures;
  const channels = shape[shape.length - 1];
  const all = channels * pictures.length;
  const data = new Float32Array(pictures[0].data.length * pictures.length);
  for (const [p, picture] of pictures.entries())
    for (let i = 0; i < picture.data.length; i++)
      data[Math.floor(i / channels) * all + p * channels + (i % channels)] = picture.data[i];
  return image(data, [...shape.slice(0, -1), all], metadata);
}
