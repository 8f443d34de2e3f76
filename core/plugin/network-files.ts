/** Weights of the networks that images are compared with. Biagraph does not bring them; those that are there already are used. */
import { statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { NamedTensors } from '../tensor/index.js';
import type { Backbone } from '../tensor/measure/perceptual-network.js';
import { readWeights } from '../tensor/weights/index.js';

/** Names under which a file may lie, the usual one first. */
export const INCEPTION_FILES = ['weights-inception-2015-12-05-6726825d.pth', 'pt_inception-2015-12-05-6726825d.pth'];

/** A network, and the authors' weights of its features. */
export const PERCEPTUAL_FILES: Readonly<Record<Backbone, { network: string[]; features: string[] }>> = {
  squeeze: {
    network: ['squeezenet1_1-b8a52dc0.pth', 'squeezenet1_1-f364aa15.pth'],
    features: ['squeeze.pth', 'lpips-squeeze.pth'],
  },
  alex: {
    network: ['alexnet-owt-7be5be79.pth', 'alexnet-owt-4df8aa71.pth'],
    features: ['alex.pth', 'lpips-alex.pth'],
  },
  vgg: { network: ['vgg16-397923af.pth'], features: ['vgg.pth', 'lpips-vgg.pth'] },
};

/** The folders that are looked into, in their order: `given` alone where it is set. */
export function networkFolders(given: string): string[] {
  if (given !== '') return [given];
  const own = process.env.BIAGRAPH_NETWORKS;
  const home = os.homedir();
  return [
    ...(own ? [own] : []),
    path.join(home, '.cache', 'biagraph'),
    // Where PyTorch keeps what it has downloaded.
    path.join(process.env.TORCH_HOME ?? path.join(home, '.cache', 'torch'), 'hub', 'checkpoints'),
  ];
}

/** The first file of these names, also with the ending of safetensors; undefined where there is none. */
export function findNetwork(folders: readonly string[], names: readonly string[]): string | undefined {
  for (const folder of folders)
    for (const name of names)
      for (const file of [name, name.replace(/\.pth$/, '.safetensors')]) {
        const full = path.join(folder, file);
        if (statSync(full, { throwIfNoEntry: false })?.isFile()) return full;
      }
  return undefined;
}

/** Weights of several files together. @throws FormatError naming the file that is none of weights. */
export async function readNetwork(files: readonly string[]): Promise<NamedTensors> {
  const all: NamedTensors = new Map();
  for (const file of files) for (const [name, tensor] of (await readWeights(file)).tensors) all.set(name, tensor);
  return all;
}
