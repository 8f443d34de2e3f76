/** Loads plugins in a process of its own, without the module loader of the tests; prints what came of each as JSON. */
import { definePlugin } from '../../../core/plugin/define.js';
import { loadPlugin } from '../../../core/plugin/load.js';

export type Loaded =
  | { spec: string; name: string; shared: boolean }
  | { spec: string; error: { name: string; message: string; file?: string } };

const [folder, ...specs] = process.argv.slice(2);
const selfUrl = new URL('../../../index.ts', import.meta.url).href;
const results: Loaded[] = [];
for (const spec of specs)
  try {
    const plugin: object = await loadPlugin(spec, folder, selfUrl);
    const { name, definePlugin: own } = plugin as { name: string; definePlugin: unknown };
    results.push({ spec, name, shared: own === definePlugin });
  } catch (error) {
    const { name, message, where } = error as Error & { where?: { file?: string } };
    results.push({ spec, error: { name, message, file: where?.file } });
  }
process.stdout.write(JSON.stringify(results));
