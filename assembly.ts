/** The engine put together with everything built in. */
import type { Assembly } from './core/job/prepare.js';
import { builtIns } from './graphs/index.js';
import { unavailableSwitches } from './graphs/unavailable.js';
import { builtInPlugin, decodeWorker } from './plugins/index.js';

export const assembly: Assembly = {
  builtIns,
  selfUrl: new URL(import.meta.url.endsWith('.ts') ? './index.ts' : './index.js', import.meta.url).href,
  decoder: { url: decodeWorker, formats: builtInPlugin.formats.map(({ id }) => id) },
  unavailable: unavailableSwitches,
};
