/** Importing a module by its URL, in whatever thread. */
import { importPlugin } from '../plugin/load.js';

const OWN = ['core/', 'plugins/'].map((folder) => new URL(`../../${folder}`, import.meta.url).href);

/** Whether a module is part of Biagraph, and not of a plugin. */
export function isOwnModule(url: string): boolean {
  return OWN.some((folder) => url.startsWith(folder));
}

/**
 * What a module exports. Biagraph's own modules are imported as they are; those of third parties as plugins are, so that
 * `import 'biagraph'` and TypeScript work.
 */
export async function importModule(url: string, selfUrl?: string): Promise<Record<string, unknown>> {
  const plain = url.replace(/[?#].*$/, '');
  if (isOwnModule(plain) || !selfUrl) return import(plain);
  return importPlugin(plain, selfUrl);
}
