/** Adversarial training: LOSS.TYPE names BCE or HINGE, and MODEL.NAFNET.ARCHITECTURE_D the network that judges. */
import type { Config } from '../core/config/index.js';
import { ConfigError, type Problem } from '../core/errors.js';
import type { Catalog } from '../core/plugin/define.js';
import type { AdversarySpec, NetworkSpec } from '../core/plugin/network-spec.js';

const ADVERSARIAL = ['BCE', 'HINGE'] as const;

/** The losses of LOSS.TYPE that a discriminator gives, where the network has one. */
export function adversarialLosses({ LOSS, MODEL }: Config): (typeof ADVERSARIAL)[number][] {
  if (MODEL.ARCHITECTURE.toLowerCase() !== 'nafnet' || MODEL.NAFNET.ARCHITECTURE_D === '') return [];
  return ADVERSARIAL.filter((name) => (LOSS.TYPE as string[]).includes(name));
}

/**
 * The discriminator of the configuration; undefined where there is none. It sees what the network predicts, and the targets.
 *
 * @throws ConfigError for what it cannot be trained with.
 */
export function adversaryOf(config: Config, catalog: Catalog, generator: NetworkSpec): AdversarySpec | undefined {
  const [loss, ...others] = adversarialLosses(config);
  if (!loss) return undefined;
  const { LOSS, TRAIN, MODEL, PROBLEM } = config;
  const names = LOSS.TYPE as string[];
  const problems: Problem[] = [];
  const refuse = (key: string, on: boolean, message: string, advice: string) => {
    if (on) problems.push({ severity: 'error', key, message, advice });
  };
  refuse('LOSS.TYPE', others.length > 0, 'BCE and HINGE are two ways to judge the same.', 'Write one of them.');
  refuse(
    'LOSS.TYPE',
    names.length === 1 + others.length,
    `${loss} alone does not tell the network which image to make.`,
    `Write [MAE, ${loss}], for example.`,
  );
  refuse('LOSS.GAN.R1_GAMMA', LOSS.GAN.R1_GAMMA !== 0, 'this version of Biagraph has no gradient penalty.', 'Write 0.');
  refuse(
    'LOSS.GAN.ADAPTIVE_GAN_WEIGHT',
    LOSS.GAN.ADAPTIVE_GAN_WEIGHT,
    'this version of Biagraph weighs the adversarial loss by LOSS.WEIGHTS alone.',
    'Write False.',
  );
  refuse(
    'TRAIN.ACCUM_ITER',
    TRAIN.ACCUM_ITER > 1,
    'the gradients of two networks that learn from each other cannot be gathered.',
    'Write 1.',
  );
  refuse(
    'PROBLEM.DENOISING.LOAD_GT_DATA',
    PROBLEM.TYPE === 'DENOISING' && !PROBLEM.DENOISING.LOAD_GT_DATA,
    'a discriminator needs clean images to compare with.',
    'Write True and name their folder, or take another network than nafnet.',
  );
  if (problems.length > 0) throw new ConfigError(problems);
  const model = catalog.model(MODEL.NAFNET.ARCHITECTURE_D);
  const minimum = nth(TRAIN.LR_SCHEDULER.MIN_LR as number[]);
  const [first, second] = nth(TRAIN.OPT_BETAS as number[][]);
  return {
    network: {
      architecture: model.id,
      parameters: model.fromConfig?.(config) ?? {},
      ndim: generator.ndim,
      inputChannels: generator.outputChannels.reduce((sum, count) => sum + count, 0),
      outputChannels: [1],
    },
    loss,
    weight: (LOSS.WEIGHTS as number[])[names.indexOf(loss)] ?? 1,
    optimizer: nth(TRAIN.OPTIMIZER as AdversarySpec['optimizer'][]),
    learningRate: nth(TRAIN.LR as number[]),
    ...(minimum >= 0 && { minLearningRate: minimum }),
    betas: [first, second],
  };
}

/** The second entry of a list with one for each optimizer; of a list of one, that. */
function nth<T>(list: readonly T[]): T {
  return list[Math.min(1, list.length - 1)];
}
