import { Command, Option } from 'commander';
import type { ExportFormat } from '../../core/job/export-model.js';
import { exportSummary } from '../export-summary.js';
import { type JobOptions, prepare, takesJob } from '../job-options.js';

interface ExportOptions extends JobOptions {
  format: ExportFormat;
  output: string;
  json: boolean;
}

export function exportCommand(): Command {
  return takesJob(new Command('export').summary('write the trained network as a file for other programs'))
    .description(
      'Writes the network of a job with the weights of its best epoch, or of PATHS.CHECKPOINT_FILE.\n' +
        'An ONNX file runs anywhere: channels first, any batch and image size where the network allows it, and notes on\n' +
        'normalisation and activations inside. A safetensors file has the weights under the names that PyTorch uses.',
    )
    .addOption(new Option('--format <format>', 'format of the file').choices(['onnx', 'safetensors']).default('onnx'))
    .requiredOption('-o, --output <file>', 'file to write')
    .option('--json', 'print the result as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  biagraph export nuclei.yaml -o nuclei.onnx
  biagraph export nuclei.yaml --format safetensors -o nuclei.safetensors
  biagraph export nuclei.yaml --run-id 2 -o second.onnx --json`,
    )
    .action(async (file: string, { format, output, json, ...options }: ExportOptions) => {
      const job = await prepare(file, options);
      const { exportModel } = await import('../../core/job/export-model.js');
      const exported = await exportModel(job, format, output);
      process.stdout.write(`${json ? JSON.stringify(exported, undefined, 2) : exportSummary(exported)}\n`);
    });
}
