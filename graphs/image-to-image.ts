/**
 * Image to image: predicts one image from another, such as a stain that was not recorded.
 */
import type { Config } from '../core/config/index.js';
import { ConfigError } from '../core/errors.js';
import { ACTIVATIONS } from '../core/image/activation.js';
import { definePreset } from '../core/plugin/define.js';
import { lossesOf, networkOf } from './network-parts.js';
import { restorationGraphs } from './restoration.js';

export const imageToImage = definePreset({
  id: 'IMAGE_TO_IMAGE',
  summary: 'One image out of another, such as a stain that was not recorded.',
  graphs(config, catalog) {
    const {
      OUTPUT_CHANNELS: channels,
      CHANNELS_PER_HEAD_INFO: heads,
      MULTIPLE_RAW_ONE_TARGET_LOADER: versions,
      BALANCE_GROUPS: balance,
    } = config.PROBLEM.IMAGE_TO_IMAGE;
    const activations = activationsOf(config);
    return restorationGraphs(config, catalog, {
      network: networkOf(config, catalog, heads.length > 0 ? [...(heads as number[])] : [channels], 'prediction'),
      losses: lossesOf(config, catalog),
      ...(activations && { activations }),
      targetChannels: channels,
      ...(versions && { loader: { versions } }),
      patches: (part) => ({
        ...(versions && { versions }),
        ...(balance.ENABLE && part === 'train' && { balance: { pattern: balance.REGEX, alpha: balance.ALPHA } }),
      }),
    });
  },
});

/** OUTPUT_CHANNEL_ACT in the names of activations; undefined where it is empty. BiaPy's `ce_` forms are those of logits. */
function activationsOf(config: Config): string[] | undefined {
  const key = 'PROBLEM.IMAGE_TO_IMAGE.OUTPUT_CHANNEL_ACT';
  const { OUTPUT_CHANNEL_ACT: written, OUTPUT_CHANNELS: channels } = config.PROBLEM.IMAGE_TO_IMAGE;
  if (written.length === 0) return undefined;
  const names = (written as string[]).map((name) => name.toLowerCase().replace(/^ce_/, ''));
  const strange = names.find((name) => !(ACTIVATIONS as readonly string[]).includes(name));
  const problem = (message: string, advice: string) => new ConfigError([{ severity: 'error', key, message, advice }]);
  if (strange !== undefined)
    throw problem(`'${strange}' is no activation of an output.`, `Available: ${ACTIVATIONS.join(', ')}.`);
  if (names.length !== 1 && names.length !== channels)
    throw problem(
      `there are ${names.length} activations for ${channels} output channels.`,
      'Give one for each channel, or one for all.',
    );
  return names;
}
