/** Points of objects from tables: BiaPy's CSV files of detection targets. */
import { readFile, stat } from 'node:fs/promises';
import { DataError, FormatError } from '../errors.js';
import { csvRows } from '../job/csv.js';
import { formatBytes } from '../job/memory.js';

export interface Points {
  /** Whole pixels `[y, x]` or `[z, y, x]`, in the order of the file. */
  coordinates: number[][];
  /** Class ids from 1, one for each point, where the file has them. */
  classes?: number[];
}

export interface PointOptions {
  ndim: 2 | 3;
  /** `[y, x]` or `[z, y, x]` of the image; points must lie inside. */
  shape?: readonly number[];
  /** Classes that there may be; a column `class` is then required. */
  classes?: number;
}

/** A table larger than this, of millions of points, was not meant. */
const LARGEST_FILE = 64 * 2 ** 20;
/** Problems told in one message; the rest is counted. */
const MOST_TOLD = 5;
/** Wrong lines after which nobody reads on. */
const MOST_COUNTED = 1000;
/** Letters of a file that a message shows. */
const MOST_SHOWN = 60;

/**
 * Reads `axis-0, axis-1[, axis-2]` (y, x or z, y, x) and `class` of a CSV file; other columns are passed over.
 * Coordinates are truncated to whole pixels, as BiaPy does.
 *
 * @throws FormatError for a file that is no such table; DataError, all together and by line, for values that are no
 *   numbers, points outside the image and classes that there are not.
 */
export async function readPoints(file: string, options: PointOptions): Promise<Points> {
  let text: string;
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new Error(found.isDirectory() ? 'it is a folder' : 'it is a device or a pipe');
    if (found.size > LARGEST_FILE)
      throw new Error(`it has ${formatBytes(found.size)}, more than ${formatBytes(LARGEST_FILE)}`);
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    // What TextDecoder says is for programmers.
    const reason =
      cause instanceof TypeError ? 'it is no text in UTF-8; save it as "CSV UTF-8"' : (cause as Error).message;
    throw new FormatError(`${file}: cannot be read as a table of points (${reason}).`, {
      where: { file },
      cause,
    });
  }
  return parsePoints(text, file, options);
}

/** {@link readPoints} of a text. */
export function parsePoints(text: string, file: string, { ndim, shape, classes }: PointOptions): Points {
  const rows = tableRows(text, file);
  const head = rows.next().value ?? [];
  const names = head.map((name) => name.trim().toLowerCase());
  const columns = Array.from({ length: ndim }, (_, axis) => names.indexOf(`axis-${axis}`));
  const classColumn = names.indexOf('class');
  const wanted = [...columns.keys()].map((axis) => `axis-${axis}`);
  if (columns.some((column) => column < 0) || names.includes(`axis-${ndim}`) || (classes && classColumn < 0))
    throw new FormatError(
      `${file}: expected the columns ${[...wanted, ...(classes ? ['class'] : [])].join(', ')} of a ${ndim}D problem, ` +
        `found ${shown(head.join(', ')) || 'nothing'}. Name the columns so.`,
      { where: { file } },
    );
  const points: Points = { coordinates: [], ...(classColumn >= 0 && { classes: [] }) };
  const problems: string[] = [];
  let untold = 0;
  // Line 1 holds the names.
  let line = 1;
  for (const row of rows) {
    line++;
    if (row.every((cell) => cell.trim() === '')) continue;
    const problem = takeRow(row, { columns, classColumn, shape, classes }, points);
    if (!problem) continue;
    if (problems.length < MOST_TOLD) problems.push(`line ${line}: ${problem}`);
    else if (++untold === MOST_COUNTED) break;
  }
  if (problems.length > 0)
    throw new DataError(`${file}: ${problems.join(' ')}${untoldText(untold)}`, {
      where: { file },
    });
  return points;
}

/** Row by row: what is no table of points is told by its first line, and a large one is not in memory twice. */
function* tableRows(text: string, file: string): Generator<string[], undefined> {
  try {
    yield* csvRows(text);
    return undefined;
  } catch (cause) {
    throw new FormatError(`${file}: is no table of comma-separated values: ${(cause as Error).message}.`, {
      where: { file },
      cause,
    });
  }
}

interface Row extends Pick<PointOptions, 'shape' | 'classes'> {
  columns: number[];
  classColumn: number;
}

/** Adds a point, or tells what is wrong with it. */
function takeRow(row: string[], { columns, classColumn, shape, classes }: Row, points: Points): string | undefined {
  const numbers = columns.map((column) => numberOf(row[column]));
  const odd = numbers.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) return `axis-${odd} is '${shown(row[columns[odd]])}', not a number.`;
  const place = numbers.map(Math.trunc);
  if (shape && place.some((at, axis) => at < 0 || at >= shape[axis]))
    return `the point (${place.join(', ')}) lies outside the image of ${shape.join('×')}.`;
  if (classColumn >= 0) {
    const id = numberOf(row[classColumn]);
    if (!Number.isInteger(id) || id < 1 || (classes !== undefined && id > classes))
      return `class is '${shown(row[classColumn])}', expected a whole number from 1${classes ? ` to ${classes}` : ''}.`;
    points.classes!.push(id);
  }
  points.coordinates.push(place);
  return undefined;
}

function untoldText(lines: number): string {
  if (lines === 0) return '';
  return lines < MOST_COUNTED ? ` And ${lines} more lines.` : ` And more than ${MOST_COUNTED} other lines.`;
}

/** As much of a text as a message can hold, without what is no text. */
function shown(text = ''): string {
  const start = [...text.slice(0, MOST_SHOWN)].map((letter) => (letter < ' ' ? '\uFFFD' : letter)).join('');
  return text.length > MOST_SHOWN ? `${start}...` : start;
}

/** NaN for an empty cell, which `Number` would take for 0. */
function numberOf(cell = ''): number {
  return cell.trim() === '' ? Number.NaN : Number(cell);
}
