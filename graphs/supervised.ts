/**
 * What the presets that learn from image and target pairs have in common.
 */
import type { Config } from '../core/config/index.js';
import { chain, type Graph, type GraphEdge, type GraphNode, node } from '../core/graph/graph.js';
import type { DirectedChannels } from '../core/image/directed-channels.js';
import { isMeasuredBy } from '../core/image/normalization-parameters.js';
import { reachOf } from '../core/image/reach.js';
import { subsetFromConfig } from '../core/image/subset.js';
import type { SymmetryGroup } from '../core/image/symmetry.js';
import { dataSectionOf } from '../core/plugin/data-section.js';
import type { Catalog, Part } from '../core/plugin/define.js';
import { divisorsOfNetwork } from '../core/plugin/network.js';
import type { LossSpec, MetricSpec, NetworkSpec } from '../core/plugin/network-spec.js';
import { TRAINING_SHARES } from '../core/train/memory-shares.js';
import { adversaryOf } from './adversary.js';
import { contrastOf } from './network-parts.js';
import { predictsNoPicture } from './without-effect.js';

/** Parameters of a node from its own section of the configuration, undefined where that leaves it out. */
export function section(
  catalog: Catalog,
  plugin: string,
  config: Config,
  part: Part,
): Record<string, unknown> | undefined {
  return catalog.node(plugin).fromConfig?.(config, part);
}

export interface TrainingParts {
  network: NetworkSpec;
  losses: LossSpec;
  metrics: MetricSpec;
  /** Nodes that bring the targets into the form that the losses want, for each part. */
  targets?: (part: Part) => GraphNode[];
  /** Nodes that normalise targets which are images. Sample filters may measure what they give. */
  normalizedTargets?: (part: Part) => GraphNode[];
  /** Activations of the output channels that losses and metrics see; logits where left out. */
  activations?: string[];
  /** Activations of the output channels in pictures (TRAIN.SAVE_TRAIN_PREDS_FREQ), where losses and metrics see logits. */
  shown?: string[];
  /** Nodes right behind the patches that do so with the targets of each patch. */
  patchTargets?: (part: Part) => GraphNode[];
  /** Nodes right behind the loader. */
  reading?: (part: Part) => GraphNode[];
  /** Parameters of the loaders that a workflow sets beside {@link loaderParameters}. */
  loader?: (part: 'train' | 'validation') => Record<string, unknown>;
  /** Parameters of `stitcher/training-patches` that a workflow sets beside the usual ones. */
  patches?: (part: 'train' | 'validation') => Record<string, unknown>;
  /** Nodes between the augmenters and the batches. */
  finishing?: (part: 'train' | 'validation') => GraphNode[];
}

/**
 * The training graph:
 * loader → preprocessors → normalizer → targets → patches → augmenters → batch → trainer, and the same for validation without augmenters.
 */
