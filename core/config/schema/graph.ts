import { Type } from 'typebox';
import type { KeyMetadata } from './key.js';

const strict = { additionalProperties: false };
const Parameters = Type.Record(Type.String(), Type.Unknown());

/** Puts a new node after or before another, which is named by its name in the graph or by its role. */
const Insert = Type.Object(
  {
    insert: Type.Object(
      {
        after: Type.Optional(Type.String()),
        before: Type.Optional(Type.String()),
        node: Type.String(),
        as: Type.Optional(Type.String()),
        with: Type.Optional(Parameters),
      },
      strict,
    ),
  },
  strict,
);

/** Lets another plugin do a node's work. */
const Replace = Type.Object(
  { replace: Type.Object({ node: Type.String(), by: Type.String(), with: Type.Optional(Parameters) }, strict) },
  strict,
);

const Remove = Type.Object(
  { remove: Type.Union([Type.Object({ node: Type.String() }, strict), Type.String()]) },
  strict,
);

/** Changes parameters of a node. */
const Change = Type.Object({ set: Type.Object({ node: Type.String(), with: Parameters }, strict) }, strict);

/** One change of a preset's graph; applied in the order written. */
export const EditSchema = Type.Union([Insert, Replace, Remove, Change]);

const edits = (phase: string) =>
  Type.Optional(Type.Array(EditSchema, { description: `Changes of the ${phase} graph, in order. Biagraph only.` }));

const metadata: KeyMetadata = {
  python: 'dict',
  default: {},
  description:
    'Changes of the graph that the workflow makes: lists of insert, replace, remove and set under train and test. Biagraph only.',
};

export const GraphSchema = Type.Object({ train: edits('training'), test: edits('test') }, { ...strict, ...metadata });
