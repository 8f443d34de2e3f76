import { dump, YAML11_SCHEMA } from 'js-yaml';
import { configKeys, getKey } from './keys.js';
import { quoteLiteral, readLiteral } from './literal.js';
import type { Config } from './schema.js';

/**
 * The configuration as YAML that loads again to the same Config, here and in BiaPy as far as BiaPy has the keys.
 * Biagraph's own keys are written only where they differ from their defaults, for BiaPy takes no unknown key.
 */
export function toYaml(config: Config): string {
  const tree: Record<string, unknown> = {};
  for (const info of configKeys()) {
    const value = getKey(config, info.key);
    if (info.description.endsWith('Biagraph only.') && JSON.stringify(value) === JSON.stringify(info.default)) continue;
    put(tree, info.key, typeof value === 'string' && info.python === 'str' ? writable(value) : value);
  }
  return dump(tree, { schema: YAML11_SCHEMA, noRefs: true, lineWidth: -1, flowLevel: -1 });
}

/** A text that would come back as something else is wrapped as a Python literal. */
function writable(text: string): string {
  return readLiteral(text, { file: '' }) ? quoteLiteral(text) : text;
}

function put(tree: Record<string, unknown>, key: string, value: unknown): void {
  const path = key.split('.');
  const last = path.pop()!;
  let node = tree;
  for (const part of path) {
    node[part] ??= {};
    node = node[part] as Record<string, unknown>;
  }
  node[last] = value;
}
