/**
 * Makes objects by walking along predicted flows (PROBLEM.INSTANCE_SEG.CELLPOSE).
 */
import { type Static, Type } from 'typebox';
import { channelCount, type Image, spatialShape } from '../../core/image/image.js';
import { sortChannels } from '../../core/instances/channel-layout.js';
import { flowObjects, medianDiameter } from '../../core/instances/flow-objects.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';
import { labelBytes } from './label-bytes.js';
import { type LabelTask, labelsInThreads } from './labels-in-threads.js';
import { smallestLabels } from './smallest-labels.js';

/** What networks learn five times as long as the flow is. */
const FACTOR = 5;

const Parameters = Type.Object(
  {
    channels: Type.Array(Type.String(), {
      minItems: 3,
      description: 'Letters of the prediction: Gv, Gh, in a volume Gz, and F or Db.',
    }),
    foreground: Type.Number({ default: 0.5, description: 'Value of F or Db above which pixels walk.' }),
    largestError: Type.Number({
      minimum: 0,
      default: 0.4,
      description:
        'Mean squared difference to the flow of its own form from which on an object is dropped; 0 for none.',
    }),
    steps: Type.Integer({ minimum: 1, default: 200, description: 'Steps across objects of the mean diameter.' }),
    diameter: Type.Number({
      minimum: 0,
      default: 0,
      description: 'Diameter of the objects in pixels; 0 finds the median of the parts of the foreground.',
    }),
    meanDiameter: Type.Number({
      exclusiveMinimum: 0,
      default: 30,
      description: 'Diameter that `steps` is meant for.',
    }),
    product: Type.String({ default: 'channels', description: 'Prediction to use.' }),
  },
  { additionalProperties: false },
);

export const gradientFlowNode = defineNode({
  id: 'postprocessor/gradient-flow',
  role: 'postprocessor',
  summary: 'Makes objects of flows towards their centres: pixels that end in one place belong together (Gv, Gh, Gz).',
  inputs: { main: ['channels'] },
  output: 'labels',
  parameters: Parameters,
  needs: { compute: services.compute },
  fromConfig({ PROBLEM: { INSTANCE_SEG: settings } }) {
    const { FG_THRESH, FLOW_THRESHOLD, N_STEPS, DIAMETER, DIAM_MEAN } = settings.CELLPOSE;
    return {
      channels: (settings.DATA_CHANNELS as string[]).filter((channel) => channel !== 'We' && channel !== 'I'),
      foreground: FG_THRESH,
      largestError: FLOW_THRESHOLD,
      steps: N_STEPS,
      diameter: DIAMETER,
      meanDiameter: DIAM_MEAN,
      product: 'channels',
    };
  },
  // Flows, those of the objects found, ends, counts, places, labels twice, and the channels again for the thread.
  memory: (_, { shape }) => labelBytes(shape, 3 * (shape.length - 1) + 8),
  create:
    (parameters, { compute }, place) =>
    ({ main }) =>
      main.pipe(
        labelsInThreads(compute, {
          parameters,
          node: place.name,
          module: import.meta.url,
          name: labelsOfFlows.name,
          wanted: () => ({
            letters: sortChannels(parameters.channels).join(', '),
            count: sortChannels(parameters.channels).length,
          }),
        }),
      ),
});

/** Objects of a prediction, in a thread. */
export function labelsOfFlows({ prediction, parameters }: LabelTask<Static<typeof Parameters>>): Image {
  const { foreground, largestError, steps, diameter, meanDiameter } = parameters;
  const sides = spatialShape(prediction);
  const letters = sortChannels(parameters.channels);
  const channel = (letter: string) => {
    const found = new Float32Array(prediction.data.length / channelCount(prediction));
    const first = letters.indexOf(letter);
    for (let i = 0; i < found.length; i++) found[i] = prediction.data[i * channelCount(prediction) + first];
    return found;
  };
  const mask = Uint8Array.from(channel(letters.includes('F') ? 'F' : 'Db'), (value) => Number(value > foreground));
  const flows = (sides.length === 3 ? ['Gz', 'Gv', 'Gh'] : ['Gv', 'Gh']).map((letter) =>
    channel(letter).map((value) => value / FACTOR),
  );
  const across = diameter > 0 ? diameter : (medianDiameter(mask, sides) ?? meanDiameter);
  const labels = flowObjects(flows, mask, sides, {
    steps: Math.max(Math.round((steps * across) / meanDiameter), 1),
    largestError,
  });
  return smallestLabels({ ...labels, metadata: prediction.metadata });
}
