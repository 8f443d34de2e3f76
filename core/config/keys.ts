import type { TSchema } from 'typebox';
import type { KeyMetadata, KeyOptions, PythonType, Workflow } from './schema/key.js';
import { type Config, ConfigSchema } from './schema.js';

/** One key of the configuration, for pages, forms and shell completion. */
export interface KeyInfo {
  /** Dotted name, such as `TRAIN.EPOCHS`. */
  readonly key: string;
  readonly python: PythonType;
  readonly default: unknown;
  readonly description: string;
  readonly choices?: readonly (string | number)[];
  /** Workflows that the key matters to; absent for all. */
  readonly workflows?: readonly Workflow[];
  /** Dimensionality that the key matters to; absent for both. */
  readonly ndim?: '2D' | '3D';
  /** JSON Schema of the value. */
  readonly schema: TSchema & KeyMetadata;
}

interface SectionSchema extends Pick<KeyOptions, 'workflows' | 'ndim'> {
  properties: Record<string, TSchema>;
  description?: string;
}

/** All keys in the order of the reference. */
export function configKeys(): readonly KeyInfo[] {
  return keys;
}

/** The key of that dotted name. */
export function keyInfo(key: string): KeyInfo | undefined {
  return byName.get(key);
}

/** True for the dotted name of a part of the tree, such as `DATA.TRAIN`; the empty name is the root. */
export function isSection(name: string): boolean {
  return sections.has(name);
}

/** Names directly below a section, sections included. */
export function namesIn(section: string): string[] {
  return [...(sections.get(section) ?? [])];
}

/** The value at a dotted key, undefined where the tree does not go that far. */
export function getKey(config: Config, key: string): unknown {
  let value: unknown = config;
  for (const part of key.split('.')) value = (value as Record<string, unknown> | undefined)?.[part];
  return value;
}

/** Writes a value at a dotted key whose section exists. */
export function setKey(config: Config, key: string, value: unknown): void {
  const path = key.split('.');
  const last = path.pop()!;
  let node = config as Record<string, unknown>;
  for (const part of path) node = node[part] as Record<string, unknown>;
  node[last] = value;
}

/** A fresh configuration with every default; `{JOB_DIR}` and `{JOB_ID}` in paths replaced. */
export function defaultConfig(job: { dir: string; id: string } = { dir: '{JOB_DIR}', id: '{JOB_ID}' }): Config {
  const tree: Record<string, unknown> = {};
  for (const name of sections.keys()) if (name !== '') setKey(tree as Config, name, {});
  for (const { key, default: value } of keys) {
    const filled =
      typeof value === 'string'
        ? value.replaceAll('{JOB_DIR}', job.dir).replaceAll('{JOB_ID}', job.id)
        : structuredClone(value);
    setKey(tree as Config, key, filled);
  }
  return tree as Config;
}

const sections = new Map<string, string[]>();
const keys: KeyInfo[] = [];
collect(ConfigSchema as unknown as SectionSchema, '', {});
const byName = new Map(keys.map((info) => [info.key, info]));

function collect(schema: SectionSchema, prefix: string, inherited: Pick<KeyOptions, 'workflows' | 'ndim'>): void {
  const scope = { workflows: schema.workflows ?? inherited.workflows, ndim: schema.ndim ?? inherited.ndim };
  sections.set(prefix, Object.keys(schema.properties));
  for (const [name, child] of Object.entries(schema.properties)) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    if (isLeaf(child)) {
      const { python, default: value, description, choices } = child;
      const workflows = child.workflows ?? scope.workflows;
      const ndim = child.ndim ?? scope.ndim;
      keys.push({
        key,
        python,
        default: value,
        description,
        ...(choices && { choices }),
        ...(workflows && { workflows }),
        ...(ndim && { ndim }),
        schema: child,
      });
    } else collect(child as unknown as SectionSchema, key, scope);
  }
}

function isLeaf(schema: TSchema): schema is TSchema & KeyMetadata {
  return 'python' in schema;
}
