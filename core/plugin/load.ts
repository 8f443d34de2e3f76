/**
 * Loading third-party plugins from a package name or a local file, before a run starts.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import Module, { register } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PluginError } from '../errors.js';
import type { Plugin } from './define.js';

/**
 * Loads one plugin.
 *
 * @param spec package name, or a path (starting with `.` or `/`, or ending in .js, .mjs, .ts) to a file or folder.
 * @param folder where relative paths and package look-up start: the folder of the YAML file.
 * @param selfUrl URL of Biagraph's own entry, given to plugins that import `biagraph`, so that both share one copy.
 * @throws PluginError naming the plugin and what was wrong with it.
 */
export async function loadPlugin(spec: string, folder: string, selfUrl: string): Promise<Plugin> {
  await shareBiagraph(selfUrl);
  const file = isPath(spec) ? localFile(spec, folder) : packageEntry(spec, folder);
  let loaded: Record<string, unknown>;
  try {
    loaded = await importFile(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PluginError(`plugin '${spec}' (${file}) could not be loaded: ${reason}`, { cause, where: { file } });
  }
  return checkShape(loaded.default, spec, file);
}

/** A module that may import `biagraph` and be TypeScript, by its URL, as {@link loadPlugin} imports it. */
export async function importPlugin(url: string, selfUrl: string): Promise<Record<string, unknown>> {
  await shareBiagraph(selfUrl);
  return importFile(fileURLToPath(url));
}

function isPath(spec: string): boolean {
  return /^[./~]/.test(spec) || path.isAbsolute(spec) || /\.[cm]?[jt]s$/.test(spec);
}

function localFile(spec: string, folder: string): string {
  const file = path.resolve(folder, spec);
  if (!existsSync(file))
    throw new PluginError(`plugin '${spec}': there is no file ${file}. Paths start from the folder of the YAML file.`, {
      where: { file },
    });
  if (!statSync(file).isDirectory()) return file;
  if (existsSync(path.join(file, 'package.json'))) return packageFile(file);
  throw new PluginError(`plugin '${spec}': the folder ${file} holds no package.json. Name the plugin's file.`, {
    where: { file },
  });
}

function packageEntry(spec: string, folder: string): string {
  for (const start of [folder, process.cwd(), path.dirname(fileURLToPath(import.meta.url))])
    for (let at = path.resolve(start); ; at = path.dirname(at)) {
      const root = path.join(at, 'node_modules', spec);
      if (existsSync(path.join(root, 'package.json'))) return packageFile(root);
      if (path.dirname(at) === at) break;
    }
  throw new PluginError(
    `plugin '${spec}' is not installed. Install it beside the YAML file with \`npm install ${spec}\`, or name a local file (./my-plugin.ts).`,
  );
}

/** The entry of a package. Packages of ES modules only export `import`, which `require.resolve` would refuse. */
function packageFile(root: string): string {
  return path.join(root, entryOf(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))));
}

function entryOf(manifest: { exports?: unknown; module?: string; main?: string }): string {
  let entry: unknown = manifest.exports;
  if (typeof entry === 'object' && entry !== null && '.' in entry) entry = (entry as Record<string, unknown>)['.'];
  while (typeof entry === 'object' && entry !== null) {
    const conditions = entry as Record<string, unknown>;
    entry = conditions.import ?? conditions.node ?? conditions.default;
  }
  return typeof entry === 'string' ? entry : (manifest.module ?? manifest.main ?? 'index.js');
}

async function importFile(file: string): Promise<Record<string, unknown>> {
  const url = pathToFileURL(file).href;
  if (!/\.[cm]?tsx?$/.test(file)) return import(url);
  const { tsImport } = await import('tsx/esm/api');
  return tsImport(url, import.meta.url);
}

function checkShape(value: unknown, spec: string, file: string): Plugin {
  const wrong = (message: string) => new PluginError(`plugin '${spec}' (${file}) ${message}`, { where: { file } });
  // TypeScript files that are loaded as CommonJS carry their default one level deeper.
  const plugin = (value as { default?: unknown } | undefined)?.default ?? value;
  if (typeof plugin !== 'object' || plugin === null)
    throw wrong('has no default export. Export the result of definePlugin({ name, version, ... }) as default.');
  const candidate = plugin as Partial<Plugin>;
  if (candidate.kind !== 'plugin' || typeof candidate.name !== 'string' || typeof candidate.version !== 'string')
    throw wrong(
      'does not export a plugin. Its default export must be the result of definePlugin({ name, version, ... }).',
    );
  for (const list of ['nodes', 'models', 'losses', 'metrics', 'formats', 'presets'] as const) {
    const entries: unknown = candidate[list];
    if (!Array.isArray(entries)) throw wrong(`exports '${list}' that is not a list.`);
    for (const entry of entries)
      if (typeof entry?.id !== 'string') throw wrong(`exports an entry without an id in '${list}'.`);
  }
  for (const node of candidate.nodes!)
    if (!node.id.startsWith(`${candidate.name}/`))
      throw wrong(`names a node '${node.id}'; ids of its nodes start with '${candidate.name}/'.`);
  return candidate as Plugin;
}

let sharing: Promise<void> | undefined;

/**
 * Gives every `import 'biagraph'` and `require('biagraph')` the running copy: a plugin may live outside any folder where
 * it is installed, and two copies would not share tensors.
 */
function shareBiagraph(selfUrl: string): Promise<void> {
  sharing ??= (async () => {
    const self: Record<string, unknown> = await import(selfUrl);
    const key = 'biagraph:self';
    Reflect.set(globalThis, Symbol.for(key), self);
    // The copy may run from sources under a loader that hooks do not see, so a module that hands it on takes its place.
    const names = Object.keys(self).filter((name) => name !== 'default');
    const handOn = `export const { ${names.join(', ')} } = globalThis[Symbol.for('${key}')];`;
    const url = `data:text/javascript,${encodeURIComponent(handOn)}`;
    const hook = `export function resolve(specifier, context, next) {
      return specifier === 'biagraph' ? { url: ${JSON.stringify(url)}, shortCircuit: true } : next(specifier, context);
    }`;
    register(`data:text/javascript,${encodeURIComponent(hook)}`);
    // TypeScript files in a folder that declares no module type are loaded as CommonJS.
    const original = Module.prototype.require;
    Module.prototype.require = function (this: NodeJS.Module, id: string) {
      return id === 'biagraph' ? self : original.call(this, id);
    } as typeof original;
  })();
  return sharing;
}
