import type { TObject } from 'typebox';
import { Value } from 'typebox/value';
import { nearest } from './nearest.js';

/** One thing wrong with a set of parameters: where, and a sentence. */
export interface ParameterProblem {
  /** Dotted path inside the parameters; empty for the whole. */
  path: string;
  message: string;
}

/** Fills in the defaults of a schema and checks the result; reports each wrong value once. */
export function checkParameters<T extends Record<string, unknown>>(
  schema: TObject,
  given: Record<string, unknown>,
): { parameters: T; problems: ParameterProblem[] } {
  const parameters = Value.Default(schema, structuredClone(given)) as T;
  const problems = new Map<string, string>();
  for (const error of Value.Errors(schema, parameters)) {
    const path = dotted(error.instancePath);
    // TypeBox reports an unknown key twice and a union once per branch: the more telling message wins.
    if (error.keyword === 'additionalProperties' || (problems.has(path) && error.keyword !== 'anyOf')) continue;
    if (error.keyword === 'required') {
      const { requiredProperties } = error.params as { requiredProperties: readonly string[] };
      for (const name of requiredProperties) problems.set(path ? `${path}.${name}` : name, 'it has to be given.');
      continue;
    }
    problems.set(path, sentence(error, path, schema, valueAt(parameters, path)));
  }
  return { parameters, problems: [...problems].map(([path, message]) => ({ path, message })) };
}

function sentence(
  error: { keyword: string; message: string; params: object },
  path: string,
  schema: TObject,
  value: unknown,
): string {
  const came = value === undefined ? 'nothing' : JSON.stringify(value);
  if (error.keyword === 'boolean') {
    const steps = path.split('.');
    const near = nearest(steps.pop()!, Object.keys(schemaAt(schema, steps)?.properties ?? {}));
    return `there is no such parameter${near ? `; did you mean '${near}'?` : '.'}`;
  }
  if (error.keyword === 'enum') {
    const { allowedValues } = error.params as { allowedValues: readonly unknown[] };
    return `expected one of ${allowedValues.map((allowed) => JSON.stringify(allowed)).join(', ')}, came ${came}.`;
  }
  if (error.keyword === 'anyOf')
    return `expected ${choices(schema, path) ?? 'one of its allowed forms'}, came ${came}.`;
  return `${error.message}, came ${came}.`;
}

function schemaAt(schema: TObject, steps: readonly string[]): TObject | undefined {
  return steps.reduce<TObject | undefined>((at, step) => at?.properties?.[step] as TObject | undefined, schema);
}

function choices(schema: TObject, path: string): string | undefined {
  const property = schema.properties[path] as { anyOf?: { const?: unknown }[] } | undefined;
  const values = property?.anyOf?.map((branch) => branch.const);
  return values?.every((value) => value !== undefined) ? values.map(String).join(', ') : undefined;
}

function dotted(pointer: string): string {
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');
}

function valueAt(object: unknown, path: string): unknown {
  if (path === '') return object;
  return path.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], object);
}
