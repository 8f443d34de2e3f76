/**
 * Denoising: from noisy images alone (Noise2Void), or from noisy and clean pairs.
 */
import type { Config } from '../core/config/index.js';
import { type GraphNode, node } from '../core/graph/graph.js';
import { definePreset } from '../core/plugin/define.js';
import { lossesOf, networkOf } from './network-parts.js';
import { restorationGraphs } from './restoration.js';

/** BiaPy measures errors; the peak signal-to-noise ratio is what denoising is compared by. */
const ALSO_MEASURED = ['psnr'];

export const denoising = definePreset({
  id: 'DENOISING',
  summary: 'Images without their noise, learned from noisy images alone (Noise2Void) or with clean ones.',
  graphs(config, catalog) {
    const channels = (config.DATA.PATCH_SIZE as number[]).at(-1)!;
    const supervised = config.PROBLEM.DENOISING.LOAD_GT_DATA;
    const losses = lossesOf(config, catalog);
    return restorationGraphs(config, catalog, {
      network: networkOf(config, catalog, [channels]),
      losses: supervised
        ? losses
        : losses.map((loss) => (loss.id === 'MSE' ? { ...loss, id: 'N2V_MSE', parameters: {} } : loss)),
      targetChannels: channels,
      alsoMeasured: ALSO_MEASURED,
      ...(!supervised && { ownTargets: (part) => [hide(config, part)] }),
    });
  },
});

function hide({ PROBLEM: { DENOISING: settings } }: Config, part: 'train' | 'validation'): GraphNode {
  return node(`${part}-noise2void`, 'augmenter/noise2void', {
    percentage: settings.N2V_PERC_PIX,
    manipulator: settings.N2V_MANIPULATOR,
    radius: settings.N2V_NEIGHBORHOOD_RADIUS,
    structured: settings.N2V_STRUCTMASK,
  });
}
