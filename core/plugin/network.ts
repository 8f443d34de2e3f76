/**
 * From the plain parameters of a graph node to a network, its loss and its metrics, through the catalog.
 */
import { PluginError } from '../errors.js';
import { checkParameters } from '../graph/parameters.js';
import type { ChannelActivation } from '../image/activation.js';
import type { Adversary, Module, NamedTensors, NetworkOutput, OptimizerSpec, Scalar, Tensor } from '../tensor/index.js';
import { activateTensor } from '../tensor/measure/activated.js';
import type { Catalog } from './define.js';
import type { AdversarySpec, LossSpec, MetricSpec, NetworkSpec } from './network-spec.js';
import { atTargetSize } from './prediction-size.js';
import { weightedSum } from './weighted-sum.js';

type Criterion = (output: NetworkOutput, target: Tensor) => Scalar;

/** @throws PluginError for an unknown model or parameters that do not fit its schema. */
export function buildNetwork(spec: NetworkSpec, catalog: Catalog): Module {
  const model = catalog.model(spec.architecture);
  const { ndim, inputChannels, outputChannels } = spec;
  return model.build(checked('model', spec.architecture, model.parameters, spec.parameters), {
    ndim,
    inputChannels,
    outputChannels,
  });
}

/** What image sides must be multiples of, where the model says it. @throws PluginError as {@link buildNetwork}. */
export function divisorsOfNetwork(spec: NetworkSpec, catalog: Catalog): number[] | undefined {
  const model = catalog.model(spec.architecture);
  return model.divisors?.(checked('model', spec.architecture, model.parameters, spec.parameters), spec.ndim);
}

/** Weights that losses compare with, one entry for each loss. @throws PluginError as {@link buildNetwork}, and what reading a file throws. */
export function loadLosses(spec: LossSpec, catalog: Catalog): Promise<(NamedTensors | undefined)[]> {
  return Promise.all(
    spec.map(async ({ id, parameters }) => {
      const loss = catalog.loss(id);
      return loss.load?.(checked('loss', id, loss.parameters, parameters));
    }),
  );
}

/**
 * The weighted sum of losses, on predictions of the target's size.
 *
 * @param weights of {@link loadLosses}; left out where only sizes count.
 * @throws PluginError as {@link buildNetwork}.
 */
export function buildLoss(
  spec: LossSpec,
  catalog: Catalog,
  weights: readonly (NamedTensors | undefined)[] = [],
): Criterion {
  const terms = spec.map(({ id, weight, parameters }, i) => {
    const loss = catalog.loss(id);
    return { weight, loss: loss.build(checked('loss', id, loss.parameters, parameters), weights[i]) };
  });
  return fitted(terms.length === 1 && terms[0].weight === 1 ? terms[0].loss : weightedSum(terms));
}

/** Metrics on tensors by the names they are shown with. @throws PluginError as {@link buildNetwork}. */
export function buildTensorMetrics(spec: MetricSpec, catalog: Catalog): Record<string, Criterion> {
  const metrics: Record<string, Criterion> = {};
  for (const { id, name, parameters } of spec) {
    const metric = catalog.metric(id);
    if (!metric.onTensors) continue;
    metrics[name ?? metric.name] = fitted(metric.onTensors(checked('metric', id, metric.parameters, parameters)));
  }
  return metrics;
}

/**
 * The discriminator, judging the first output with its activations and in the size of the target.
 *
 * @throws PluginError as {@link buildNetwork}.
 */
export function buildAdversary(
  spec: AdversarySpec,
  catalog: Catalog,
  {
    activations,
    ...shared
  }: Pick<OptimizerSpec, 'weightDecay' | 'clipNorm'> & { activations: readonly ChannelActivation[] },
): Adversary {
  const { network, loss, weight, optimizer: name, betas } = spec;
  const optimizer: OptimizerSpec = { name, betas: [betas[0], betas[1]], ...shared };
  return {
    network: buildNetwork(network, catalog),
    loss,
    weight,
    optimizer,
    image(output, target) {
      const [first] = atTargetSize(output, target);
      return activations.length > 0 ? activateTensor(first, activations) : first;
    },
  };
}

function fitted(criterion: Criterion): Criterion {
  return (output, target) => criterion(atTargetSize(output, target), target);
}

/** Parameters with their defaults. @throws PluginError naming every one that does not fit. */
export function checked(
  kind: string,
  id: string,
  schema: Parameters<typeof checkParameters>[0],
  given: Record<string, unknown>,
): Record<string, unknown> {
  const { parameters, problems } = checkParameters(schema, given);
  if (problems.length > 0)
    throw new PluginError(
      `parameters of ${kind} '${id}' do not fit: ${problems.map(({ path, message }) => `${path}: ${message}`).join(' ')}`,
      { where: { key: kind === 'model' ? 'MODEL' : undefined } },
    );
  return parameters;
}
