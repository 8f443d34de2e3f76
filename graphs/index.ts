/** The workflows that come with Biagraph, and everything built in together. */
import { definePlugin, type Plugin } from '../core/plugin/define.js';
import { VERSION } from '../core/plugin/registry.js';
import { builtInPlugin } from '../plugins/index.js';
import { semanticSegmentation } from './semantic-segmentation.js';

export const workflowPlugin: Plugin = definePlugin({
  name: 'biagraph-workflows',
  version: VERSION,
  presets: [semanticSegmentation],
});

/** What every registry starts from. */
export const builtIns: readonly Plugin[] = [builtInPlugin, workflowPlugin];
