/** A network as a table for a terminal of 80 columns. */
import type { NetworkDescription } from '../core/job/describe-network.js';
import { formatBytes } from '../core/job/memory.js';

const WIDTH = 80;
const MOST_KIND = 18;
const LEAST_NAME = 16;

export function networkTable(
  architecture: string,
  image: readonly number[],
  { parts, between, outputs, parameters, buffers, multiplyAdds, activations }: NetworkDescription,
): string {
  const header = ['part', 'kind', 'output', 'parameters', 'mult-adds'];
  const rows = parts.map((part) => [
    part.name,
    part.kind.length > MOST_KIND ? `${part.kind.slice(0, MOST_KIND - 1)}…` : part.kind,
    part.output.join('×'),
    counted(part.parameters),
    scaled(part.multiplyAdds),
  ]);
  if (between.parameters > 0 || between.multiplyAdds > 0)
    rows.push(['(between them)', '', '', counted(between.parameters), scaled(between.multiplyAdds)]);
  const [, ...others] = widthsOf([header, ...rows]);
  const room = Math.max(LEAST_NAME, WIDTH - others.reduce((sum, width) => sum + GAP + width, 0));
  const lines = aligned([header, ...rows.map(([name, ...cells]) => [shortened(name, room), ...cells])]);
  const rule = '─'.repeat(Math.max(...lines.map((line) => line.length)));
  const shown = outputs.map((shape) => shape.join('×')).join(', ');
  return [
    `${architecture}: ${image.join('×')} → ${shown}`,
    '',
    lines[0],
    rule,
    ...lines.slice(1),
    rule,
    `Parameters    ${parameters.toLocaleString('en')} (${formatBytes(4 * parameters)})${buffers > 0 ? `, and ${buffers.toLocaleString('en')} values that are kept` : ''}`,
    `Mult-adds     ${scaled(multiplyAdds)} for one image`,
    `Activations   ${formatBytes(activations.peak)} at once in a prediction, ${formatBytes(activations.all)} in all`,
  ].join('\n');
}

const GAP = 2;

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  return rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
}

/** Text to the left, numbers to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = widthsOf(rows);
  return rows.map((row) =>
    row
      .map((cell, i) => (i < 3 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
}

function counted(value: number): string {
  return value === 0 ? '' : value.toLocaleString('en');
}

/** Three digits and a unit. */
function scaled(value: number): string {
  if (value === 0) return '';
  const units = ['', ' K', ' M', ' G', ' T'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${Number((value / 1000 ** power).toPrecision(3))}${units[power]}`;
}

/** The end of a name tells more than its beginning. */
function shortened(name: string, most: number): string {
  return name.length > most ? `…${name.slice(1 - most)}` : name;
}
