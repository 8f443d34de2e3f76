/** The workflows that come with Biagraph, and everything built in together. */
import { definePlugin, type Plugin } from '../core/plugin/define.js';
import { VERSION } from '../core/plugin/registry.js';
import { builtInPlugin } from '../plugins/index.js';
import { classification } from './classification.js';
import { denoising } from './denoising.js';
import { detection } from './detection.js';
import { imageToImage } from './image-to-image.js';
import { instanceSegmentation } from './instance-segmentation.js';
import { selfSupervision } from './self-supervision.js';
import { semanticSegmentation } from './semantic-segmentation.js';
import { superResolution } from './super-resolution.js';

export const workflowPlugin: Plugin = definePlugin({
  name: 'biagraph-workflows',
  version: VERSION,
  presets: [
    semanticSegmentation,
    instanceSegmentation,
    detection,
    imageToImage,
    superResolution,
    denoising,
    selfSupervision,
    classification,
  ],
});

/** What every registry starts from. */
export const builtIns: readonly Plugin[] = [builtInPlugin, workflowPlugin];
