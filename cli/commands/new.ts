import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command, Option } from 'commander';
import { ConfigError, OutputError } from '../../core/errors.js';
import { nearest } from '../../core/graph/nearest.js';
import { outputFailure } from '../../core/job/output-failure.js';
import { packageFolder } from '../package-folder.js';

interface NewOptions {
  ndim: '2D' | '3D';
  output?: string;
}

/** BiaPy's names of workflows whose short form is not the name of a template. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  'semantic-seg': 'semantic-segmentation',
  'instance-seg': 'instance-segmentation',
  'self-supervised': 'self-supervision',
};

export function newCommand(): Command {
  return new Command('new')
    .summary('write a YAML file to start from')
    .description('Writes a commented YAML file for a workflow. Put in your folders, check it, and run it.')
    .argument('<workflow>', 'such as semantic-segmentation')
    .addOption(new Option('--ndim <ndim>', 'planes or volumes').choices(['2D', '3D']).default('2D'))
    .option('-o, --output <file>', 'file to write (default: <workflow>-2d.yaml or -3d.yaml); - for the terminal')
    .addHelpText(
      'after',
      `
Examples:
  biagraph new semantic-segmentation
  biagraph new semantic-segmentation --ndim 3D -o mitochondria.yaml`,
    )
    .action(async (workflow: string, options: NewOptions) => {
      const name = await findTemplate(workflow, options.ndim);
      const text = await readFile(path.join(templateFolder(), `${name}.yaml`), 'utf8');
      if (options.output === '-') {
        process.stdout.write(text);
        return;
      }
      const file = options.output ?? `${name}.yaml`;
      await writeNew(file, text);
      process.stdout.write(
        `Wrote ${file}. Put in your folders, then:\n  biagraph check ${file}\n  biagraph plan ${file}\n  biagraph run ${file}\n`,
      );
    });
}

function templateFolder(): string {
  return path.join(packageFolder(), 'templates');
}

async function findTemplate(workflow: string, ndim: '2D' | '3D'): Promise<string> {
  const files = (await readdir(templateFolder())).filter((file) => file.endsWith('.yaml')).sort();
  const names = files.map((file) => path.parse(file).name);
  const workflows = [...new Set(names.map((name) => name.replace(/-[23]d$/, '')))];
  const plain = workflow.toLowerCase().replaceAll('_', '-');
  const wanted = SHORT_NAMES[plain] ?? plain;
  const refuse = (message: string, advice: string) => new ConfigError([{ severity: 'error', message, advice }]);
  if (!workflows.includes(wanted)) {
    const near = nearest(wanted, workflows);
    throw refuse(
      `There is no template for '${workflow}'.`,
      `${near ? `Did you mean '${near}'? ` : ''}There are: ${workflows.join(', ')}.`,
    );
  }
  const name = `${wanted}-${ndim.toLowerCase()}`;
  if (names.includes(name)) return name;
  throw refuse(`There is no ${ndim} template for '${wanted}'.`, `There are: ${names.join(', ')}.`);
}

/** Fails where a file is, instead of writing over what may be hours of somebody's work. */
async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new OutputError(`${file} exists already and is left as it is. Name another file with -o.`, {
        where: { file },
        cause: error,
      });
    throw outputFailure(file, error);
  }
}
