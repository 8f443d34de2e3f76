/**
 * What a network predicts while it learns (TRAIN.SAVE_TRAIN_PREDS_FREQ): pictures of the same validation patches every few epochs.
 */
import path from 'node:path';
import { Type } from 'typebox';
import { ACTIVATIONS, activateChannels, type ChannelActivation } from '../../core/image/activation.js';
import { type DisplayRange, displayed, displayRange, enlarge, middlePlane } from '../../core/image/display.js';
import { channelCount, type Image, image, sizeOf } from '../../core/image/image.js';
import { joinChannels } from '../../core/image/join-channels.js';
import { pickChannels } from '../../core/image/pick-channels.js';
import { pictureSheet } from '../../core/image/picture-sheet.js';
import type { Sample, TargetKind } from '../../core/image/sample.js';
import { scaleBetween } from '../../core/image/scale.js';
import { makeFolder } from '../../core/job/make-folder.js';
import { indexOfLargest } from '../../core/nd/index-of-largest.js';
import { atImageSize } from '../../core/plugin/prediction-size.js';
import type { Services } from '../../core/plugin/services.js';
import type { TensorData, TrainingProgram } from '../../core/tensor/index.js';

export const Preview = Type.Object(
  {
    folder: Type.String({ description: 'Folder for the pictures; made when missing.' }),
    every: Type.Integer({ minimum: 1, description: 'Epochs from one picture to the next.' }),
    count: Type.Integer({ minimum: 0, default: 1, description: 'Validation patches that are followed.' }),
    activations: Type.Array(Type.Enum(ACTIVATIONS), {
      default: ['linear'],
      description: 'Of the output channels; the last one holds for the rest.',
    }),
  },
  { additionalProperties: false },
);

export interface PreviewParameters {
  folder: string;
  every: number;
  count: number;
  activations: readonly ChannelActivation[];
}

/** Rows of a picture; of many channels the first ones show what they are like. */
const MOST_CHANNELS = 8;

/** What looks at the validation batches of an epoch, where one of its pictures is due. */
export function previewOf(
  { folder, every, count, activations }: PreviewParameters,
  program: Pick<TrainingProgram, 'predict'>,
  { epochs, files, events }: { epochs: number } & Pick<Services, 'files' | 'events'>,
): (epoch: number) => ((batch: Sample) => Promise<void>) | undefined {
  const digits = String(epochs).length;
  return (epoch) => {
    if ((epoch + 1) % every !== 0) return undefined;
    let drawn = 0;
    return async (batch) => {
      if (drawn >= count) return;
      const { data, shape } = batch.image;
      const heads = await program.predict({ data: data as Float32Array, shape: [...shape] });
      for (let member = 0; member < shape[0] && drawn < count; member++) {
        const picture = memberOf(batch.image, member);
        const parts = heads.map((head) => memberOf(pictureOf(head), member));
        // Scores of a whole image are no picture.
        if (parts[0].shape.length !== picture.shape.length) return;
        const sheet = draw({
          input: picture,
          target: batch.target && memberOf(batch.target, member),
          kinds: batch.targetKinds,
          prediction: asTarget(joinChannels(atImageSize(parts, picture)), activations),
        });
        drawn++;
        await makeFolder(folder);
        const file = path.join(folder, `epoch_${String(epoch + 1).padStart(digits, '0')}_sample_${drawn}.png`);
        await files.write(file, sheet);
        events.emit({ type: 'file.written', file, kind: 'prediction while training', sample: batch.id });
      }
    };
  };
}

function pictureOf({ data, shape }: TensorData): Image {
  return image(data as Float32Array, shape);
}

function memberOf({ data, shape: [, ...shape] }: Image, member: number): Image {
  const size = sizeOf(shape);
  return image(data.subarray(member * size, (member + 1) * size), shape);
}

/** Activated channels in the form of targets: classes, whose channels are normalised together, as one channel of their numbers. */
export function asTarget(logits: Image, activations: readonly ChannelActivation[]): Image {
  const activated = activateChannels(logits, activations);
  const channels = channelCount(activated);
  const isClass = (c: number) => activations[Math.min(c, activations.length - 1)] === 'softmax';
  const parts: Image[] = [];
  for (let from = 0; from < channels; ) {
    let to = from + 1;
    if (isClass(from)) while (to < channels && isClass(to)) to++;
    const part = pickChannels(activated, from, to - from);
    parts.push(isClass(from) ? mostLikely(part) : part);
    from = to;
  }
  return joinChannels(parts);
}

function mostLikely(scores: Image): Image {
  const classes = channelCount(scores);
  const data = new Float32Array(scores.data.length / classes);
  for (let pixel = 0; pixel < data.length; pixel++) data[pixel] = indexOfLargest(scores.data, pixel * classes, classes);
  return image(data, [...scores.shape.slice(0, -1), 1]);
}

interface Pictures {
  input: Image;
  target?: Image;
  kinds?: readonly TargetKind[];
  prediction: Image;
}

/** A row for each channel: input, target and prediction, the last two in the same grey values. A picture of three channels is one row. */
export function draw({ input, target, kinds, prediction }: Pictures): Image {
  const plane = middlePlane(input);
  const predicted = middlePlane(prediction);
  const wanted = target && middlePlane(target);
  const raw = enlarge(plane, scaleBetween(plane.shape, predicted.shape) ?? [1, 1]);
  const shownInput = displayed(raw, displayRange(raw));
  const inColour = channelCount(predicted) === 3 && kinds?.every((kind) => kind === 'image');
  const rows = inColour ? 1 : Math.min(channelCount(predicted), MOST_CHANNELS);
  const channel = (picture: Image, c: number) => (inColour ? picture : pickChannels(picture, c, 1));
  return pictureSheet(
    Array.from({ length: rows }, (_, c) => {
      const partner = wanted && c < channelCount(wanted) ? channel(wanted, c) : undefined;
      const range = wholeRange(partner ?? channel(predicted, c));
      return [shownInput, ...(partner ? [displayed(partner, range)] : []), displayed(channel(predicted, c), range)];
    }),
  );
}

/** From the least to the greatest value: a sparse mask has no foreground among its percentiles. */
function wholeRange({ data }: Image): DisplayRange {
  let [least, most] = [Infinity, -Infinity];
  for (const value of data) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most > least ? most : least + 1];
}
