import { Command } from 'commander';
import type { Diagnosis } from '../../core/job/diagnosis.js';
import { EXIT_CODES } from '../exit-code.js';
import { hasColour, paint } from '../paint.js';
import { formatTable, wrapText } from '../table.js';

export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('tell what this machine offers, and which devices work')
    .description(
      'Looks at Node, memory, disk and packages, and lets every device run a small training step.\n' +
        'It tells what works, why the rest does not, what to install, and what SYSTEM.DEVICE: auto takes.',
    )
    .option('--json', 'print the result as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  biagraph doctor
  biagraph doctor --json`,
    )
    .action(async ({ json }: { json: boolean }) => {
      const { diagnose } = await import('../../core/job/diagnosis.js');
      const diagnosis = await diagnose();
      const colour = hasColour(process.stdout);
      const text = json
        ? JSON.stringify(diagnosis, undefined, 2)
        : describeDiagnosis(diagnosis, { colour, width: process.stdout.columns || 100 });
      process.stdout.write(`${text}\n`);
      if (diagnosis.problems.length > 0) process.exitCode = EXIT_CODES.failed;
    });
}

/** The diagnosis as people read it. */
export function describeDiagnosis(diagnosis: Diagnosis, { colour, width }: { colour: boolean; width: number }): string {
  const { versions, system, cores, memory, disk, threads, packages, devices, auto, problems } = diagnosis;
  const title = (text: string) => paint(text, 'bold', colour);
  const machine = formatTable(
    [
      ['Biagraph', versions.biagraph],
      ['Node', versions.node],
      ['System', `${system.platform} ${system.release}, ${system.architecture}`],
      ['Processor', `${system.processor}, ${cores} core${cores === 1 ? '' : 's'}`],
      ['Memory', `${gigabytes(memory.total)}, ${gigabytes(memory.free)} free`],
      ['Disk', `${disk.free === undefined ? 'free space unknown' : `${gigabytes(disk.free)} free`} in ${disk.folder}`],
      ['Threads', threads.works ? 'work' : `do not work: ${threads.why}`],
    ],
    { indent: 2, width },
  );
  const optional = formatTable(
    packages.map(({ name, version, use }) => [name, version ?? 'not installed', use]),
    { indent: 2, width },
  );
  const rows = devices.map(({ device, works, description, why, install, limit }) => [
    works ? 'works' : 'no',
    device,
    works ? [sentence(description!), limit].filter(Boolean).join(' ') : `${sentence(why!)} ${install}`,
  ]);
  return [
    title('Machine'),
    machine,
    '',
    title('Optional packages'),
    optional,
    '',
    title('Devices'),
    formatTable(rows, { indent: 2, width }),
    '',
    title('SYSTEM.DEVICE: auto'),
    indented(auto ? `takes ${auto.device}, ${auto.description}. Why: ${auto.reason}` : 'finds nothing.', width),
    ...(problems.length > 0
      ? ['', paint('Problems', 'red', colour), ...problems.map((text) => indented(text, width))]
      : []),
  ].join('\n');
}

function indented(text: string, width: number): string {
  return wrapText(text, width - 2)
    .map((line) => `  ${line}`)
    .join('\n');
}

function sentence(clause: string): string {
  return `${clause[0].toUpperCase()}${clause.slice(1)}.`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`;
}
