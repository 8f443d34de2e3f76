/**
 * The convex hull of points in space, and which pixels it holds.
 *
 * Points are taken in one by one, the farthest outside of a face first (C. B. Barber, D. P. Dobkin, H. Huhdanpaa, "The Quickhull
 * Algorithm for Convex Hulls", ACM Trans. Mathematical Software 22, 1996).
 */

export interface ConvexPolyhedron {
  /** Four numbers for each face: its normal of length 1, outwards, and d of `n · p + d = 0`; `n · p + d ≤ 0` inside. */
  readonly planes: Float64Array;
  /** Places of the points that are corners, ascending. */
  readonly corners: readonly number[];
}

/** A triangle of the hull. `across[i]` is the face behind the edge from `corners[i]` to the next. */
interface Face {
  readonly corners: readonly [number, number, number];
  readonly across: Face[];
  readonly plane: readonly [number, number, number, number];
  /** Points above the face that no other face has taken. */
  above: number[];
  visible: boolean;
}

/** Distances from a face below this share of the extent count as none. */
const PRECISION = 1e-10;

/**
 * @param points three coordinates for each, in any order of axes.
 * @returns undefined where all points lie in one plane.
 */
export function convexPolyhedron(points: ArrayLike<number>): ConvexPolyhedron | undefined {
  const count = points.length / 3;
  const at = (point: number, axis: number) => points[3 * point + axis];
  let extent = 0;
  for (let i = 0; i < points.length; i++) extent = Math.max(extent, Math.abs(points[i] - points[i % 3]));
  const close = PRECISION * extent;

  const planeOf = (a: number, b: number, c: number): Face['plane'] => {
    const [ux, uy, uz] = [0, 1, 2].map((axis) => at(b, axis) - at(a, axis));
    const [vx, vy, vz] = [0, 1, 2].map((axis) => at(c, axis) - at(a, axis));
    const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    const length = Math.hypot(...normal);
    const [x, y, z] = normal.map((part) => part / length);
    return [x, y, z, -(x * at(a, 0) + y * at(a, 1) + z * at(a, 2))];
  };
  const height = ([x, y, z, d]: Face['plane'], point: number) =>
    x * points[3 * point] + y * points[3 * point + 1] + z * points[3 * point + 2] + d;
  const farthest = (distance: (point: number) => number): [number, number] => {
    let [best, most] = [-1, close];
    for (let i = 0; i < count; i++) {
      const far = distance(i);
      if (far > most) [best, most] = [i, far];
    }
    return [best, most];
  };

  // A tetrahedron to begin with: a corner, the point farthest from it, from both, and from all three.
  const a = 0;
  const [b] = farthest((i) => Math.hypot(at(i, 0) - at(a, 0), at(i, 1) - at(a, 1), at(i, 2) - at(a, 2)));
  if (b < 0) return undefined;
  const edge = [0, 1, 2].map((axis) => at(b, axis) - at(a, axis));
  const long = Math.hypot(...edge);
  const [c] = farthest((i) => {
    const [x, y, z] = [0, 1, 2].map((axis) => at(i, axis) - at(a, axis));
    return Math.hypot(edge[1] * z - edge[2] * y, edge[2] * x - edge[0] * z, edge[0] * y - edge[1] * x) / long;
  });
  if (c < 0) return undefined;
  const base = planeOf(a, b, c);
  const [d] = farthest((i) => Math.abs(height(base, i)));
  if (d < 0) return undefined;
  const [p, q, r] = height(base, d) < 0 ? [a, b, c] : [a, c, b];

  const face = (i: number, j: number, k: number): Face => ({
    corners: [i, j, k],
    across: [],
    plane: planeOf(i, j, k),
    above: [],
    visible: false,
  });
  let faces = [face(p, q, r), face(p, d, q), face(q, d, r), face(r, d, p)];
  const edges = new Map<string, Face>();
  for (const one of faces) for (let i = 0; i < 3; i++) edges.set(`${one.corners[i]} ${one.corners[(i + 1) % 3]}`, one);
  for (const one of faces)
    for (let i = 0; i < 3; i++) one.across[i] = edges.get(`${one.corners[(i + 1) % 3]} ${one.corners[i]}`)!;

  const distribute = (some: Iterable<number>, among: readonly Face[]) => {
    for (const point of some) {
      let [best, most]: [Face | undefined, number] = [undefined, close];
      for (const one of among) {
        const far = height(one.plane, point);
        if (far > most) [best, most] = [one, far];
      }
      best?.above.push(point);
    }
  };
  distribute(
    Array.from({ length: count }, (_, i) => i),
    faces,
  );
  const waiting = faces.filter(({ above }) => above.length > 0);
  for (let start = waiting.pop(); start; start = waiting.pop()) {
    if (start.visible || start.above.length === 0) continue;
    const { plane } = start;
    const eye = start.above.reduce((best, point) => (height(plane, point) > height(plane, best) ? point : best));
    // All faces that the point sees go; their rim is closed by faces to the point.
    const seen = [start];
    start.visible = true;
    const rim: { from: number; to: number; behind: Face }[] = [];
    for (const one of seen)
      for (let i = 0; i < 3; i++) {
        const behind = one.across[i];
        if (behind.visible) continue;
        if (height(behind.plane, eye) > close) {
          behind.visible = true;
          seen.push(behind);
        } else rim.push({ from: one.corners[i], to: one.corners[(i + 1) % 3], behind });
      }
    // A face that was seen after one of its edges was taken for the rim makes that edge an inner one.
    const outer = rim.filter(({ behind }) => !behind.visible);
    // Rounding could tear the rim into several: such a point lies within the precision of the hull, and is left out.
    if (new Set(outer.map(({ from }) => from)).size !== outer.length) {
      for (const one of seen) one.visible = false;
      start.above = start.above.filter((point) => point !== eye);
      waiting.push(start);
      continue;
    }
    const made = new Map<number, Face>();
    for (const { from, to, behind } of outer) {
      const one = face(from, to, eye);
      one.across[0] = behind;
      behind.across[behind.corners.indexOf(to)] = one;
      made.set(from, one);
    }
    for (const one of made.values()) {
      one.across[1] = made.get(one.corners[1])!;
      one.across[1].across[2] = one;
    }
    const fresh = [...made.values()];
    distribute(
      seen.flatMap(({ above }) => above).filter((point) => point !== eye),
      fresh,
    );
    faces = faces.filter(({ visible }) => !visible);
    faces.push(...fresh);
    waiting.push(...fresh.filter(({ above }) => above.length > 0));
  }
  return {
    planes: Float64Array.from(faces.flatMap(({ plane }) => plane)),
    corners: [...new Set(faces.flatMap(({ corners }) => corners))].sort((i, j) => i - j),
  };
}

/**
 * Visits the pixels of a box that lie in a polyhedron of points `[z, y, x]`, row by row.
 *
 * @param tolerance how far outside of a face a pixel may lie.
 * @param visit gets z, y, the first x of a row, and the x behind the last.
 */
export function rowsInside(
  { planes }: ConvexPolyhedron,
  start: readonly number[],
  end: readonly number[],
  tolerance: number,
  visit: (z: number, y: number, first: number, behind: number) => void,
): void {
  for (let z = start[0]; z < end[0]; z++)
    for (let y = start[1]; y < end[1]; y++) {
      let [low, high] = [start[2], end[2] - 1];
      for (let i = 0; i < planes.length && low <= high; i += 4) {
        const slope = planes[i + 2];
        const rest = tolerance - (planes[i] * z + planes[i + 1] * y + planes[i + 3]);
        if (slope > 0) high = Math.min(high, Math.floor(rest / slope));
        else if (slope < 0) low = Math.max(low, Math.ceil(rest / slope));
        else if (rest < 0) high = low - 1;
      }
      if (low <= high) visit(z, y, low, high + 1);
    }
}
