import path from 'node:path';
import { Command } from 'commander';
import { type JobOptions, prepare, takesJob } from '../job-options.js';
import { hasColour } from '../paint.js';
import { describePlan } from '../plan-text.js';

export function planCommand(): Command {
  return takesJob(new Command('plan').summary('tell what a run will read, do and cost, and why'))
    .description(
      'Tells what a run will do before it does it: which images are read and how they are divided, patches, batches and ' +
        'steps, the size of the network, memory and time, each with its reason.\n' +
        'Headers of the images are read, and the network is timed on zeros for a second or two.',
    )
    .option('--no-measure', 'do not time the network')
    .option('--json', 'print the plan as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  biagraph plan nuclei.yaml
  biagraph plan nuclei.yaml --no-measure
  biagraph plan nuclei.yaml --set TRAIN.BATCH_SIZE=8 --json`,
    )
    .action(async (file: string, options: JobOptions & { measure: boolean; json: boolean }) => {
      const job = await prepare(file, options);
      const { planJob } = await import('../../core/job/plan.js');
      const plan = await planJob(job, { measure: options.measure });
      if (options.json) {
        process.stdout.write(`${JSON.stringify(plan, undefined, 2)}\n`);
        return;
      }
      const text = describePlan(plan, {
        folder: path.relative('', plan.folder) || '.',
        colour: hasColour(process.stdout),
        width: process.stdout.columns || 120,
      });
      process.stdout.write(`${text}\n`);
    });
}
