import { readFileSync } from 'node:fs';
import semver from 'semver';
import { PluginError } from '../errors.js';
import { nearest } from '../graph/nearest.js';
import type { Catalog, Plugin } from './define.js';

/** Version of this Biagraph, from its package.json. */
export const VERSION: string = readVersion();

/**
 * A catalog of everything that the plugins bring.
 *
 * @throws PluginError when two plugins claim the same id, or one does not work with this version of Biagraph.
 */
export function createRegistry(plugins: readonly Plugin[]): Catalog & { plugins: readonly Plugin[] } {
  for (const plugin of plugins) checkVersion(plugin);
  const nodes = index('node', plugins, (plugin) => plugin.nodes);
  const models = index('model', plugins, (plugin) => plugin.models);
  const losses = index('loss', plugins, (plugin) => plugin.losses);
  const metrics = index('metric', plugins, (plugin) => plugin.metrics);
  const formats = index('format', plugins, (plugin) => plugin.formats);
  const containers = index('container', plugins, (plugin) => plugin.containers);
  const presets = index('preset', plugins, (plugin) => plugin.presets);
  return {
    plugins,
    node: (id) => find('node', nodes, id),
    nodes: () => [...nodes.values()],
    model: (id) => find('model', models, id),
    models: () => [...models.values()],
    loss: (id) => find('loss', losses, id),
    losses: () => [...losses.values()],
    metric: (id) => find('metric', metrics, id),
    metrics: () => [...metrics.values()],
    formats: () => [...formats.values()],
    containers: () => [...containers.values()],
    presets: () => [...presets.values()],
  };
}

function checkVersion(plugin: Plugin): void {
  if (!semver.validRange(plugin.biagraph))
    throw new PluginError(
      `plugin '${plugin.name}' asks for Biagraph '${plugin.biagraph}', which is not a version range. Write one like '>=0.1 <1'.`,
    );
  if (!semver.satisfies(VERSION, plugin.biagraph, { includePrerelease: true }))
    throw new PluginError(
      `plugin '${plugin.name}' ${plugin.version} works with Biagraph ${plugin.biagraph}, but this is ${VERSION}. ` +
        'Install a version of the plugin made for it.',
    );
}

function index<T extends { id: string }>(
  kind: string,
  plugins: readonly Plugin[],
  pick: (plugin: Plugin) => readonly T[],
): Map<string, T> {
  const entries = new Map<string, T>();
  const owners = new Map<string, string>();
  for (const plugin of plugins)
    for (const entry of pick(plugin)) {
      const owner = owners.get(entry.id);
      if (owner !== undefined)
        throw new PluginError(
          `plugins '${owner}' and '${plugin.name}' both bring a ${kind} '${entry.id}'. Load only one of them, or rename it.`,
        );
      owners.set(entry.id, plugin.name);
      entries.set(entry.id, entry);
    }
  return entries;
}

function find<T>(kind: string, entries: Map<string, T>, id: string): T {
  const entry = entries.get(id);
  if (entry) return entry;
  const near = nearest(id, entries.keys());
  throw new PluginError(
    `there is no ${kind} '${id}'.${near ? ` Did you mean '${near}'?` : ''} Known: ${[...entries.keys()].join(', ')}.`,
  );
}

function readVersion(): string {
  // Sources lie two folders below the package's root, compiled files three.
  for (const up of ['../../package.json', '../../../package.json'])
    try {
      const parsed = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8'));
      if (parsed.name === 'biagraph') return parsed.version;
    } catch {}
  throw new Error('package.json of biagraph was not found beside its files; install the package again');
}
