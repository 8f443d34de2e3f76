import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { NetworkDescription } from '../../core/job/describe-network.js';
import type { ExportFormat } from '../../core/job/export-model.js';
import type { MadeNetwork } from '../make-network.js';
import { networkTable } from '../network-text.js';

interface ModelOptions {
  set: string[];
  plugin: string[];
  ndim?: 2 | 3;
  input?: number[];
  channels?: number[];
  depth?: number;
  draw?: string;
  output?: string;
  format: ExportFormat;
  checkpoint?: string;
  json: boolean;
}

const gather = (value: string, before: string[]) => [...before, value];

export function modelCommand(): Command {
  return new Command('model')
    .summary('show a network: its parts, shapes, parameters and multiply-adds; or write it as a file')
    .description(
      'Builds a network of MODEL.ARCHITECTURE and shows what it is made of, for one image. With the word export after the\n' +
        'architecture it is written as a file: with the weights of --checkpoint, or as a training would start with it.',
    )
    .argument('<architecture>', 'a network of `biagraph plugins`, such as unet')
    .argument('[action]', 'export')
    .addOption(
      new Option('--set <KEY=VALUE>', 'change a key of the configuration; may be repeated')
        .argParser(gather)
        .default([], 'none'),
    )
    .addOption(
      new Option('--plugin <package or file>', 'load a plugin too; may be repeated')
        .argParser(gather)
        .default([], 'none'),
    )
    .addOption(new Option('--ndim <axes>', 'image axes').choices(['2', '3', '2D', '3D']).argParser(readAxes))
    .option('--input <shape>', 'shape of an image, y,x,c or z,y,x,c, such as 256,256,1', readSides)
    .option(
      '--channels <numbers>',
      'channels of each output, such as 1 or 2,4 (default: what the workflow needs)',
      readSides,
    )
    .option('--depth <levels>', 'levels of parts to go down (default: as many as fit a page)', readLevels)
    .option('--draw <file.svg>', 'write a drawing of the parts')
    .option('-o, --output <file>', 'file to export to')
    .addOption(new Option('--format <format>', 'format of an export').choices(['onnx', 'safetensors']).default('onnx'))
    .option('--checkpoint <file>', 'weights to export, of any kind that Biagraph reads')
    .option('--json', 'print the result as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  biagraph model unet
  biagraph model resunet --ndim 3 --input 32,128,128,1 --set "MODEL.Z_DOWN=[1,2,2,2]"
  biagraph model unet --draw unet.svg
  biagraph model unet export -o unet.onnx --checkpoint unet.pth`,
    )
    .action(async (architecture: string, action: string | undefined, options: ModelOptions, command: Command) => {
      if (action !== undefined && action !== 'export')
        command.error(`error: after the architecture comes nothing or export, not '${action}'.`);
      const exports = action === 'export';
      if (exports && options.output === undefined) command.error('error: export needs -o with a file to write.');
      const { makeNetwork } = await import('../make-network.js');
      const made = await makeNetwork(architecture, options);
      if (exports) await exportNetwork(made, options);
      else await show(made, options);
    });
}

async function show(made: MadeNetwork, { depth, draw, json }: ModelOptions): Promise<void> {
  const { describeNetwork } = await import('../../core/job/describe-network.js');
  const description = describeNetwork(made.spec.architecture, made.network, made.image, depth);
  const title = `${made.spec.architecture} ${made.image.join('×')}`;
  if (draw !== undefined) {
    const [{ drawNetwork }, { writeWhole }] = await Promise.all([
      import('../../core/job/draw-network.js'),
      import('../../core/job/write-aside.js'),
    ]);
    await writeWhole(path.resolve(draw), drawNetwork(title, description));
    process.stderr.write(`Wrote ${draw}\n`);
  }
  process.stdout.write(
    `${json ? asJson(made, description) : networkTable(made.spec.architecture, made.image, description)}\n`,
  );
}

function asJson({ spec, image }: MadeNetwork, description: NetworkDescription): string {
  return JSON.stringify({ ...spec, input: image, ...description }, undefined, 2);
}

async function exportNetwork(made: MadeNetwork, options: ModelOptions): Promise<void> {
  const { exportWeights } = await import('../../core/job/export-network.js');
  const { exportSummary } = await import('../export-summary.js');
  const { output, format, checkpoint, json } = options;
  const exported = await exportWeights(made.network, made.spec, {
    format,
    file: output!,
    image: made.image,
    checkpoint,
    seed: made.config.SYSTEM.SEED,
  });
  process.stdout.write(`${json ? JSON.stringify(exported, undefined, 2) : exportSummary(exported)}\n`);
}

function readAxes(text: string): 2 | 3 {
  return text.startsWith('3') ? 3 : 2;
}

/** `256,256,1`, `256x256x1` or `(256, 256, 1)`. */
function readSides(text: string): number[] {
  const sides = text
    .replace(/[()[\] ]/g, '')
    .split(/[,x×]/)
    .map(Number);
  if (sides.every((side) => Number.isInteger(side) && side > 0)) return sides;
  throw new InvalidArgumentError('Expected whole numbers from 1 on, such as 256,256,1.');
}

function readLevels(text: string): number {
  const levels = Number(text);
  if (Number.isInteger(levels) && levels > 0) return levels;
  throw new InvalidArgumentError('Expected a whole number from 1 on.');
}
