import path from 'node:path';
import { Command, Option } from 'commander';
import { ConfigError } from '../../core/errors.js';
import type { BoundGraph } from '../../core/graph/compile.js';
import type { Phase } from '../../core/job/events.js';
import type { PreparedJob } from '../../core/job/prepare.js';
import { type JobOptions, prepare, takesJob } from '../job-options.js';

const FORMATS = ['text', 'mermaid', 'svg', 'json'] as const;
type Format = (typeof FORMATS)[number];

interface GraphOptions extends JobOptions {
  phase?: Phase;
  format: Format;
  output?: string;
}

export function graphCommand(): Command {
  return takesJob(new Command('graph').summary('show the graph of nodes that a YAML file makes'))
    .description(
      'Shows what a YAML file becomes: the nodes in their order, their parameters, and what flows between them.\n' +
        'The names are those that edits under GRAPH in the YAML file use.',
    )
    .addOption(new Option('--phase <phase>', 'only this graph').choices(['train', 'test']))
    .addOption(new Option('--format <format>', 'form of the drawing').choices(FORMATS).default('text'))
    .option('-o, --output <file>', 'write to a file instead of the terminal')
    .addHelpText(
      'after',
      `
Examples:
  biagraph graph nuclei.yaml
  biagraph graph nuclei.yaml --phase test --format svg -o nuclei-test.svg
  biagraph graph nuclei.yaml --phase train --format mermaid`,
    )
    .action(async (file: string, options: GraphOptions) => {
      const job = await prepare(file, options);
      const graphs = chosenGraphs(job, options);
      const drawing = (await Promise.all(graphs.map((bound) => draw(bound, options.format)))).join('\n');
      if (options.output === undefined) {
        process.stdout.write(drawing.endsWith('\n') ? drawing : `${drawing}\n`);
        return;
      }
      const { writeWhole } = await import('../../core/job/write-aside.js');
      await writeWhole(path.resolve(options.output), drawing);
      process.stderr.write(`Wrote ${options.output}\n`);
    });
}

function chosenGraphs({ graphs }: PreparedJob, { phase, format }: GraphOptions): BoundGraph[] {
  const phases = Object.keys(graphs) as Phase[];
  const refuse = (message: string, advice: string) => new ConfigError([{ severity: 'error', message, advice }]);
  if (phase !== undefined) {
    const bound = graphs[phase];
    if (bound) return [bound];
    throw refuse(`This job has no ${phase} graph.`, `${phase.toUpperCase()}.ENABLE switches it on.`);
  }
  if (phases.length === 0) throw refuse('This job has no graph.', 'TRAIN.ENABLE and TEST.ENABLE switch them on.');
  if (phases.length > 1 && format !== 'text')
    throw refuse(
      `This job has ${phases.length} graphs, and a ${format} drawing holds one.`,
      'Choose it with --phase train or --phase test.',
    );
  return phases.map((name) => graphs[name]!);
}

async function draw(bound: BoundGraph, format: Format): Promise<string> {
  switch (format) {
    case 'text': {
      const { drawText } = await import('../../core/graph/draw/text.js');
      return drawText(bound, process.stdout.isTTY ? { columns: process.stdout.columns } : {});
    }
    case 'mermaid':
      return (await import('../../core/graph/draw/mermaid.js')).drawMermaid(bound);
    case 'svg':
      return (await import('../../core/graph/draw/svg.js')).drawSvg(bound);
    case 'json':
      return (await import('../../core/graph/draw/json.js')).drawJson(bound);
  }
}
