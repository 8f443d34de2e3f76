/** How many parts, tunnels and cavities an object has. */

/**
 * Vertices − edges + faces − cells of the closed pixels together: objects, less their tunnels (in 2D holes), plus their cavities, with
 * neighbours across corners.
 *
 * @param mask 1 on the object.
 * @param sides `[z, y, x]`, with z = 1 in 2D.
 */
export function eulerNumber(mask: Uint8Array, sides: readonly number[], axes: 2 | 3): number {
  const [depth, height, width] = sides;
  const isInside = (z: number, y: number, x: number) =>
    z >= 0 && z < depth && y >= 0 && y < height && x >= 0 && x < width && mask[(z * height + y) * width + x] === 1;
  // A cell of the complex lies at (z, y, x) and reaches along some axes: it belongs to it when a pixel around it does.
  let sum = 0;
  for (let along = 0; along < 1 << axes; along++) {
    const [az, ay, ax] = [(along >> 2) & 1, (along >> 1) & 1, along & 1];
    const sign = (az + ay + ax) % 2 === 0 ? 1 : -1;
    for (let z = 0; z <= depth - az - (axes === 2 ? 1 : 0); z++)
      for (let y = 0; y <= height - ay; y++)
        for (let x = 0; x <= width - ax; x++) {
          let found = false;
          for (let k = z - (az === 0 && axes === 3 ? 1 : 0); k <= z && !found; k++)
            for (let j = y - 1 + ay; j <= y && !found; j++)
              for (let i = x - 1 + ax; i <= x && !found; i++) found = isInside(k, j, i);
          if (found) sum += sign;
        }
  }
  return sum;
}
