/** Errors as people read them. */
import { BiagraphError, ConfigError, GraphError, type Problem } from '../core/errors.js';
import { paint, type Style } from './paint.js';

export interface FailureOptions {
  colour: boolean;
  /** Show where in the program it happened (`BIAGRAPH_DEBUG`). */
  debug: boolean;
}

/** The text for an error that ended the command, without a line break at its end. */
export function describeFailure(error: unknown, options: FailureOptions): string {
  const text = isOurs(error) ? describeOurs(error, options) : describeDefect(error, options);
  return options.debug ? `${text}\n\n${stackOf(error)}` : text;
}

/** Problems one after the other, each with its place first so that editors can jump to it; a count at the end. */
export function describeProblems(problems: readonly Problem[], { colour }: { colour: boolean }): string {
  const count = (severity: Problem['severity']) => problems.filter((problem) => problem.severity === severity).length;
  const counted = [plural(count('error'), 'error'), plural(count('warning'), 'warning')].filter(Boolean);
  return [
    ...problems.map((problem) => describeProblem(problem, colour)),
    // One alone needs no count.
    ...(problems.length > 1 ? [counted.join(', ')] : []),
  ].join('\n');
}

const STYLES: Readonly<Record<Problem['severity'], Style>> = { error: 'red', warning: 'yellow', notice: 'cyan' };

function describeProblem({ file, line, column, severity, key, node, message, advice }: Problem, colour: boolean) {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const subject = key ?? node;
  const head = [
    place && `${paint(place, 'bold', colour)}:`,
    `${paint(severity, STYLES[severity], colour)}:`,
    subject && `${subject}:`,
    message,
  ];
  return [head.filter(Boolean).join(' '), ...(advice ? [`    ${advice}`] : [])].join('\n');
}

function describeOurs(error: BiagraphError, options: FailureOptions): string {
  if (error instanceof ConfigError || error instanceof GraphError) return describeProblems(error.problems, options);
  // A message that names neither a file nor a key still says which step of the graph it came from.
  const { node, file, key } = error.where;
  const place = node !== undefined && file === undefined && key === undefined ? `\n    In node '${node}'.` : '';
  return `${paint('error', 'red', options.colour)}: ${error.message}${place}`;
}

function describeDefect(error: unknown, { colour, debug }: FailureOptions): string {
  const message = error instanceof Error ? error.message : String(error);
  return [
    `${paint('error', 'red', colour)}: ${message}`,
    '    This is a defect of Biagraph and not of your data. Please report it, with this message and your YAML file.',
    ...(debug ? [] : ['    Set BIAGRAPH_DEBUG=1 and run again to see where it happened.']),
  ].join('\n');
}

/** Also true for errors from a second copy of the package, which a plugin may bring. */
function isOurs(error: unknown): error is BiagraphError {
  return error instanceof BiagraphError || (error instanceof Error && '_tag' in error && 'where' in error);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\nCaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

function plural(count: number, noun: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`;
}
