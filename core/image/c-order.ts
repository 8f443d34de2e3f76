/** Arrays in C order: the last axis runs fastest. */

/**
 * Where the value with a number in C order lies: its place on each axis, the last one fastest.
 *
 * @param index from 0 to the product of `sides` − 1.
 * @param sides values on each axis.
 */
export function placeAt(index: number, sides: readonly number[]): number[] {
  const place = new Array<number>(sides.length);
  for (let axis = sides.length - 1, rest = index; axis >= 0; axis--) {
    place[axis] = rest % sides[axis];
    rest = Math.floor(rest / sides[axis]);
  }
  return place;
}

/** Strides of an array in C order: how many values further the next place on each axis lies. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1, step = 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}
