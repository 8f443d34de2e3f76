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
