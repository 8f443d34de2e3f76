/**
 * An ONNX file as the network of a prediction: MODEL.ARCHITECTURE onnx. Where its channels are, how many images it takes
 * at once and which sizes, is read from the file.
 */
import { existsSync } from 'node:fs';
import Type, { type Static } from 'typebox';
import { ConfigError } from '../../core/errors.js';
import { defineModel, type NetworkShape } from '../../core/plugin/define.js';
import { type ModelPort, OnnxNetwork, readModelInterface } from '../../core/tensor/index.js';

const Parameters = Type.Object(
  {
    file: Type.String({ minLength: 1, description: 'The ONNX file.' }),
    channels: Type.Union([Type.Literal('auto'), Type.Literal('first'), Type.Literal('last')], {
      default: 'auto',
      description: 'Place of the channels: [n, c, y, x] or [n, y, x, c]. auto looks where their number fits.',
    }),
    outputs: Type.Array(Type.String(), {
      default: [],
      description: 'Names of the outputs to use, the main head first; the first ones of the file where left out.',
    }),
  },
  { additionalProperties: false },
);
type OnnxParameters = Static<typeof Parameters>;

export const onnx = defineModel({
  id: 'onnx',
  summary: 'An ONNX file of any origin, to predict with: MODEL.PARAMETERS.file.',
  parameters: Parameters,
  trained: true,
  build: openOnnx,
});

/**
 * Reads what the file takes and holds it against what the workflow asks for.
 *
 * @throws ConfigError when there is no such file or it does not fit; FormatError when it is no ONNX file.
 */
export function openOnnx({ file, channels, outputs }: OnnxParameters, shape: NetworkShape): OnnxNetwork {
  if (!existsSync(file))
    throw wrong(file, 'there is no such file.', 'Correct the path; it starts from the current folder.');
  const model = readModelInterface(file);
  const [input, ...more] = model.inputs;
  if (!input || more.length > 0) {
    const names = model.inputs.map(({ name }) => name).join(', ');
    throw wrong(
      file,
      `expected one input, found ${model.inputs.length}${names && ` (${names})`}.`,
      'Export a network that takes one image.',
    );
  }
  const known = model.outputs.map(({ name }) => name);
  const wanted = outputs.length > 0 ? outputs : known.slice(0, shape.outputChannels.length);
  const heads = wanted.map((name) => model.outputs.find((output) => output.name === name));
  const missing = wanted.find((_, i) => !heads[i]);
  if (missing !== undefined)
    throw wrong(file, `there is no output '${missing}'.`, `Its outputs are ${known.join(', ')}.`);
  if (heads.length !== shape.outputChannels.length)
    throw wrong(
      file,
      `the workflow needs ${shape.outputChannels.length} outputs, found ${heads.length} (${wanted.join(', ')}).`,
      'Choose others in MODEL.PARAMETERS.outputs.',
    );
  for (const port of [input, ...(heads as ModelPort[])]) checkTensor(file, port, shape.ndim);
  const place = channels === 'auto' ? findChannels(file, input, shape.inputChannels) : channels;
  checkChannels(file, input, shape.inputChannels, place);
  heads.forEach((head, i) => {
    checkChannels(file, head!, shape.outputChannels[i], place);
  });
  const sides = input.shape?.map((side) => (typeof side === 'number' && side > 0 ? side : undefined));
  const axes = Array.from({ length: shape.ndim }, (_, i) => (place === 'first' ? i + 2 : i + 1));
  return new OnnxNetwork({
    file,
    input: input.name,
    outputs: wanted,
    channels: place,
    ...(sides?.[0] && { batch: sides[0] }),
    space: axes.map((axis) => sides?.[axis]),
  });
}

function checkTensor(file: string, { name, type, shape }: ModelPort, ndim: 2 | 3): void {
  if (type !== 'float32')
    throw wrong(file, `expected float32 for '${name}', found ${type}.`, 'Export the network with float32.');
  if (shape && shape.length !== ndim + 2)
    throw wrong(
      file,
      `expected ${ndim + 2} axes for '${name}' (batch, channels, ${ndim}D image), found ${shape.length}: [${shape.join(', ')}].`,
      `Use a ${ndim}D network, or set PROBLEM.NDIM to what this one is for.`,
    );
}

const axisOf = (place: 'first' | 'last', rank: number) => (place === 'first' ? 1 : rank - 1);

/** Where the number of channels stands; first, as in PyTorch, where both places are free or fit. */
function findChannels(file: string, { shape }: ModelPort, channels: number): 'first' | 'last' {
  if (!shape) return 'first';
  const places = ['first', 'last'] as const;
  const sideAt = (place: 'first' | 'last') => shape[axisOf(place, shape.length)];
  const found = places.find((place) => sideAt(place) === channels) ?? places.find((place) => isFree(sideAt(place)));
  if (found) return found;
  throw wrong(
    file,
    `expected images of ${channels} channel${channels === 1 ? '' : 's'}, found an input of shape [${shape.join(', ')}].`,
    'The last number of DATA.PATCH_SIZE is the number of channels.',
  );
}

function checkChannels(file: string, { name, shape }: ModelPort, channels: number, place: 'first' | 'last'): void {
  const side = shape?.[axisOf(place, shape.length)];
  if (side === undefined || isFree(side) || side === channels) return;
  throw wrong(
    file,
    `expected ${channels} channel${channels === 1 ? '' : 's'} for '${name}', found ${side} in [${shape!.join(', ')}].`,
    'Channels come from DATA.PATCH_SIZE for the input, from PROBLEM and DATA.N_CLASSES for the outputs.',
  );
}

function isFree(side: number | string): boolean {
  return typeof side === 'string' || side <= 0;
}

function wrong(file: string, message: string, advice: string): ConfigError {
  return new ConfigError([
    { severity: 'error', key: 'MODEL.PARAMETERS', message: `the ONNX file ${file}: ${message}`, advice },
  ]);
}