export function trainingGraph(config: Config, catalog: Catalog, parts: TrainingParts): Graph {
  const { TRAIN: train, SYSTEM: system } = config;
  const branch = (part: 'train' | 'validation'): GraphNode[] => [
    node(`${part}-loader`, 'loader/folder', { ...loaderParameters(config, catalog, part), ...parts.loader?.(part) }),
    ...(parts.reading?.(part) ?? []),
    ...preprocessors(config, catalog, part),
    ...filtered(config, catalog, part, [
      ...normalizing(config, catalog, part, `${part}-normalizer`).images,
      ...(parts.normalizedTargets?.(part) ?? []),
    ]),
    ...(parts.targets?.(part) ?? []),
    node(`${part}-patches`, 'stitcher/training-patches', {
      ...trainingPatches(config, catalog, part),
      ...parts.patches?.(part),
    }),
    ...normalizing(config, catalog, part, `${part}-normalizer`).patches,
    ...(parts.patchTargets?.(part) ?? []),
    ...(part === 'train' ? augmenters(config, catalog) : []),
    ...(parts.finishing?.(part) ?? []),
    ...generatorCheck(config, catalog, part),
    node(`${part}-batches`, 'trainer/batch', { size: train.BATCH_SIZE }),
  ];
  const adversary = adversaryOf(config, catalog, parts.network);
  const trainer = node('trainer', 'trainer/fit', {
    network: parts.network,
    losses: parts.losses,
    ...(adversary && { adversary }),
    metrics: parts.metrics,
    ...(parts.activations && { activations: parts.activations }),
    ...(contrastOf(config) && { contrast: contrastOf(config) }),
    optimizer: (train.OPTIMIZER as string[])[0],
    learningRate: (train.LR as number[])[0],
    betas: (train.OPT_BETAS as number[][])[0],
    weightDecay: train.W_DECAY,
    clipNorm: train.GRADIENT_CLIP_NORM,
    accumulate: train.ACCUM_ITER,
    schedule: schedule(config),
    epochs: train.EPOCHS,
    patience: train.PATIENCE,
    saveEvery: config.MODEL.SAVE_CKPT_FREQ,
    frozen: config.MODEL.FREEZE_LAYERS_MATCHING,
    skipUnmatched: config.MODEL.SKIP_UNMATCHED_LAYERS,
    preview: preview(config, parts),
    seed: system.SEED,
  });
  const [training, validation] = [branch('train'), branch('validation')];
  const edges: GraphEdge[] = [
    ...chain(...training, trainer),
    ...chain(...validation),
    { from: validation[validation.length - 1].name, to: trainer.name, port: 'validation' },
  ];
  return { phase: 'train', nodes: [...training, ...validation, trainer], edges };
}

/** Pictures of what the network predicts while it learns; null where none are asked for. */
function preview(config: Config, { shown, activations }: TrainingParts): Record<string, unknown> | null {
  const { TRAIN: train, PATHS } = config;
  const { SAVE_TRAIN_PREDS_FREQ: every, SAVE_TRAIN_PREDS_NUM_SAMPLES: count } = train;
  return every > 0 && !predictsNoPicture(config)
    ? { folder: PATHS.TRAIN_PRED_SAMPLES, every, count, activations: shown ?? activations ?? ['linear'] }
    : null;
}

/** Where a part's images come from, which side of a split they are, and whether they must be read whole. */
export function loaderParameters(config: Config, catalog: Catalog, part: Part): Record<string, unknown> {
  const { DATA: data, PROBLEM: problem } = config;
  const source = data[dataSectionOf(config, part)];
  const valAsTest = part === 'test' && data.TEST.USE_VAL_AS_TEST;
  const targets = part !== 'test' || data.TEST.LOAD_GT || valAsTest ? source.GT_PATH : null;
  const divided = part === 'test' ? valAsTest : data.VAL.FROM_TRAIN;
  const reasons = whyWhole(config, catalog, part);
  return {
    images: source.PATH,
    targets,
    ndim: problem.NDIM,
    // Edges are made of grey and of coloured images alike.
    channels: section(catalog, 'preprocessor/canny', config, part) ? null : (data.PATCH_SIZE as number[]).at(-1),
    forceRgb: data.FORCE_RGB,
    // Of images that a filter leaves out the others are divided, by the filter.
    subset:
      divided && !section(catalog, 'filter/images', config, part)?.subset
        ? subsetFromConfig(config, part === 'train' ? 'train' : 'validation')
        : null,
    share: part === 'test' ? 1 : TRAINING_SHARES.image,
    ...withinContainers(config, part, targets !== null),
    // Medians of the sides of a volume go with all of its parts where these are normalised by the numbers of the whole.
    ...(part === 'test' && padsWithMedians(config) && { whole: 'fitting' }),
    ...(reasons.length > 0 && { whole: true, whyWhole: reasons.join(', and ') }),
  };
}

/** Where intensities are predicted, those of volumes in parts are brought back patch by patch. */
function padsWithMedians(config: Config): boolean {
  const { DATA: data, PROBLEM: problem } = config;
  return (
    data.TEST.MEDIAN_PADDING && isMeasuredBy(config, 'image') && ['SEMANTIC_SEG', 'DETECTION'].includes(problem.TYPE)
  );
}

