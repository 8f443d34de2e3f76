/** Networks of the family as models of a plugin. */
import Type, { type Static, type TObject } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { defineModel, type ModelDefinition } from '../../core/plugin/define.js';
import type { Module, Tensor } from '../../core/tensor/index.js';
import { HeadKind } from './heads.js';

const headKinds = Type.Optional(
  Type.Array(HeadKind, {
    description: 'What each head gives; where left out the first head predicts and further ones give classes.',
  }),
);

/**
 * A model whose image and heads are decided by the workflow, and everything else by its parameters.
 *
 * @param parts.schema parameters of `build`; of these `ndim`, `inputChannels` and `heads` come from the workflow.
 */
export function defineNetwork<P extends TObject>(parts: {
  id: string;
  summary: string;
  schema: P;
  fromConfig(config: Config): Record<string, unknown>;
  /** What image sides must be multiples of, of parameters without heads and channels. */
  divisors?(parameters: Omit<Static<P>, 'heads' | 'inputChannels'>): number[];
  build(parameters: Static<P>): Module<Tensor[]>;
}): ModelDefinition {
  const { id, summary, schema, fromConfig, divisors, build } = parts;
  const { ndim, inputChannels, heads, ...own } = schema.properties;
  return defineModel({
    id,
    summary,
    parameters: Type.Object({ ...own, headKinds }, { additionalProperties: false }) as TObject,
    fromConfig,
    ...(divisors && {
      divisors: (parameters: object, axes: 2 | 3) =>
        divisors({ ...parameters, ndim: axes } as unknown as Omit<Static<P>, 'heads' | 'inputChannels'>),
    }),
    build: (parameters, shape) => {
      const { headKinds: kinds, ...rest } = parameters as { headKinds?: ('prediction' | 'class')[] };
      const kindOf = (i: number) => kinds?.[i] ?? (i === 0 ? 'prediction' : 'class');
      return build({
        ...rest,
        ndim: shape.ndim,
        inputChannels: shape.inputChannels,
        heads: shape.outputChannels.map((channels, i) => ({ channels, kind: kindOf(i) })),
      } as Static<P>);
    },
  });
}
