import { Command } from 'commander';
import type { KeyInfo } from '../../core/config/index.js';
import { ConfigError } from '../../core/errors.js';
import { nearest } from '../../core/graph/nearest.js';
import { hasColour, paint } from '../paint.js';
import { formatTable, wrapText } from '../table.js';

export function configCommand(): Command {
  return new Command('config')
    .summary('look up keys of the YAML file')
    .description(
      'Looks up keys of the configuration: meaning, type, default and choices.\n' +
        'A full key shows that key, a section shows the keys in it, and any other word the keys that contain it.',
    )
    .argument('[KEY]', 'key, section or word; all keys without it')
    .option('--json', 'print the result as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  biagraph config TRAIN.EPOCHS
  biagraph config AUGMENTOR
  biagraph config overlap
  biagraph config --json > keys.json`,
    )
    .action(async (word: string | undefined, { json }: { json: boolean }) => {
      const { configKeys } = await import('../../core/config/index.js');
      const found = findKeys(word, configKeys());
      if (json) process.stdout.write(`${JSON.stringify(found.map(plainKey), undefined, 2)}\n`);
      else if (found.length === 1) process.stdout.write(`${describeKey(found[0])}\n`);
      else process.stdout.write(`${listKeys(found)}\n`);
    });
}

function findKeys(word: string | undefined, keys: readonly KeyInfo[]): readonly KeyInfo[] {
  if (word === undefined) return keys;
  const wanted = word.toUpperCase();
  const exact = keys.filter(({ key }) => key === wanted);
  if (exact.length > 0) return exact;
  const below = keys.filter(({ key }) => key.startsWith(`${wanted}.`));
  if (below.length > 0) return below;
  const containing = keys.filter(({ key }) => key.includes(wanted));
  if (containing.length > 0) return containing;
  const near =
    nearest(
      wanted,
      keys.map(({ key }) => key),
    ) ?? nearestEnd(wanted, keys);
  throw new ConfigError([
    {
      severity: 'error',
      message: `There is no key '${word}', and none that contains it.`,
      advice: near ? `Did you mean ${near}?` : 'Run `biagraph config` to see all keys.',
    },
  ]);
}

/** People leave out sections: EPOCH is meant as TRAIN.EPOCHS. */
function nearestEnd(wanted: string, keys: readonly KeyInfo[]): string | undefined {
  const byEnd = new Map(keys.map(({ key }) => [key.slice(key.lastIndexOf('.') + 1), key]));
  const end = nearest(wanted.slice(wanted.lastIndexOf('.') + 1), byEnd.keys());
  return end && byEnd.get(end);
}

const TYPES: Readonly<Record<KeyInfo['python'], string>> = {
  bool: 'True or False',
  int: 'whole number',
  float: 'number',
  str: 'text',
  list: 'list, [..., ...]',
  tuple: 'tuple, (..., ...)',
  none: 'nothing until it is set',
  dict: 'mapping of free keys',
};

function describeKey(info: KeyInfo): string {
  const colour = hasColour(process.stdout);
  const { key, python, default: value, description, choices, workflows, ndim } = info;
  const rows = [
    ['Type', TYPES[python]],
    ['Default', pythonText(value, python)],
    ...(choices ? [['Choices', choices.map((choice) => pythonText(choice)).join(', ')]] : []),
    ...(workflows ? [['Workflows', workflows.join(', ')]] : []),
    ...(ndim ? [['Only in', ndim]] : []),
  ];
  const path = key.split('.');
  const yaml = path.map((name, depth) => {
    const last = depth === path.length - 1;
    return `    ${'  '.repeat(depth)}${name}:${last ? ` ${pythonText(value, python)}` : ''}`;
  });
  return [
    paint(key, 'bold', colour),
    ...wrapText(description, 100).map((line) => `  ${line}`),
    '',
    formatTable(rows, { indent: 2, width: 100 }),
    '',
    '  In the YAML file:',
    ...yaml,
  ].join('\n');
}

function listKeys(keys: readonly KeyInfo[]): string {
  const width = process.stdout.columns || 120;
  return formatTable(
    keys.map(({ key, default: value, python, description }) => [key, pythonText(value, python), description]),
    { width, limits: [undefined, 24] },
  );
}

/** A value as BiaPy's YAML files write it. */
function pythonText(value: unknown, python?: KeyInfo['python']): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return value === '' ? "''" : value;
  if (typeof value === 'number')
    return python === 'float' && Number.isInteger(value) ? value.toFixed(1) : String(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => pythonText(item)).join(', ');
    if (python === 'tuple') return value.length === 1 ? `(${items},)` : `(${items})`;
    return `[${items}]`;
  }
  return JSON.stringify(value);
}

function plainKey({ key, python, default: value, description, choices, workflows, ndim }: KeyInfo) {
  return { key, type: python, default: value, description, choices, workflows, ndim };
}
