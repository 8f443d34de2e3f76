/**
 * Trains a network on batches: the TRAIN, LOSS and MODEL sections.
 */
import { defer, from, switchMap } from 'rxjs';
import { type Static, Type } from 'typebox';
import { ACTIVATIONS } from '../../core/image/activation.js';
import { scaleBetween } from '../../core/image/scale.js';
import { Contrast, contrasted } from '../../core/plugin/contrast.js';
import { defineNode } from '../../core/plugin/define.js';
import {
  counted,
  countPieces,
  type Forecast,
  type Pieces,
  type Planner,
  type TargetForecast,
} from '../../core/plugin/forecast.js';
import { buildAdversary, buildLoss, buildNetwork, buildTensorMetrics, loadLosses } from '../../core/plugin/network.js';
import { AdversarySpec, LossSpec, MetricSpec, NetworkSpec, OptimizerName } from '../../core/plugin/network-spec.js';
import { services } from '../../core/plugin/services.js';
import type { Module, OptimizerSpec } from '../../core/tensor/index.js';
import { activated } from '../../core/tensor/measure/activated.js';
import { fitCheckpoint } from '../../core/train/fit-checkpoint.js';
import { fitOptimizer } from '../../core/train/fit-optimizer.js';
import { trainLoop } from '../../core/train/loop.js';
import { createSchedule } from '../../core/train/schedule.js';
import type { StartingPoint } from '../../core/train/state.js';
import { Preview, previewOf } from './preview.js';

const Schedule = Type.Object(
  {
    name: Type.Enum(['', 'warmupcosine', 'reduceonplateau', 'onecycle', 'warmupreduceonplateau'] as const, {
      default: '',
    }),
    minLearningRate: Type.Optional(Type.Number({ minimum: 0 })),
    warmupEpochs: Type.Optional(Type.Integer()),
    decayFraction: Type.Optional(Type.Number()),
    factor: Type.Optional(Type.Number()),
    patience: Type.Optional(Type.Integer()),
  },
  { additionalProperties: false, default: {} },
);

const Parameters = Type.Object(
  {
    network: NetworkSpec,
    losses: LossSpec,
    metrics: { ...MetricSpec, default: [] },
    contrast: Type.Union([Contrast, Type.Null()], { default: null, description: 'Contrast of pixels across images.' }),
    activations: Type.Array(Type.Enum(ACTIVATIONS), {
      default: [],
      description: 'Of the channels that losses and metrics see; the last one holds for the rest. Empty for none.',
    }),
    adversary: Type.Optional(AdversarySpec),
    optimizer: OptimizerName,
    learningRate: Type.Number({ exclusiveMinimum: 0, default: 1e-4 }),
    betas: Type.Array(Type.Number({ minimum: 0, maximum: 1 }), { minItems: 2, maxItems: 2, default: [0.9, 0.999] }),
    weightDecay: Type.Number({ minimum: 0, default: 0.02 }),
    clipNorm: Type.Number({
      minimum: 0,
      default: 0,
      description: 'Largest global L2 norm of the gradient; 0 for none.',
    }),
    accumulate: Type.Integer({
      minimum: 1,
      default: 1,
      description: 'Batches whose gradients are averaged for one step of the optimizer.',
    }),
    schedule: Schedule,
    epochs: Type.Integer({ minimum: 1, default: 360 }),
    patience: Type.Integer({ default: -1, description: 'Epochs without improvement before stopping; -1 never stops.' }),
    saveEvery: Type.Integer({ default: -1, description: 'A checkpoint of its own every so many epochs; -1 for none.' }),
    frozen: Type.Array(Type.String(), {
      default: [],
      description: 'Regular expressions of parameters left as they are.',
    }),
    skipUnmatched: Type.Boolean({
      default: false,
      description: 'Train layers afresh that a given checkpoint does not fit, instead of refusing it.',
    }),
    preview: Type.Union([Preview, Type.Null()], {
      default: null,
      description: 'Pictures of what is predicted while the network learns.',
    }),
    seed: Type.Integer({ default: 0 }),
  },
  { additionalProperties: false },
);

export type FitParameters = Static<typeof Parameters>;