/** Why the images of a part cannot be read in parts: what the nodes that prepare and filter them say. */
export function whyWhole(config: Config, catalog: Catalog, part: Part): string[] {
  return [...preprocessors(config, catalog, part), ...filtered(config, catalog, part, [])].flatMap(
    ({ plugin, with: parameters }) => catalog.node(plugin).whyWhole?.(parameters) ?? [],
  );
}

/** Where images and targets lie in containers, and the memory for their chunks. */
function withinContainers(config: Config, part: Part, wanted: boolean): Record<string, unknown> {
  const { DATA: data } = config;
  const source = data[dataSectionOf(config, part)];
  const several = source.INPUT_ZARR_MULTIPLE_DATA;
  const kept = part === 'validation' ? data.VAL.IN_MEMORY : data.TRAIN.IN_MEMORY;
  return {
    imagesWithin: {
      array: several ? source.INPUT_ZARR_MULTIPLE_DATA_RAW_PATH : '',
      axes: source.INPUT_IMG_AXES_ORDER,
    },
    targetsWithin: {
      array: several && wanted ? source.INPUT_ZARR_MULTIPLE_DATA_GT_PATH : '',
      axes: source.INPUT_MASK_AXES_ORDER,
    },
    // Training and validation are read side by side, and share what images may take. Only a test has a pass in order.
    ...(part !== 'test' && { chunkShare: kept ? TRAINING_SHARES.kept / 2 : TRAINING_SHARES.kept / 8 }),
    ...(several && { targets: null }),
  };
}

/** The node that normalises intensities, behind images or behind their patches: what is measured is what it gets (DATA.NORMALIZATION.MEASURE_BY). */
export function normalizing(
  config: Config,
  catalog: Catalog,
  part: Part,
  name: string,
): { images: GraphNode[]; patches: GraphNode[] } {
  const dataset = section(catalog, 'normalizer/dataset', config, part);
  if (dataset) return { images: [node(name, 'normalizer/dataset', dataset)], patches: [] };
  const own = node(name, 'normalizer/intensity', section(catalog, 'normalizer/intensity', config, part));
  return isMeasuredByPatch(config, part) ? { images: [], patches: [own] } : { images: [own], patches: [] };
}

/** Whether patches are normalised each on its own; there are none of whole images. */
export function isMeasuredByPatch(config: Config, part: Part): boolean {
  const whole = part === 'test' && config.TEST.FULL_IMG && config.PROBLEM.NDIM === '2D';
  return isMeasuredBy(config, 'patch') && !whole && config.PROBLEM.TYPE !== 'CLASSIFICATION';
}

/**
 * Nodes that normalise, with the sample filters of a part before them, or after them (FILTER_SAMPLES.NORM_BEFORE). Targets that are
 * made of masks or labels follow: filters measure those as they are in their files.
 */
export function filtered(config: Config, catalog: Catalog, part: Part, nodes: GraphNode[]): GraphNode[] {
  const filters = catalog
    .nodes()
    .filter(({ role }) => role === 'filter')
    .flatMap((definition) => {
      const parameters = definition.fromConfig?.(config, part);
      const name = part === 'test' ? 'filter' : `${part}-filter`;
      return parameters ? [node(name, definition.id, parameters)] : [];
    });
  const { NORM_BEFORE } = config.DATA[dataSectionOf(config, part)].FILTER_SAMPLES;
  return NORM_BEFORE ? [...nodes, ...filters] : [...filters, ...nodes];
}

