/** The cheapest way to pair rows with columns. */

/**
 * Pairs every row with a column of its own (or every column with a row, where there are fewer) at the least total cost:
 * shortest augmenting paths with potentials (R. Jonker, A. Volgenant, Computing 38, 1987), as
 * `scipy.optimize.linear_sum_assignment`.
 *
 * @param costs `rows × columns` in C order, all finite.
 * @returns for each row its column, −1 where it has none.
 * @throws RangeError for costs that are not finite or do not fill the matrix.
 */
export function assign(costs: Float64Array, rows: number, columns: number): Int32Array {
  if (costs.length !== rows * columns)
    throw new RangeError(`${costs.length} costs do not fill a matrix of ${rows} × ${columns}`);
  if (!costs.every(Number.isFinite)) throw new RangeError('the costs of an assignment must be finite');
  if (rows > columns) {
    const turned = new Float64Array(costs.length);
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) turned[c * rows + r] = costs[r * columns + c];
    const found = new Int32Array(rows).fill(-1);
    for (const [column, row] of assign(turned, columns, rows).entries()) if (row >= 0) found[row] = column;
    return found;
  }
  const rowPrice = new Float64Array(rows);
  const columnPrice = new Float64Array(columns);
  const columnOf = new Int32Array(rows).fill(-1);
  const rowOf = new Int32Array(columns).fill(-1);
  const shortest = new Float64Array(columns);
  const before = new Int32Array(columns);
  const done = new Uint8Array(columns);
  for (let start = 0; start < rows; start++) {
    shortest.fill(Infinity);
    done.fill(0);
    const reached: number[] = [start];
    let least = 0;
    let sink = -1;
    for (let row = start; sink < 0; ) {
      let next = -1;
      let nearest = Infinity;
      for (let column = 0, at = row * columns; column < columns; column++, at++) {
        if (done[column] === 1) continue;
        const length = least + costs[at] - rowPrice[row] - columnPrice[column];
        if (length < shortest[column]) {
          shortest[column] = length;
          before[column] = row;
        }
        // Of columns equally near a free one ends the search.
        if (shortest[column] < nearest || (shortest[column] === nearest && rowOf[column] < 0)) {
          nearest = shortest[column];
          next = column;
        }
      }
      least = nearest;
      done[next] = 1;
      if (rowOf[next] < 0) sink = next;
      else {
        row = rowOf[next];
        reached.push(row);
      }
    }
    rowPrice[start] += least;
    for (const row of reached.slice(1)) rowPrice[row] += least - shortest[columnOf[row]];
    for (let column = 0; column < columns; column++)
      if (done[column] === 1) columnPrice[column] -= least - shortest[column];
    for (let column = sink; ; ) {
      const row = before[column];
      rowOf[column] = row;
      [columnOf[row], column] = [column, columnOf[row]];
      if (row === start) break;
    }
  }
  return columnOf;
}
