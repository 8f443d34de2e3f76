/** Tables as comma-separated text (RFC 4180). */

/** A cell; undefined is an empty one. */
export type Cell = string | number | boolean | undefined;

/**
 * Rows of text: fields with commas, quotes or line breaks are quoted, lines end with CRLF. Numbers are written with as
 * many digits as give the very same double again; `NaN`, `Infinity` and `-0` too.
 */
export function formatCsv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(formatCell).join(',')}\r\n`).join('');
}

/**
 * Reads what {@link formatCsv} and others write: CRLF or LF, a byte order mark, quotes inside quotes. Values stay text.
 *
 * @throws SyntaxError when a quoted field does not end.
 */
export function parseCsv(text: string): string[][] {
  return [...csvRows(text)];
}

/** {@link parseCsv}, row by row. */
export function* csvRows(text: string): Generator<string[]> {
  const field = /("[^"]*(?:""[^"]*)*"|[^",\r\n]*)(,|\r\n|\n|$)/y;
  let row: string[] = [];
  field.lastIndex = text.startsWith('\uFEFF') ? 1 : 0;
  while (field.lastIndex < text.length || row.length > 0) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (match === null) throw new SyntaxError(`no comma-separated field at character ${at + 1}`);
    const [, value, end] = match;
    row.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end === ',') continue;
    yield row;
    row = [];
    if (end === '') break;
  }
}

function formatCell(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return Object.is(cell, -0) ? '-0' : String(cell);
  if (typeof cell === 'boolean') return String(cell);
  return /[",\r\n\uFEFF]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