function trainingPatches(config: Config, catalog: Catalog, part: 'train' | 'validation'): Record<string, unknown> {
  const { DATA: data, TRAIN: train, AUGMENTOR: augment } = config;
  // Validation images out of the training set are cut as these are.
  const cutAs = part === 'validation' && data.VAL.FROM_TRAIN ? 'train' : part;
  return {
    ...section(catalog, 'stitcher/cut-patches', config, cutAs),
    random: data.TRAIN.EXTRACT_RANDOM_PATCH,
    foreground: data.TRAIN.PROBABILITY_MAP
      ? { foreground: data.TRAIN.W_FOREGROUND, background: data.TRAIN.W_BACKGROUND }
      : null,
    ...(part === 'train' && augmentedBoxes(config)),
    replicate: part === 'train' ? data.TRAIN.REPLICATE : 0,
    subset: data.VAL.FROM_TRAIN ? subsetFromConfig(config, part) : null,
    epochs: part === 'train' ? train.EPOCHS : null,
    shuffle: part === 'train' ? augment.SHUFFLE_TRAIN_DATA_EACH_EPOCH : augment.SHUFFLE_VAL_DATA_EACH_EPOCH,
    inMemory: part === 'train' ? data.TRAIN.IN_MEMORY : data.VAL.IN_MEMORY,
    batch: train.BATCH_SIZE,
    prefetch: Math.max(4 * train.BATCH_SIZE, 8),
  };
}

/**
 * Every preprocessor that answers to the configuration of a part, in BiaPy's order. They follow the loader.
 *
 * @param prepared whether images are changed as DATA.PREPROCESS says: saved predictions belong to images as they are in their files.
 */
export function preprocessors(config: Config, catalog: Catalog, part: Part, prepared = true): GraphNode[] {
  return catalog
    .nodes()
    .filter((definition) => definition.role === 'preprocessor')
    .filter(({ keys = [] }) => prepared || !keys.some((key) => key.startsWith('DATA.PREPROCESS.')))
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .flatMap((definition) => {
      const parameters = definition.fromConfig?.(config, part);
      const name = definition.id.split('/').pop()!;
      return parameters ? [node(part === 'test' ? name : `${part}-${name}`, definition.id, parameters)] : [];
    });
}

/**
 * Nodes that follow the joining of predictions: they bring them back to the size that images had in their files, and leave
 * nothing outside of regions of interest.
 *
 * @param labels products of labels that are brought back with them.
 * @param unzoomed product in which a prediction stays as it was before a zoom is undone.
 */
export function undoPreprocessing(
  config: Config,
  catalog: Catalog,
  product = 'channels',
  labels: string[] = [],
  unzoomed = '',
): GraphNode[] {
  const zoomed = section(catalog, 'preprocessor/zoom', config, 'test');
  const resized = section(catalog, 'preprocessor/resize', config, 'test');
  const masked = section(catalog, 'postprocessor/roi-mask', config, 'test');
  const { size, preserveRange, ...options } = resized ?? {};
  return [
    ...(zoomed ? [node('undo-zoom', 'postprocessor/undo-zoom', { product, labels, keep: unzoomed })] : []),
    ...(resized ? [node('undo-resize', 'postprocessor/undo-resize', { ...options, product, labels })] : []),
    ...(masked ? [node('roi-mask', 'postprocessor/roi-mask', { ...masked, product })] : []),
  ];
}

/**
 * What reads the predictions of an earlier run in place of a network (TEST.REUSE_PREDICTIONS); undefined where a network is run.
 * Saved predictions have the size of the images in their files, so nothing is prepared or undone.
 */
export function reusedPredictions(
  { TEST: test, PROBLEM: problem }: Config,
  saved: { folder: string; channels: number; product?: string; scale?: readonly number[] },
): GraphNode | undefined {
  return test.REUSE_PREDICTIONS
    ? node('predictions', 'model/reuse-predictions', { ndim: problem.NDIM, ...saved })
    : undefined;
}

/** What stacks plane images to a volume (TEST.ANALIZE_2D_IMGS_AS_3D_STACK); undefined where each is on its own. */
export function stackedImages({ TEST: test, PROBLEM: problem, DATA: data }: Config): GraphNode | undefined {
  const resolution = data.TEST.RESOLUTION as number[];
  return test.ANALIZE_2D_IMGS_AS_3D_STACK && problem.NDIM === '2D'
    ? node('stack', 'stitcher/stack-images', { depth: resolution.length === 3 ? resolution[0] : null })
    : undefined;
}

