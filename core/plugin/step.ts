import type { TObject } from 'typebox';
import { stepOperator } from '../graph/step-chain.js';
import type { NodeDefinition, Step } from './define.js';
import { services } from './services.js';

type StepParts<P extends TObject> = Pick<
  NodeDefinition<P>,
  'id' | 'role' | 'summary' | 'parameters' | 'keys' | 'order' | 'fromConfig' | 'plan' | 'memory'
> &
  Step<P>;

/**
 * Defines a node that changes the pixels of one patch at a time by a pure function. Such steps run in worker threads,
 * neighbours in one go.
 *
 * `module` is `import.meta.url` of the file, which must export the definition (or a plugin that holds it): threads
 * import it. Without it the step runs on the main thread.
 */
export function defineStep<P extends TObject>({ module, run, ...parts }: StepParts<P>) {
  const needs = { random: services.random, compute: services.compute };
  const definition: NodeDefinition<P, typeof needs> = {
    ...parts,
    kind: 'node',
    inputs: { main: ['patch'] },
    output: 'patch',
    needs,
    step: { module, run },
    create: (parameters, { random, compute }, { name }) =>
      stepOperator([{ name, definition: definition as unknown as NodeDefinition, parameters }], { random, compute }),
  };
  return definition;
}
