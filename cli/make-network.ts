/** A network by its name, with what a configuration says of it and no job around it. */
import { assembly } from '../assembly.js';
import { type Config, loadConfig } from '../core/config/index.js';
import { BiagraphError } from '../core/errors.js';
import type { Plugin } from '../core/plugin/define.js';
import { loadPlugin } from '../core/plugin/load.js';
import { buildNetwork } from '../core/plugin/network.js';
import type { NetworkSpec } from '../core/plugin/network-spec.js';
import { createRegistry } from '../core/plugin/registry.js';
import type { Module } from '../core/tensor/index.js';
import { networkOf } from '../graphs/network-parts.js';

export interface NetworkRequest {
  /** `KEY=VALUE` texts. */
  set: string[];
  /** Plugins beside the built-in ones. */
  plugin: string[];
  ndim?: 2 | 3;
  /** `[y, x, c]` or `[z, y, x, c]`. */
  input?: number[];
  /** Channels of each output. */
  channels?: number[];
}

export interface MadeNetwork {
  network: Module;
  spec: NetworkSpec;
  config: Config;
  /** Shape of an image. */
  image: number[];
}

/** The workflow that needs the least, and those that some networks are for alone. */
const WORKFLOWS = [
  'SEMANTIC_SEG',
  'CLASSIFICATION',
  'SUPER_RESOLUTION',
  'DENOISING',
  'IMAGE_TO_IMAGE',
  'SELF_SUPERVISED',
];

/** Images of the size that such networks are mostly used with; some take colours or volumes alone. */
const IMAGES: readonly (readonly number[])[] = [
  [256, 256, 1],
  [256, 256, 3],
  [32, 128, 128, 1],
  [128, 128, 128, 1],
];

/**
 * Builds the network for the first workflow and image that it takes, as far as the caller leaves them open, and loads
 * what it needs.
 *
 * @throws the first problem, when it takes none.
 */
export async function makeNetwork(architecture: string, request: NetworkRequest): Promise<MadeNetwork> {
  const external: Plugin[] = [];
  for (const spec of request.plugin) external.push(await loadPlugin(spec, process.cwd(), assembly.selfUrl));
  const catalog = createRegistry([...assembly.builtIns, ...external]);
  const own = external.flatMap(({ models }) => models.map(({ id }) => id));
  const trained = catalog.models().flatMap((model) => (model.trained ? [model.id] : []));
  const { ndim, input } = request;
  const images = input ? [input] : IMAGES.filter((image) => ndim === undefined || image.length === ndim + 1);
  let first: unknown;
  // Some networks are parts of others, and no workflow takes them alone; some are trained by two optimizers.
  const ways = [
    { free: false, optimizers: 1 },
    { free: true, optimizers: 1 },
    { free: true, optimizers: 2 },
  ];
  const attempts = ways.flatMap((way) =>
    images.flatMap((image) => WORKFLOWS.map((workflow) => ({ ...way, image, workflow }))),
  );
  for (const { free, optimizers, image, workflow } of attempts) {
    const all = free ? catalog.models().map(({ id }) => id) : [];
    try {
      const { config } = loadConfig(sourceOf(architecture, workflow, image, trained, optimizers), {
        overrides: request.set,
        checkPaths: false,
        extra: { architectures: [...own, ...trained, ...all], trained },
      });
      const spec = networkOf(config, catalog, request.channels ?? outputsOf(config));
      const network = buildNetwork(spec, catalog);
      await network.prepare();
      return { network, spec, config, image: [...config.DATA.PATCH_SIZE] };
    } catch (error) {
      if (!(error instanceof BiagraphError) && !(error instanceof RangeError)) throw error;
      first ??= error;
    }
  }
  throw first;
}

function sourceOf(
  architecture: string,
  workflow: string,
  image: readonly number[],
  trained: readonly string[],
  optimizers: number,
) {
  const predicts = trained.includes(architecture.toLowerCase());
  const folder = { PATH: 'images', GT_PATH: 'targets' };
  return {
    PROBLEM: { TYPE: workflow, NDIM: image.length === 3 ? '2D' : '3D' },
    DATA: { PATCH_SIZE: [...image], TRAIN: folder, VAL: { FROM_TRAIN: true }, TEST: { PATH: 'images' } },
    MODEL: { ARCHITECTURE: architecture },
    TRAIN: {
      ENABLE: !predicts,
      OPTIMIZER: Array(optimizers).fill('ADAMW'),
      LR: Array(optimizers).fill(1e-4),
    },
    TEST: { ENABLE: predicts },
  };
}

/** Channels of the outputs that the workflow asks for in its plainest form. */
function outputsOf({ PROBLEM, DATA }: Config): number[] {
  const classes = DATA.N_CLASSES;
  if (PROBLEM.TYPE === 'CLASSIFICATION') return [classes];
  if (PROBLEM.TYPE === 'SEMANTIC_SEG') return [classes > 2 ? classes : 1];
  return [DATA.PATCH_SIZE.at(-1)!];
}
