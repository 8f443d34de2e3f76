/** The parameters of a node or network, from their schema, as people read them. */
import type { TObject, TSchema } from 'typebox';

export interface ParameterRow {
  /** Dotted for a parameter inside another. */
  name: string;
  type: string;
  /** Absent when it must be given. */
  default?: unknown;
  description?: string;
}

/** The parts of JSON Schema that parameters use. */
interface Schema {
  type?: string;
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: readonly string[];
  default?: unknown;
  description?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

/** One row for each parameter, those inside an object below it. */
export function describeParameters(schema: TObject): ParameterRow[] {
  return rowsOf(schema as TSchema as Schema, '');
}

function rowsOf({ properties = {}, required = [] }: Schema, prefix: string): ParameterRow[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const name = `${prefix}${key}`;
    // What may be left out and has no default is simply not there.
    const value = schema.default !== undefined ? schema.default : required.includes(key) ? undefined : null;
    const row: ParameterRow = {
      name,
      type: typeText(schema),
      ...(value !== undefined && { default: value }),
      ...(schema.description !== undefined && { description: schema.description }),
    };
    const object = [schema, ...(schema.anyOf ?? [])].find((candidate) => candidate.properties);
    return [row, ...(object ? rowsOf(object, `${name}.`) : [])];
  });
}

function typeText(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeText))].join(' | ');
  if (schema.type === 'array') return `list of ${schema.items ? typeText(schema.items) : 'anything'}`;
  return `${schema.type ?? 'anything'}${range(schema)}`;
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  const low = exclusiveMinimum !== undefined ? `> ${exclusiveMinimum}` : minimum !== undefined ? `>= ${minimum}` : '';
  const high = exclusiveMaximum !== undefined ? `< ${exclusiveMaximum}` : maximum !== undefined ? `<= ${maximum}` : '';
  return [low, high]
    .filter(Boolean)
    .map((bound) => ` ${bound}`)
    .join(',');
}
