/**
 * What a drawing tells of a node's parameters: those that differ from the defaults, as short texts.
 */
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { BoundNode } from '../compile.js';
import { checkParameters } from '../parameters.js';

export interface ParameterText {
  name: string;
  value: string;
}

/** Parameters that were set to something else than their default, nested ones with dotted names; nothing that is empty. */
export function keyParameters({ definition, parameters }: BoundNode): ParameterText[] {
  const { parameters: defaults } = checkParameters(definition.parameters, {});
  return Object.entries(parameters)
    .filter(([name, value]) => !isDeepStrictEqual(value, defaults[name]))
    .flatMap(([name, value]) => flatten(name, value));
}

/** The same for a picture, which has room for a few short lines: names without what they are nested in. */
export function pictureLines(node: BoundNode, most: { lines: number; letters: number }): string[] {
  const texts = keyParameters(node).map(({ name, value }) =>
    shorten(`${name.slice(name.lastIndexOf('.') + 1)} ${value}`, most.letters),
  );
  if (texts.length <= most.lines) return texts;
  return [...texts.slice(0, most.lines - 1), `… ${texts.length - most.lines + 1} more`];
}

function flatten(name: string, value: unknown): ParameterText[] {
  if (isRecord(value)) return Object.entries(value).flatMap(([key, inner]) => flatten(`${name}.${key}`, inner));
  return isEmpty(value) ? [] : [{ name, value: valueText(value) }];
}

/** Such as an overlap of [0, 0]: the graph would be the same without it. */
function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.every((entry) => entry === 0));
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  // Losses and metrics are lists of records that an id names.
  if (isRecord(value)) return typeof value.id === 'string' ? value.id : JSON.stringify(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text of at most `length` letters: a path keeps its end, anything else its start. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const isPath = text.includes(path.sep) || text.includes('/');
  return isPath ? `…${text.slice(text.length - length + 1)}` : `${text.slice(0, length - 1)}…`;
}
