import { configKeys, type KeyInfo } from './keys.js';
import type { KeyOptions, PythonType, Workflow } from './schema/key.js';
import { ConfigSchema } from './schema.js';

/** The reference page of all keys, in Markdown, made from the schema. */
export function referencePage(): string {
  return [intro, ...sections(), ''].join('\n');
}

const intro = `# Configuration reference

This page is made from the schema (\`node scripts/config-reference.mjs\`); change the schema, not the page.

A configuration is one YAML file. Biagraph reads the files of BiaPy: same keys, same defaults, same meaning. Keys that
are not given take their default. Old keys are upgraded with a notice. Everything wrong with a file is reported at once,
with its line. \`biagraph check job.yaml\` does that and no more.

- Tuples may be written as Python does, \`(256, 256, 1)\`, or as lists.
- \`DATA.TRAIN.PATH: x\` and nested keys mean the same; the last one written wins.
- \`{JOB_DIR}\` is the result folder joined with the job's name, \`{JOB_ID}\` the name, an underscore and the run's number.
- *Biagraph only* marks what BiaPy does not know. \`SYSTEM.DEVICE\` is \`auto\` here, \`cpu\` in BiaPy.

Where a key matters to some workflows only, they are named: SEM semantic segmentation, INS instance segmentation, DET
detection, DEN denoising, SR super-resolution, SSL self-supervision, CLS classification, I2I image to image.
`;

const short: Record<Workflow, string> = {
  SEMANTIC_SEG: 'SEM',
  INSTANCE_SEG: 'INS',
  DETECTION: 'DET',
  DENOISING: 'DEN',
  SUPER_RESOLUTION: 'SR',
  SELF_SUPERVISED: 'SSL',
  CLASSIFICATION: 'CLS',
  IMAGE_TO_IMAGE: 'I2I',
};

const typeWords: Record<PythonType, string> = {
  bool: 'bool',
  int: 'int',
  float: 'float',
  str: 'text',
  list: 'list',
  tuple: 'tuple',
  none: 'optional',
  dict: 'mapping',
};

function sections(): string[] {
  const bySection = new Map<string, KeyInfo[]>();
  for (const info of configKeys()) {
    const section = info.key.split('.').slice(0, -1).join('.');
    bySection.set(section, [...(bySection.get(section) ?? []), info]);
  }
  return [...bySection].flatMap(([section, keys]) => [heading(section), ...table(keys)]);
}

function heading(section: string): string {
  if (section === '') return '## Top level\n';
  const depth = section.split('.').length;
  const { description } = (ConfigSchema.properties as Record<string, { description?: string }>)[section] ?? {};
  return `${depth === 1 ? '##' : '###'} ${section}\n${description ? `\n${description}\n` : ''}`;
}

function table(keys: readonly KeyInfo[]): string[] {
  return ['| key | type | default | meaning |', '| --- | --- | --- | --- |', ...keys.map(row), ''];
}

function row({ key, python, default: value, description, choices, workflows, ndim }: KeyInfo): string {
  const name = key.split('.').at(-1);
  const allowed = choices
    ? ` One of ${choices.map((choice) => code(choice === '' ? '""' : String(choice))).join(', ')}.`
    : '';
  const scope = scopeOf({ workflows, ndim });
  const meaning = `${description}${allowed}${scope && ` *${scope}*`}`.replaceAll('|', '\\|');
  return `| ${code(String(name))} | ${typeWords[python]} | ${code(shown(value))} | ${meaning} |`;
}

function scopeOf({ workflows, ndim }: Pick<KeyOptions, 'workflows' | 'ndim'>): string {
  return [workflows?.map((workflow) => short[workflow]).join(' '), ndim].filter(Boolean).join(', ');
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value || '""' : JSON.stringify(value).replaceAll(',', ', ');
}

function code(text: string): string {
  return `\`${text}\``;
}
