import { Command } from 'commander';
import type { Problem } from '../../core/errors.js';
import type { PreparedJob } from '../../core/job/prepare.js';
import { exitCodeOf } from '../exit-code.js';
import { describeProblems } from '../failure.js';
import { type JobOptions, prepare, takesJob } from '../job-options.js';
import { hasColour } from '../paint.js';

export function checkCommand(): Command {
  return takesJob(new Command('check').summary('look for mistakes in a YAML file without running it'))
    .description(
      'Checks everything that can be known before a run: keys and values, folders, plugins, the graphs and the network.\n' +
        'All problems are told at once, each with its line. Images are not read; `biagraph plan` looks at those.',
    )
    .option('--json', 'print the result as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  biagraph check nuclei.yaml
  biagraph check nuclei.yaml --set DATA.PATCH_SIZE='(128, 128, 1)'
  biagraph check nuclei.yaml --json`,
    )
    .action(async (file: string, options: JobOptions & { json: boolean }) => {
      let job: PreparedJob;
      try {
        job = await prepare(file, options);
        await buildNetworks(job);
      } catch (error) {
        if (!options.json || !isTold(error)) throw error;
        print({ ok: false, problems: problemsOf(error) });
        process.exitCode = exitCodeOf(error);
        return;
      }
      if (options.json) return print({ ok: true, problems: job.problems, job: describe(job) });
      if (job.problems.length > 0)
        process.stderr.write(`${describeProblems(job.problems, { colour: hasColour(process.stderr) })}\n`);
      process.stdout.write(`${summarise(file, job)}\n`);
    });
}

/** A network is a description: building it costs nothing and shows sizes that do not fit. */
async function buildNetworks({ graphs, catalog }: PreparedJob): Promise<void> {
  const { buildNetwork } = await import('../../core/plugin/network.js');
  for (const bound of Object.values(graphs))
    for (const { parameters } of bound.order)
      if (parameters.network) buildNetwork(parameters.network as Parameters<typeof buildNetwork>[0], catalog);
}

function describe({ config, name, graphs }: PreparedJob) {
  return {
    name,
    workflow: config.PROBLEM.TYPE,
    ndim: config.PROBLEM.NDIM,
    graphs: Object.fromEntries(
      Object.entries(graphs).map(([phase, { order }]) => [phase, order.map((node) => node.name)]),
    ),
  };
}

function summarise(file: string, job: PreparedJob): string {
  const { workflow, ndim, graphs } = describe(job);
  const summary = job.catalog.presets().find(({ id }) => id === workflow)?.summary;
  return [
    `${file}: no problems${job.problems.some(({ severity }) => severity === 'warning') ? ' that stop a run' : ''}.`,
    `  Workflow  ${workflow} in ${ndim}${summary ? `: ${summary}` : ''}`,
    ...Object.entries(graphs).map(([phase, nodes]) => `  ${phase.padEnd(8)}  ${nodes.length} nodes`),
    `See what it will do with \`biagraph plan ${file}\`, and run it with \`biagraph run ${file}\`.`,
  ].join('\n');
}

function isTold(error: unknown): error is Error {
  return error instanceof Error && '_tag' in error;
}

function problemsOf(error: Error): Problem[] {
  const { problems, where } = error as { problems?: Problem[]; where?: object };
  return problems ?? [{ severity: 'error', ...where, message: error.message }];
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
