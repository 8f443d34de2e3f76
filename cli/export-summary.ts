/** What was exported, in lines for people. */
import type { ExportedModel } from '../core/job/export-model.js';

export function exportSummary({ file, format, onnx }: ExportedModel): string {
  if (!onnx) return `${file}: weights as ${format}.`;
  const shown = ({ name, shape }: { name: string; shape: readonly (number | string)[] }) =>
    `${name} [${shape.join(', ')}]`;
  return [
    `${file}: ONNX, ${(onnx.bytes / 1024 ** 2).toFixed(1)} MB.`,
    `  Input   ${shown(onnx.input)}`,
    ...onnx.outputs.map((output) => `  Output  ${shown(output)}`),
    ...(onnx.input.shape.slice(2).every((side) => typeof side === 'number')
      ? ['  The network takes images of this size only.']
      : onnx.multiple > 1
        ? [`  Sides of images have to be multiples of ${onnx.multiple}.`]
        : []),
  ].join('\n');
}
