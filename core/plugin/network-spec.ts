/**
 * Networks, losses and metrics as plain data in the parameters of a node.
 */
import { type Static, Type } from 'typebox';

const Free = Type.Record(Type.String(), Type.Unknown(), { default: {} });

/** A network as data. */
export const NetworkSpec = Type.Object(
  {
    architecture: Type.String({ description: 'Id of a model: MODEL.ARCHITECTURE.' }),
    parameters: { ...Free, description: 'Parameters of the model.' },
    ndim: Type.Union([Type.Literal(2), Type.Literal(3)]),
    inputChannels: Type.Integer({ minimum: 1 }),
    outputChannels: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, description: 'Channels of each head.' }),
  },
  { additionalProperties: false },
);
export type NetworkSpec = Static<typeof NetworkSpec>;

/** Losses as data; the total is the weighted sum. */
export const LossSpec = Type.Array(
  Type.Object(
    { id: Type.String(), weight: Type.Number({ default: 1 }), parameters: Free },
    { additionalProperties: false },
  ),
  { minItems: 1 },
);
export type LossSpec = Static<typeof LossSpec>;

/** The optimizer of the trainer's parameters. */
export const OptimizerName = Type.Union([Type.Literal('SGD'), Type.Literal('ADAM'), Type.Literal('ADAMW')], {
  default: 'SGD',
});

/** A second network that learns to tell predictions from targets, as data. */
export const AdversarySpec = Type.Object(
  {
    network: { ...NetworkSpec, description: 'The discriminator.' },
    loss: Type.Enum(['BCE', 'HINGE'] as const, { description: 'Cross-entropy of its logits, or their hinge.' }),
    weight: Type.Number({ default: 1, description: 'What deceiving it counts beside the losses.' }),
    optimizer: OptimizerName,
    learningRate: Type.Number({ exclusiveMinimum: 0, default: 1e-4 }),
    minLearningRate: Type.Optional(Type.Number({ minimum: 0 })),
    betas: Type.Array(Type.Number({ minimum: 0, maximum: 1 }), { minItems: 2, maxItems: 2, default: [0.9, 0.999] }),
  },
  { additionalProperties: false },
);
export type AdversarySpec = Static<typeof AdversarySpec>;

export const MetricSpec = Type.Array(
  Type.Object(
    {
      id: Type.String(),
      name: Type.Optional(Type.String({ description: 'Shown in place of the name of the metric.' })),
      parameters: Free,
    },
    { additionalProperties: false },
  ),
);
export type MetricSpec = Static<typeof MetricSpec>;
