/**
 * The closed set of errors that Biagraph throws on purpose.
 *
 * Each message names the file, key or node, what was expected, what came, and what to do. Anything else that
 * reaches the user is a defect of Biagraph itself and is reported as such.
 */

/** Tags of {@link BiagraphError}; stable, never reused for another meaning. */
export type ErrorTag = 'config' | 'graph' | 'plugin' | 'data' | 'format' | 'memory' | 'tensor' | 'output' | 'aborted';

/** Fields that say where a problem is; every one is optional because not every problem has all of them. */
export interface Where {
  /** File or folder, as the user wrote it where possible. */
  file?: string;
  /** Dotted configuration key. */
  key?: string;
  /** Id of the node in the graph. */
  node?: string;
  /** 1-based line and column in the YAML file. */
  line?: number;
  column?: number;
}

/** Base of all deliberate errors. `_tag` narrows, `cause` keeps the original. */
export class BiagraphError extends Error {
  readonly where: Where;

  constructor(
    readonly _tag: ErrorTag,
    message: string,
    options: { where?: Where; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = `Biagraph ${_tag} error`;
    this.where = options.where ?? {};
  }
}

type Options = { where?: Where; cause?: unknown };

/** One thing wrong with a configuration or a graph; many are reported together. */
export interface Problem extends Where {
  /** `error` stops the run, `warning` and `notice` are printed. */
  severity: 'error' | 'warning' | 'notice';
  /** A full sentence: what was expected, what came. */
  message: string;
  /** What to do, a full sentence. */
  advice?: string;
  /** Rule of the configuration reference behind it, such as `R250`. */
  rule?: string;
}

/** The configuration is wrong; carries every problem found. */
export class ConfigError extends BiagraphError {
  constructor(
    readonly problems: Problem[],
    options: Options = {},
  ) {
    super('config', problems.map(formatProblem).join('\n'), options);
  }
}

/** The graph does not fit together; carries every problem found. */
export class GraphError extends BiagraphError {
  constructor(
    readonly problems: Problem[],
    options: Options = {},
  ) {
    super('graph', problems.map(formatProblem).join('\n'), options);
  }
}

/** A plugin cannot be loaded or is not what it claims to be. */
export class PluginError extends BiagraphError {
  constructor(message: string, options: Options = {}) {
    super('plugin', message, options);
  }
}

/** The user's data do not fit together: empty folders, counts, shapes, channels, labels, NaN. */
export class DataError extends BiagraphError {
  constructor(message: string, options: Options = {}) {
    super('data', message, options);
  }
}

/** A file cannot be read as what it claims to be. */
export class FormatError extends BiagraphError {
  constructor(message: string, options: Options = {}) {
    super('format', message, options);
  }
}

/** Something would not fit into the declared memory budget. */
export class MemoryError extends BiagraphError {
  constructor(message: string, options: Options = {}) {
    super('memory', message, options);
  }
}

/** A tensor function cannot be traced, compiled or run. */
export class TensorError extends BiagraphError {
  constructor(message: string, options: Options = {}) {
    super('tensor', message, options);
  }
}

/** An output cannot be written: read-only folder, full disk. */
export class OutputError extends BiagraphError {
  constructor(message: string, options: Options = {}) {
    super('output', message, options);
  }
}

/** The user stopped the run. */
export class AbortedError extends BiagraphError {
  constructor(message = 'The run was stopped.', options: Options = {}) {
    super('aborted', message, options);
  }
}

/** True for errors of ours, narrowed to one tag when given. */
export function isBiagraphError(error: unknown, tag?: ErrorTag): error is BiagraphError {
  return error instanceof BiagraphError && (tag === undefined || error._tag === tag);
}

/** `file:line:column: key: message advice`, leaving out what is not known. */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const subject = problem.key ?? problem.node;
  return [place && `${place}:`, `${problem.severity}:`, subject && `${subject}:`, problem.message, problem.advice]
    .filter(Boolean)
    .join(' ');
}

/** A {@link BiagraphError} as plain data, to cross from one thread to another. */
export interface PlainError {
  tag: ErrorTag;
  message: string;
  where: Where;
}

export function toPlainError(error: BiagraphError): PlainError {
  return { tag: error._tag, message: error.message, where: error.where };
}

/** The error that {@link toPlainError} was made from, of the same class. */
export function fromPlainError({ tag, message, where }: PlainError): BiagraphError {
  switch (tag) {
    case 'plugin':
      return new PluginError(message, { where });
    case 'data':
      return new DataError(message, { where });
    case 'format':
      return new FormatError(message, { where });
    case 'memory':
      return new MemoryError(message, { where });
    case 'tensor':
      return new TensorError(message, { where });
    case 'output':
      return new OutputError(message, { where });
    case 'aborted':
      return new AbortedError(message, { where });
    default:
      return new BiagraphError(tag, message, { where });
  }
}
