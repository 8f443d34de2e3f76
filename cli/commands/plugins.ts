import { Command, Option } from 'commander';
import { PluginError } from '../../core/errors.js';
import { nearest } from '../../core/graph/nearest.js';
import { ROLES } from '../../core/graph/port.js';
import type { NodeDefinition, Plugin } from '../../core/plugin/define.js';
import { hasColour, paint } from '../paint.js';
import { describeParameters, type ParameterRow } from '../parameter-text.js';
import { formatTable } from '../table.js';

/** One thing that a plugin brings. */
interface Entry {
  kind: 'workflow' | 'node' | 'model' | 'loss' | 'metric' | 'format';
  id: string;
  summary: string;
  plugin: string;
  role?: string;
  inputs?: NodeDefinition['inputs'];
  output?: NodeDefinition['output'];
  parameters?: ParameterRow[];
}

const TITLES: Readonly<Record<Entry['kind'], string>> = {
  workflow: 'Workflows (PROBLEM.TYPE)',
  model: 'Networks (MODEL.ARCHITECTURE)',
  loss: 'Losses (LOSS.TYPE)',
  metric: 'Metrics (TRAIN.METRICS, TEST.METRICS)',
  format: 'File formats',
  node: 'Nodes (GRAPH)',
};

export function pluginsCommand(): Command {
  return new Command('plugins')
    .summary('list workflows, networks, losses, metrics, formats and nodes')
    .description('Lists what Biagraph and its plugins can do. With an id, shows its parameters.')
    .argument('[id]', 'such as stitcher/cut-patches or unet')
    .addOption(
      new Option('--plugin <package or file>', 'load a plugin too; may be repeated')
        .argParser((value: string, before: string[]) => [...before, value])
        .default([], 'none'),
    )
    .option('--json', 'print the result as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  biagraph plugins
  biagraph plugins stitcher/cut-patches
  biagraph plugins --plugin ./my-filter.ts`,
    )
    .action(async (id: string | undefined, options: { plugin: string[]; json: boolean }) => {
      const entries = listEntries(await loadPlugins(options.plugin));
      const chosen = id === undefined ? entries : entriesOf(id, entries);
      if (options.json) process.stdout.write(`${JSON.stringify(chosen, undefined, 2)}\n`);
      else process.stdout.write(`${id === undefined ? overview(chosen) : chosen.map(details).join('\n\n')}\n`);
    });
}

async function loadPlugins(specs: readonly string[]): Promise<readonly Plugin[]> {
  const [{ assembly }, { loadPlugin }, { createRegistry }] = await Promise.all([
    import('../../assembly.js'),
    import('../../core/plugin/load.js'),
    import('../../core/plugin/registry.js'),
  ]);
  const external: Plugin[] = [];
  for (const spec of specs) external.push(await loadPlugin(spec, process.cwd(), assembly.selfUrl));
  return createRegistry([...assembly.builtIns, ...external]).plugins;
}

function listEntries(plugins: readonly Plugin[]): Entry[] {
  return plugins.flatMap(({ name, version, presets, models, losses, metrics, formats, nodes }): Entry[] => {
    const plugin = `${name} ${version}`;
    const plain =
      (kind: Entry['kind']) =>
      ({ id, summary, parameters }: { id: string; summary: string; parameters?: NodeDefinition['parameters'] }) => ({
        kind,
        id,
        summary,
        plugin,
        ...(parameters && { parameters: describeParameters(parameters) }),
      });
    return [
      ...presets.map(plain('workflow')),
      ...models.map(plain('model')),
      ...losses.map(plain('loss')),
      ...metrics.map(plain('metric')),
      ...formats.map(({ id, extensions, write }) => ({
        kind: 'format' as const,
        id,
        summary: `${extensions.join(', ')}: ${write ? 'read and written' : 'read'}`,
        plugin,
      })),
      ...nodes.map((node) => ({
        ...plain('node')(node),
        role: node.role,
        inputs: node.inputs,
        output: node.output,
      })),
    ];
  });
}

function entriesOf(id: string, entries: readonly Entry[]): Entry[] {
  const exact = entries.filter((entry) => entry.id === id);
  if (exact.length > 0) return exact;
  const loose = entries.filter((entry) => entry.id.toLowerCase() === id.toLowerCase() || entry.role === id);
  if (loose.length > 0) return loose;
  const near = nearest(
    id,
    entries.map((entry) => entry.id),
  );
  throw new PluginError(
    `there is nothing with the id '${id}'. ${near ? `Did you mean '${near}'?` : 'Run `biagraph plugins` to see all ids.'}`,
  );
}

function overview(entries: readonly Entry[]): string {
  const colour = hasColour(process.stdout);
  const width = process.stdout.columns || 120;
  const builtIn = (entry: Entry) =>
    entry.plugin.startsWith('biagraph ') || entry.plugin.startsWith('biagraph-workflows ');
  const row = (entry: Entry) => [entry.id, `${entry.summary}${builtIn(entry) ? '' : ` (${entry.plugin})`}`];
  const order: Entry['kind'][] = ['workflow', 'model', 'loss', 'metric', 'format', 'node'];
  const sections = order.flatMap((kind) => {
    const found = entries.filter((entry) => entry.kind === kind);
    if (found.length === 0) return [];
    const sorted = kind === 'node' ? ROLES.flatMap((role) => found.filter((entry) => entry.role === role)) : found;
    return [`${paint(TITLES[kind], 'bold', colour)}\n${formatTable(sorted.map(row), { indent: 2, width })}`];
  });
  return `${sections.join('\n\n')}\n\nThe parameters of one of them: biagraph plugins <id>`;
}

function details(entry: Entry): string {
  const colour = hasColour(process.stdout);
  const width = process.stdout.columns || 120;
  const { kind, id, summary, plugin, role, inputs, output, parameters } = entry;
  const facts = [
    ['Kind', role ? `${kind}, ${role}` : kind],
    ['Plugin', plugin],
    ...Object.entries(inputs ?? {}).map(([port, kinds]) => [
      `Takes${port === 'main' ? '' : ` (${port})`}`,
      kinds.join(' or '),
    ]),
    ...(output === undefined
      ? []
      : [['Gives', output === null ? 'nothing' : output === 'same' ? 'what it takes' : output]]),
  ];
  const table =
    parameters === undefined
      ? []
      : parameters.length === 0
        ? ['', '  No parameters.']
        : [
            '',
            '  Parameters',
            formatTable(
              parameters.map(({ name, type, default: value, description }) => [
                name,
                type,
                value === undefined ? 'required' : JSON.stringify(value),
                description ?? '',
              ]),
              { indent: 4, width, limits: [undefined, 34, 24] },
            ),
          ];
  return [`${paint(id, 'bold', colour)}\n  ${summary}`, '', formatTable(facts, { indent: 2, width }), ...table].join(
    '\n',
  );
}