export const fitTrainer = defineNode({
  id: 'trainer/fit',
  role: 'trainer',
  summary: 'Trains the network, validates after each epoch and keeps checkpoints.',
  inputs: { main: ['batch'], validation: ['batch'] },
  output: null,
  parameters: Parameters,
  keys: ['LOSS.CONTRAST.ENABLE', 'TRAIN.SAVE_TRAIN_PREDS_FREQ'],
  needs: {
    events: services.events,
    files: services.files,
    tensors: services.tensors,
    catalog: services.catalog,
    training: services.training,
    clock: services.clock,
    signal: services.signal,
  },
  plan: (parameters, inputs, planner) => planFit(parameters, inputs, planner),
  create(parameters, { events, files, tensors, catalog, training, clock, signal }, place) {
    const { activations, contrast } = parameters;
    const learned = contrasted(buildNetwork(parameters.network, catalog), contrast);
    const metrics = Object.fromEntries(
      Object.entries(buildTensorMetrics(parameters.metrics, catalog)).map(([name, metric]) => [
        name,
        learned.metric(activated(metric, activations)),
      ]),
    );
    const withoutTarget =
      parameters.metrics.length === 0 && parameters.losses.every(({ id }) => catalog.loss(id).needsTarget === false);
    const { learningRate, epochs, patience, saveEvery, seed, accumulate, adversary, preview } = parameters;
    const start = async () => {
      const runtime = await tensors();
      const loss = buildLoss(parameters.losses, catalog, await loadLosses(parameters.losses, catalog));
      const program = await runtime.train({
        network: learned.network,
        loss: learned.loss(activated(loss, activations)),
        metrics,
        optimizer: optimizerOf(parameters),
        seed,
        accumulates: accumulate > 1,
        frozen: parameters.frozen.map((pattern) => new RegExp(pattern)),
        ...(adversary && { adversary: buildAdversary(adversary, catalog, parameters) }),
      });
      place.onClose(() => program.dispose());
      return program;
    };
    return ({ main, validation }) =>
      defer(() => from(start())).pipe(
        switchMap((program) =>
          trainLoop(main, {
            program,
            schedule: (stepsPerEpoch) =>
              createSchedule({ ...parameters.schedule, learningRate, epochs, stepsPerEpoch }),
            ...(adversary && { discriminatorSchedule: scheduleOf(adversary, parameters) }),
            validation,
            epochs,
            accumulate,
            patience,
            saveEvery,
            fit: (start) => fitStart(learned.network, start, parameters),
            withoutTarget,
            ...(preview && { watch: previewOf(preview, program, { epochs, files, events }) }),
            state: training,
            events,
            clock,
            signal,
          }),
        ),
      );
  },
});

/** The schedule of the discriminator: that of the network, between its own learning rates. */
function scheduleOf({ learningRate, minLearningRate }: AdversarySpec, { schedule, epochs }: FitParameters) {
  const own = { ...schedule, learningRate, ...(minLearningRate !== undefined && { minLearningRate }) };
  return (stepsPerEpoch: number) => createSchedule({ ...own, epochs, stepsPerEpoch });
}

/** Of the first image: all are alike in this. */
function targetOf({ images: [first] }: Forecast): TargetForecast {
  if (!first?.targetShape) return { channels: 1, scale: [] };
  const { shape, targetShape, file } = first;
  return { channels: targetShape.at(-1)!, scale: scaleBetween(shape, targetShape, file) ?? null };
}

/** A checkpoint as this training starts from it. */
function fitStart(network: Module, start: StartingPoint, parameters: FitParameters) {
  const { skipUnmatched, network: spec } = parameters;
  // What another workflow learned, such as self-supervision, lacks the layers of this one.
  const skip = skipUnmatched ? 'all' : start.transfer ? 'missing' : 'nothing';
  const fitted = start.weights && fitCheckpoint(network, start.weights, { network: spec.architecture, skip });
  const state = fitOptimizer(network, optimizerOf(parameters), start, fitted?.names ?? new Map());
  return {
    tensors: new Map([...(fitted?.tensors ?? []), ...state]),
    told: [
      ...(fitted ? [`Training starts from ${start.file}: ${fitted.taken}`] : []),
      ...(state.size > 0 ? ['The optimizer goes on with the state in the checkpoint.'] : []),
    ],
    unmatched: fitted?.unmatched ?? [],
  };
}

function optimizerOf({ optimizer, betas, weightDecay, clipNorm }: FitParameters): OptimizerSpec {
  return { name: optimizer, betas: [betas[0], betas[1]], weightDecay, clipNorm };
}

function planFit(
  parameters: FitParameters,
  { main, validation }: Readonly<Record<string, Forecast>>,
  { tell, computes }: Planner,
): Forecast {
  const { network, losses, metrics, epochs, patience, frozen, accumulate, adversary, contrast } = parameters;
  const batches = main.batches ?? [];
  const inAllEpochs = (pieces: readonly Pieces[]) =>
    pieces.map(({ shape, count }) => ({ shape, count: count * epochs }));
  const steps = Math.ceil(countPieces(batches) / accumulate) * epochs;
  const early =
    patience >= 0 ? ` It ends sooner when the validation does not improve for ${counted(patience, 'epoch')}.` : '';
  const gathering = accumulate > 1 ? ` ${accumulate} batches make one step (TRAIN.ACCUM_ITER).` : '';
  tell({
    value: `${counted(steps, 'step')} in ${counted(epochs, 'epoch')}`,
    why: `Each epoch takes every batch once (TRAIN.EPOCHS).${gathering}${early}`,
    facts: { steps, epochs },
  });
  computes({
    network,
    calls: inAllEpochs(batches),
    training: {
      losses,
      metrics,
      optimizer: optimizerOf(parameters),
      frozen,
      accumulates: accumulate > 1,
      ...(adversary && { adversary }),
      ...(contrast && { contrast }),
      target: targetOf(main),
      validation: inAllEpochs(validation?.batches ?? []),
    },
  });
  return main;
}
