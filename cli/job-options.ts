/** Options that name a job; shared by every command that reads a YAML file. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { PreparedJob } from '../core/job/prepare.js';

export interface JobOptions {
  name?: string;
  runId: number;
  resultDir: string;
  set: string[];
  plugin: string[];
}

/** Adds the argument and the options. */
export function takesJob(command: Command): Command {
  return command
    .argument('<job.yaml>', 'configuration of the job')
    .option('--name <name>', 'name of the job (default: the file name without .yaml)')
    .option('--run-id <number>', 'number of the run; each has its own folder of results', wholeNumber, 1)
    .option('--result-dir <folder>', 'folder that holds the folders of all jobs', 'out')
    .addOption(
      new Option('--set <KEY=VALUE>', 'change a key of the configuration; may be repeated')
        .argParser(gather)
        .default([], 'none'),
    )
    .addOption(
      new Option('--plugin <package or file>', 'load a plugin beside those of the configuration; may be repeated')
        .argParser(gather)
        .default([], 'none'),
    );
}

/** Loads plugins, configuration and graphs. @throws whatever is wrong with them, all problems together. */
export async function prepare(file: string, options: JobOptions): Promise<PreparedJob> {
  const [{ assembly }, { prepareJob }] = await Promise.all([
    import('../assembly.js'),
    import('../core/job/prepare.js'),
  ]);
  return prepareJob(
    {
      source: file,
      overrides: options.set,
      plugins: options.plugin,
      jobName: options.name,
      runId: options.runId,
      resultDir: options.resultDir,
    },
    assembly,
  );
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('Expected a whole number from 0 on.');
  return value;
}

function gather(value: string, before: string[]): string[] {
  return [...before, value];
}
