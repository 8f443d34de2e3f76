/**
 * What the MODEL, LOSS and METRICS keys say of a network: its architecture, losses and metrics, as nodes take them.
 */
import type { Config } from '../core/config/index.js';
import { ConfigError, type Problem } from '../core/errors.js';
import type { Catalog } from '../core/plugin/define.js';
import type { LossSpec, MetricSpec, NetworkSpec } from '../core/plugin/network-spec.js';
import { adversarialLosses } from './adversary.js';

/**
 * The network of the MODEL section.
 *
 * @param headKind what every head gives, where there are several and the first is not followed by class heads.
 */
export function networkOf(
  config: Config,
  catalog: Catalog,
  outputChannels: number[],
  headKind?: 'prediction',
): NetworkSpec {
  const architecture = config.MODEL.ARCHITECTURE;
  const model = catalog.models().find(({ id }) => id === architecture || id === architecture.toLowerCase());
  if (!model)
    throw unavailable('MODEL.ARCHITECTURE', `the architecture '${architecture}' is not available in this version.`, [
      ...catalog.models().map(({ id }) => id),
    ]);
  const kinds = headKind && outputChannels.length > 1 ? { headKinds: outputChannels.map(() => headKind) } : {};
  return {
    architecture: model.id,
    parameters: {
      ...(model.fromConfig?.(config) ?? config.MODEL.PARAMETERS),
      ...kinds,
      ...(contrastOf(config) && { contrast: config.LOSS.CONTRAST.PROJ_DIM }),
    },
    ndim: config.PROBLEM.NDIM === '3D' ? 3 : 2,
    inputChannels: (config.DATA.PATCH_SIZE as number[]).at(-1)!,
    outputChannels,
  };
}

/** LOSS.CONTRAST as the trainer takes it; undefined where it is off. */
export function contrastOf({ LOSS: { CONTRAST: settings }, DATA: data, PROBLEM: problem, TRAIN: train }: Config) {
  if (!settings.ENABLE) return undefined;
  const { NAME, WARMUP_COSINE_DECAY_EPOCHS: warm } = train.LR_SCHEDULER;
  return {
    classes: problem.TYPE === 'SEMANTIC_SEG' ? Math.max(data.N_CLASSES, 2) : 2,
    memory: settings.MEMORY_SIZE,
    dims: settings.PROJ_DIM,
    pixels: settings.PIXEL_UPD_FREQ,
    start: settings.MEMORY_SIZE + (NAME === 'warmupcosine' ? Math.max(warm, 0) : 0),
  };
}

/** Why losses and metrics that BiaPy has are missing. */
const WHY: Readonly<Record<string, string>> = {
  BCE: ': it belongs to adversarial training, which nafnet alone has.',
  HINGE: ': it belongs to adversarial training, which nafnet alone has.',
  fid: ': it compares sets of whole images, in tests of planes alone (TEST.METRICS).',
  is: ': it judges sets of whole images, in tests of planes alone (TEST.METRICS).',
  lpips: ': it compares whole images, in tests of planes alone (TEST.METRICS).',
};

/** The losses of LOSS.TYPE with their weights. */
export function lossesOf(config: Config, catalog: Catalog): LossSpec {
  const weights = config.LOSS.WEIGHTS as number[];
  const adversarial: readonly string[] = adversarialLosses(config);
  return (config.LOSS.TYPE as string[]).flatMap((id, i) => {
    if (adversarial.includes(id)) return [];
    const loss = catalog.losses().find((candidate) => candidate.id === id);
    if (!loss)
      throw unavailable('LOSS.TYPE', `the loss '${id}' is not available in this version${WHY[id] ?? '.'}`, [
        ...catalog.losses().map((known) => known.id),
      ]);
    return { id, weight: weights[i] ?? 1, parameters: loss.fromConfig?.(config) ?? {} };
  });
}

/** Metrics by their names in TRAIN.METRICS or TEST.METRICS. */
export function metricsOf(names: readonly string[], config: Config, catalog: Catalog): MetricSpec {
  return names.map((name) => {
    const id = name.toLowerCase();
    const metric = catalog.metrics().find((candidate) => candidate.id.toLowerCase() === id);
    if (!metric)
      throw unavailable('TEST.METRICS', `the metric '${name}' is not available in this version${WHY[id] ?? '.'}`, [
        ...catalog.metrics().map((known) => known.id),
      ]);
    return { id: metric.id, parameters: metric.fromConfig?.(config) ?? {} };
  });
}

function unavailable(key: string, message: string, known: string[]): ConfigError {
  const problem: Problem = { severity: 'error', key, message, advice: `Available: ${known.join(', ')}.` };
  return new ConfigError([problem]);
}
