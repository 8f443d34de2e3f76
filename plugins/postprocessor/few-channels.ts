/** An error for a prediction that objects cannot be made of. */
import { DataError } from '../../core/errors.js';
import { channelCount, type Image } from '../../core/image/image.js';

export function fewChannels(file: string, letters: string, wanted: number, prediction: Image): DataError {
  return new DataError(
    `${file}: the channels ${letters} are ${wanted} in all, but the prediction has ${channelCount(prediction)}. ` +
      'Name the channels that the network was trained with.',
    { where: { file, key: 'PROBLEM.INSTANCE_SEG.DATA_CHANNELS' } },
  );
}
