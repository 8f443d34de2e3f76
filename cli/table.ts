/** Columns of text for a terminal. */
export interface TableOptions {
  /** Letters of a line; default 100. */
  width?: number;
  /** Spaces before each line. */
  indent?: number;
  /** Most letters of a column; longer cells are cut. */
  limits?: readonly (number | undefined)[];
}

const GAP = 2;

/** Rows of cells in aligned columns; the last column is wrapped to the width that is left. */
export function formatTable(
  rows: readonly (readonly string[])[],
  { width = 100, indent = 0, limits = [] }: TableOptions = {},
): string {
  const cut = rows.map((row) => row.map((cell, i) => shorten(cell, limits[i])));
  const columns = Math.max(0, ...cut.map((row) => row.length));
  const widths = Array.from({ length: columns - 1 }, (_, i) => Math.max(0, ...cut.map((row) => (row[i] ?? '').length)));
  const before = indent + widths.reduce((sum, column) => sum + column + GAP, 0);
  const left = Math.max(width - before, 20);
  const lines = cut.flatMap((row) => {
    const first = widths.map((column, i) => (row[i] ?? '').padEnd(column + GAP)).join('');
    return wrapText(row[columns - 1] ?? '', left).map((text, i) =>
      `${' '.repeat(indent)}${i === 0 ? first : ' '.repeat(before - indent)}${text}`.trimEnd(),
    );
  });
  return lines.join('\n');
}

/** Lines of at most `width` letters, broken between words. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function shorten(text: string, limit: number | undefined): string {
  return limit !== undefined && text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
