/** A model of TensorFlow.js as the network of a prediction: MODEL.ARCHITECTURE tfjs. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import Type, { type Static } from 'typebox';
import { ConfigError } from '../../core/errors.js';
import { defineModel, type NetworkShape } from '../../core/plugin/define.js';
import { TfjsNetwork } from '../../core/tensor/index.js';

const Parameters = Type.Object(
  {
    file: Type.String({ minLength: 1, description: 'model.json, or the folder that holds it and its shards.' }),
    channels: Type.Union([Type.Literal('last'), Type.Literal('first')], {
      default: 'last',
      description: 'Place of the channels: [n, y, x, c], as Keras has them, or [n, c, y, x].',
    }),
    outputs: Type.Array(Type.String(), {
      default: [],
      description: 'Names of the outputs to use, the main head first; the first ones of the model where left out.',
    }),
  },
  { additionalProperties: false },
);
type TfjsParameters = Static<typeof Parameters>;

export const tfjs = defineModel({
  id: 'tfjs',
  summary: 'A TensorFlow.js model (layers or graph) to predict with: MODEL.PARAMETERS.file.',
  parameters: Parameters,
  trained: true,
  build: openTfjs,
});

/** @throws ConfigError when there is no such file; the rest of the model is looked at when it is loaded. */
export function openTfjs({ file, channels, outputs }: TfjsParameters, shape: NetworkShape): TfjsNetwork {
  const isFolder = existsSync(file) && statSync(file).isDirectory();
  const model = isFolder ? path.join(file, 'model.json') : file;
  if (!existsSync(model))
    throw new ConfigError([
      {
        severity: 'error',
        key: 'MODEL.PARAMETERS',
        message: `the TensorFlow.js model ${model}: there is no such file.`,
        advice: 'Correct the path; it starts from the current folder.',
      },
    ]);
  return new TfjsNetwork({ file: model, channels, outputs, ...shape });
}
