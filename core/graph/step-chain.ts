/**
 * Steps: nodes that change the pixels of one sample at a time by a pure function. Steps that follow each other are run in
 * one call, so that a sample travels to a worker thread and back once.
 */
import type { Observable } from 'rxjs';
import type { Compute } from '../compute/compute.js';
import type { RandomSource } from '../image/random.js';
import type { Sample } from '../image/sample.js';
import type { NodeDefinition, Operator, StepPixels } from '../plugin/define.js';
import { applySteps, type StepCall, type StepsTask } from './apply-steps.js';
import { mapOrdered } from './map-ordered.js';

/** A node of a graph whose definition has a step. */
export interface StepNode {
  readonly name: string;
  readonly definition: Pick<NodeDefinition, 'id' | 'step'>;
  readonly parameters: Record<string, unknown>;
  readonly inputs?: Readonly<Record<string, string>>;
}

const APPLY = {
  module: new URL(import.meta.url.endsWith('.ts') ? './apply-steps.ts' : './apply-steps.js', import.meta.url).href,
  name: 'applySteps',
};

/**
 * Rows of steps that follow each other with nothing else between, by the name of their last node. The nodes before the
 * last one have an empty row: they only hand their samples on. Steps that run in threads and others make rows of their own.
 */
export function stepChains<N extends StepNode>(
  order: readonly N[],
  inThread: (module: string | undefined) => boolean = () => true,
): Map<string, N[]> {
  const users = new Map<string, N[]>();
  for (const node of order)
    for (const from of Object.values(node.inputs ?? {})) users.set(from, [...(users.get(from) ?? []), node]);
  const chains = new Map<string, N[]>();
  for (const node of order) {
    if (!node.definition.step) continue;
    const before = chains.get(node.inputs?.main ?? '');
    const alike = (other: N) => inThread(other.definition.step!.module) === inThread(node.definition.step!.module);
    const follows = before?.every(alike) && users.get(node.inputs!.main)?.length === 1;
    const chain = follows ? [...before!, node] : [node];
    if (chain.length > 1) chains.set(node.inputs!.main, []);
    chains.set(node.name, chain);
  }
  return chains;
}

/** Runs a row of steps over each sample, in worker threads where the modules of all are known; the order is kept. */
export function stepOperator(
  chain: readonly StepNode[],
  { random, compute }: { random: RandomSource; compute: Compute },
): Operator {
  const elsewhere = chain.every(({ definition }) => compute.reaches(definition.step?.module));
  const change = async (sample: Sample, signal: AbortSignal): Promise<Sample> => {
    const { image, target, targetKinds, partner } = sample;
    const pixels: StepPixels = {
      image,
      ...(target && { target }),
      ...(targetKinds && { targetKinds }),
      ...(partner && { partner }),
    };
    const steps = chain.map(({ name, definition, parameters }): StepCall => {
      const { key } = random({ epoch: sample.moment?.epoch, sample: sample.index, node: name });
      return { module: definition.step!.module, id: definition.id, node: name, parameters, key };
    });
    const changed = elsewhere
      ? await compute.call<StepsTask, StepPixels>(APPLY, { steps, pixels, selfUrl: compute.selfUrl }, { signal })
      : await applySteps(
          { steps, pixels },
          (id) => chain.find(({ definition }) => definition.id === id)?.definition.step,
        );
    if (changed === pixels) return sample;
    const { target: _target, targetKinds: _kinds, partner: _partner, ...rest } = sample;
    return { ...rest, ...changed };
  };
  return ({ main }): Observable<Sample> => main.pipe(mapOrdered(elsewhere ? compute.concurrency : 1, change));
}
