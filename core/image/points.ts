/** Points of objects from tables: BiaPy's CSV files of detection targets. */
import { readFile } from 'node:fs/promises';
import { DataError, FormatError } from '../errors.js';
import { parseCsv } from '../job/csv.js';

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

/** A table larger than this holds no points that anybody counted. */
const LARGEST_FILE = 256 * 2 ** 20;
/** Problems told in one message; the rest is counted. */
const MOST_TOLD = 5;

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
    const bytes = await readFile(file);
    if (bytes.length > LARGEST_FILE) throw new Error(`it has ${bytes.length} bytes`);
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(`${file}: cannot be read as a table of points (${(cause as Error).message}).`, {
      where: { file },
      cause,
    });
  }
  return parsePoints(text, file, options);
}

/** {@link readPoints} of a text. */
export function parsePoints(text: string, file: string, { ndim, shape, classes }: PointOptions): Points {
  const [head = [], ...rows] = parseTable(text, file);
  const names = head.map((name) => name.trim().toLowerCase());
  const columns = Array.from({ length: ndim }, (_, axis) => names.indexOf(`axis-${axis}`));
  const classColumn = names.indexOf('class');
  const wanted = [...columns.keys()].map((axis) => `axis-${axis}`);
  if (columns.some((column) => column < 0) || names.includes(`axis-${ndim}`) || (classes && classColumn < 0))
    throw new FormatError(
      `${file}: expected the columns ${[...wanted, ...(classes ? ['class'] : [])].join(', ')} of a ${ndim}D problem, ` +
        `found ${head.join(', ') || 'nothing'}. Name the columns so.`,
      { where: { file } },
    );
  const points: Points = { coordinates: [], ...(classColumn >= 0 && { classes: [] }) };
  const problems: string[] = [];
  rows.forEach((row, i) => {
    if (row.every((cell) => cell.trim() === '')) return;
    // Line 1 holds the names.
    const problem = takeRow(row, { columns, classColumn, shape, classes }, points);
    if (problem) problems.push(`line ${i + 2}: ${problem}`);
  });
  if (problems.length > 0)
    throw new DataError(
      `${file}: ${problems.slice(0, MOST_TOLD).join(' ')}` +
        (problems.length > MOST_TOLD ? ` And ${problems.length - MOST_TOLD} more lines.` : ''),
      { where: { file } },
    );
  return points;
}

function parseTable(text: string, file: string): string[][] {
  try {
    return parseCsv(text);
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
  if (odd >= 0) return `axis-${odd} is '${row[columns[odd]] ?? ''}', not a number.`;
  const place = numbers.map(Math.trunc);
  if (shape && place.some((at, axis) => at < 0 || at >= shape[axis]))
    return `the point (${place.join(', ')}) lies outside the image of ${shape.join('×')}.`;
  if (classColumn >= 0) {
    const id = numberOf(row[classColumn]);
    if (!Number.isInteger(id) || id < 1 || (classes !== undefined && id > classes))
      return `class is '${row[classColumn] ?? ''}', expected a whole number from 1${classes ? ` to ${classes}` : ''}.`;
    points.classes!.push(id);
  }
  points.coordinates.push(place);
  return undefined;
}

/** NaN for an empty cell, which `Number` would take for 0. */
function numberOf(cell = ''): number {
  return cell.trim() === '' ? Number.NaN : Number(cell);
}