/** What augmenters want of the boxes that are cut for them, besides a patch. */
function augmentedBoxes(config: Config): Record<string, unknown> {
  const { AUGMENTOR: augment, DATA: data } = config;
  if (!augment.ENABLE) return {};
  return {
    reach: reachOf(config) ?? [],
    crop:
      augment.RANDOM_RESIZED_CROP && data.TRAIN.EXTRACT_RANDOM_PATCH
        ? { chance: augment.RANDOM_RESIZED_CROP_PROB, share: augment.RANDOM_RESIZED_CROP_SCALE_RANGE }
        : null,
    partners: augment.CUTMIX,
  };
}

/** Every augmenter that answers to the configuration, in BiaPy's order. */
function augmenters(config: Config, catalog: Catalog): GraphNode[] {
  const row = catalog
    .nodes()
    .filter((definition) => definition.role === 'augmenter')
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .flatMap((definition) => {
      const parameters = definition.fromConfig?.(config, 'train');
      return parameters ? [node(definition.id.split('/').pop()!, definition.id, parameters)] : [];
    });
  // Those that answer to no switch of their own, as pictures of the samples, are of no use alone.
  return row.some(({ plugin }) => catalog.node(plugin).keys) ? row : [];
}

/** What writes patches as the network gets them, where that is asked for. */
function generatorCheck(config: Config, catalog: Catalog, part: 'train' | 'validation'): GraphNode[] {
  const parameters = section(catalog, 'writer/generator-samples', config, part);
  return parameters ? [node(`${part}-check`, 'writer/generator-samples', parameters)] : [];
}

function schedule({ TRAIN: { LR_SCHEDULER: settings } }: Config): Record<string, unknown> {
  const minimum = (settings.MIN_LR as number[])[0];
  return {
    name: settings.NAME,
    ...(minimum >= 0 && { minLearningRate: minimum }),
    ...(settings.WARMUP_COSINE_DECAY_EPOCHS >= 0 && { warmupEpochs: settings.WARMUP_COSINE_DECAY_EPOCHS }),
    ...(settings.COSINE_DECAY_FRACTION > 0 && { decayFraction: settings.COSINE_DECAY_FRACTION }),
    factor: settings.REDUCEONPLATEAU_FACTOR,
    ...(settings.REDUCEONPLATEAU_PATIENCE >= 0 && { patience: settings.REDUCEONPLATEAU_PATIENCE }),
  };
}

/** Batches and test-time augmentation of `model/predict`. @param directed channels of the prediction that turn with the image. */
export function predictionParameters(
  { TEST: test, TRAIN: train }: Config,
  directed: DirectedChannels[] = [],
): Record<string, unknown> {
  const turns = directed.length > 0 ? { directed } : {};
  return {
    batchSize: train.BATCH_SIZE,
    augmentation: test.AUGMENTATION
      ? { group: augmentationGroup(test.AUGMENTATION_GROUP), mode: test.AUGMENTATION_MODE, ...turns }
      : null,
  };
}

/** Forms of TEST.AUGMENTATION_GROUP. */
export function augmentationGroup(group: Config['TEST']['AUGMENTATION_GROUP']): SymmetryGroup {
  return group === 'auto' ? 'full' : (group as SymmetryGroup);
}

/** What image sides must be multiples of: as the network says, or else the product of the pooling factors of each axis. */
export function divisorsOf(config: Config, network: NetworkSpec, catalog: Catalog): number[] {
  const told = divisorsOfNetwork(network, catalog);
  if (told) return told;
  const { ndim } = network;
  const levels = (config.MODEL.FEATURE_MAPS as number[]).length - 1;
  const divisors = new Array<number>(ndim).fill(1);
  for (let level = 0; level < levels; level++) {
    const yx = (config.MODEL.YX_DOWN as (number | number[])[])[level] || 2;
    const [y, x] = typeof yx === 'number' ? [yx, yx] : yx;
    divisors[ndim - 2] *= y;
    divisors[ndim - 1] *= x;
    if (ndim === 3) divisors[0] *= (config.MODEL.Z_DOWN as number[])[level] || 2;
  }
  return divisors;
}
