/**
 * What a network of instance segmentation learns, to be looked at (PATHS.TRAIN_INSTANCE_CHANNELS_CHECK and its like): target channels of
 * the first images.
 */
import path from 'node:path';
import { Type } from 'typebox';
import { isBiagraphError } from '../../core/errors.js';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { readRegion } from '../../core/image/deferred.js';
import { displayed, displayRange, middlePlane } from '../../core/image/display.js';
import { type Image, spatialShape } from '../../core/image/image.js';
import { overlay } from '../../core/image/overlay.js';
import { pickChannels } from '../../core/image/pick-channels.js';
import type { Sample, TargetKind } from '../../core/image/sample.js';
import { channelNames, InstanceTargetParameters } from '../../core/instances/instance-target.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

/** Pictures of one letter: of many rays the first ones show what they are like. */
const MOST_OF_A_LETTER = 8;

/** Most planes, and longest side in pixels, of a file: of larger images the middle is written. */
const MOST_PLANES = 16;
const LONGEST_SIDE = 1024;
/** The same of channels that are made of whole objects when they are read. */
const SIDE_IN_PARTS = 128;

export const targetChannelWriter = defineNode({
  id: 'writer/target-channels',
  role: 'writer',
  summary: 'Writes target channels of the first images: all of them as TIFF, each as a picture beside the image.',
  inputs: { main: ['image', 'patch'] },
  output: 'same',
  parameters: Type.Object(
    {
      ...InstanceTargetParameters.properties,
      folder: Type.String({ description: 'Folder for the files; made when missing.' }),
      count: Type.Integer({ minimum: 0, default: 3, description: 'Images that are shown.' }),
    },
    { additionalProperties: false },
  ),
  needs: { files: services.files, events: services.events },
  create({ folder, count, ...target }, { files, events }) {
    let written = 0;
    return ({ main }) =>
      main.pipe(
        mapOrdered(1, async (sample: Sample) => {
          if (!sample.target || written >= count) return sample;
          written++;
          const channels = await middleOf(sample.target).catch((error: unknown) => {
            if (!isBiagraphError(error, 'memory')) throw error;
            // A picture is no reason to stop a training that would fit.
            events.emit({ type: 'notice', message: `${error.message} No pictures of its channels are written.` });
            return undefined;
          });
          if (!channels) return sample;
          const raw = middlePlane(
            await middleOf(sample.products.raw ?? sample.image, sample.target.source !== undefined),
          );
          const write = async (suffix: string, picture: Image) => {
            const file = path.join(folder, `${sample.id}${suffix}`);
            await files.write(file, picture);
            events.emit({ type: 'file.written', file, kind: 'target channels', sample: sample.id });
          };
          await write('.tif', channels);
          await write('.png', displayed(raw, displayRange(raw)));
          const names = channelNames(target, spatialShape(channels).length as 2 | 3);
          for (const [i, { name, number }] of names.entries())
            if (number < MOST_OF_A_LETTER)
              await write(
                `_${name}.png`,
                shown(middlePlane(pickChannels(channels, i, 1)), raw, sample.targetKinds?.[i]),
              );
          return sample;
        }),
      );
  },
});

/** @param inParts whether the channels are made when they are read: then a plane of patch size is. */
function middleOf(picture: Image, inParts = picture.source !== undefined): Promise<Image> {
  const sides = spatialShape(picture);
  const [planes, longest] = inParts ? [1, SIDE_IN_PARTS] : [MOST_PLANES, LONGEST_SIDE];
  const size = sides.map((side, axis) => Math.min(side, axis < sides.length - 2 ? planes : longest));
  return readRegion(picture, { start: sides.map((side, axis) => Math.floor((side - size[axis]) / 2)), size });
}

/** From the least to the greatest value, so that a sparse channel can be seen; labels in colours over the image. */
function shown(channel: Image, raw: Image, kind: TargetKind | undefined): Image {
  if (kind === 'labels' && spatialShape(raw).join() === spatialShape(channel).join())
    return overlay(raw, channel, undefined, { style: 'fill' });
  let [least, most] = [Infinity, -Infinity];
  for (const value of channel.data) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return displayed(channel, [least, most]);
}
