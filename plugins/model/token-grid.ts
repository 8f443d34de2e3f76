/** Which tokens of an image are hidden in a regular pattern. */

export interface TokenSets {
  /** Tokens that an encoder sees, in raster order. */
  readonly seen: readonly number[];
  /** One number per token: 1 where the loss counts, else 0. */
  readonly counted: readonly number[];
}

/**
 * A checkerboard: tokens whose places sum to an even number are hidden, and the loss counts these.
 *
 * `grid-biapy` is the same in 2D. In 3D BiaPy marks the tokens whose three places are all even or all odd, a quarter; its
 * loss counts these, while half of all tokens are dropped: its encoder sees some of the unmarked ones. Which ones PyTorch's
 * sort leaves open, as all of them are equal to it; the first ones here, unless others are given.
 *
 * @param grid tokens per axis, `[y, x]` or `[z, y, x]`.
 * @param visible tokens that the encoder sees with `grid-biapy` in 3D.
 */
export function gridMask(
  grid: readonly number[],
  pattern: 'grid' | 'grid-biapy',
  visible?: readonly number[],
): TokenSets {
  const places = rasterOrder(grid);
  const quarter = pattern === 'grid-biapy' && grid.length === 3;
  const isMarked = (place: readonly number[]) =>
    quarter ? place.every((at) => at % 2 === place[0] % 2) : place.reduce((sum, at) => sum + at, 0) % 2 === 0;
  const counted = places.map((place) => (isMarked(place) ? 1 : 0));
  const unmarked = places.flatMap((_, token) => (counted[token] === 0 ? [token] : []));
  const seen = quarter ? (visible ?? unmarked.slice(0, Math.floor(places.length / 2))) : unmarked;
  return { seen, counted };
}

function rasterOrder(grid: readonly number[]): number[][] {
  return grid.reduce<number[][]>(
    (places, side) => places.flatMap((place) => Array.from({ length: side }, (_, at) => [...place, at])),
    [[]],
  );
}
