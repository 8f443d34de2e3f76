/**
 * Places the boxes of a graph in layers, from top to bottom, so that edges run down and past the boxes between.
 *
 * Layers by longest path, edges over several layers held apart by way points, order within a layer by barycentres
 * (K. Sugiyama, S. Tagawa, M. Toda 1981), distances by least squares.
 */

/** What is needed of a graph to draw it; those of jobs, and others. */
export interface DrawableNode {
  readonly name: string;
  /** Node that feeds each port. */
  readonly inputs: Readonly<Record<string, string>>;
}

export interface Drawable {
  /** Every node after those that feed it. */
  readonly order: readonly DrawableNode[];
}

export interface Size {
  width: number;
  height: number;
}

/** A placed node; `x` and `y` are its upper left corner. */
export interface Box extends Size {
  name: string;
  layer: number;
  x: number;
  y: number;
}

export interface Point {
  x: number;
  y: number;
}

/** An edge as a row of points: straight down from point 2i to 2i+1 inside a layer, free from there to the next layer. */
export interface Route {
  from: string;
  to: string;
  port: string;
  points: Point[];
}

export interface Layout extends Size {
  boxes: Box[];
  routes: Route[];
}

export interface Gaps {
  /** Between boxes of a layer. */
  across: number;
  /** Between layers. */
  down: number;
}

interface Edge {
  from: string;
  to: string;
  port: string;
}

/** A node, or the place where an edge passes a layer. */
interface Cell extends Size {
  layer: number;
  before: Cell[];
  after: Cell[];
  /** Centre. */
  x: number;
}

/** Rounds of ordering and of moving; graphs of a workflow are settled after two or three. */
const ROUNDS = 8;

/** Places every node of a graph; sizes and gaps are in one unit of the caller's choice. */
export function layoutGraph(graph: Drawable, sizeOf: (name: string) => Size, gaps: Gaps): Layout {
  const order = readingOrder(graph);
  const edges = order.flatMap(({ name, inputs }) =>
    Object.entries(inputs).map(([port, from]): Edge => ({ from, to: name, port })),
  );
  const names = order.map(({ name }) => name);
  const ranks = layersOf(names, edges);
  const cells = new Map(names.map((name) => [name, cell(ranks.get(name)!, sizeOf(name))]));
  const layers: Cell[][] = Array.from(
    { length: Math.max(0, ...ranks.values()) + (names.length > 0 ? 1 : 0) },
    () => [],
  );
  for (const placed of cells.values()) layers[placed.layer].push(placed);
  const rows = edges.map((edge) => connect(cells.get(edge.from)!, cells.get(edge.to)!, layers));

  orderLayers(layers);
  spread(layers, gaps.across);

  const heights = layers.map((layer) => Math.max(...layer.map(({ height }) => height)));
  const tops = heights.map((_, i) => heights.slice(0, i).reduce((sum, height) => sum + height + gaps.down, 0));
  const boxes = names.map((name): Box => {
    const { layer, width, height, x } = cells.get(name)!;
    return { name, layer, width, height, x: x - width / 2, y: tops[layer] };
  });
  return {
    boxes,
    routes: edges.map((edge, i) => ({ ...edge, points: trace(i, rows, tops, heights) })),
    width: Math.max(0, ...boxes.map((box) => box.x + box.width), ...layers.flat().map(({ x }) => x)),
    height: tops.length === 0 ? 0 : tops[tops.length - 1] + heights[heights.length - 1],
  };
}

/** Nodes after those that feed them, a branch to its end before the next one starts. */
export function readingOrder<N extends DrawableNode>({ order }: { order: readonly N[] }): N[] {
  const nodes = new Map(order.map((node) => [node.name, node]));
  const list = new Set<N>();
  const tell = (node: N) => {
    for (const from of Object.values(node.inputs)) tell(nodes.get(from)!);
    list.add(node);
  };
  for (const node of order) if (!order.some(({ inputs }) => Object.values(inputs).includes(node.name))) tell(node);
  return [...list];
}

/** The layer of each node, from 0: after all that feed it, and near those that it feeds. */
export function layersOf(names: readonly string[], edges: readonly Edge[]): Map<string, number> {
  const layers = new Map<string, number>();
  for (const name of names) {
    const before = edges.filter((edge) => edge.to === name).map((edge) => layers.get(edge.from)! + 1);
    layers.set(name, Math.max(0, ...before));
  }
  // A short branch hangs beside the end of the long one that it joins, instead of trailing a long edge.
  for (const name of [...names].reverse()) {
    const after = edges.filter((edge) => edge.from === name).map((edge) => layers.get(edge.to)! - 1);
    const feeding = edges.filter((edge) => edge.to === name).length;
    if (after.length > 0 && after.length >= feeding) layers.set(name, Math.min(...after));
  }
  return layers;
}

function cell(layer: number, { width, height }: Size): Cell {
  return { layer, width, height, before: [], after: [], x: 0 };
}

/** The cells of an edge from end to end, with a way point in each layer between. */
function connect(from: Cell, to: Cell, layers: Cell[][]): Cell[] {
  const row = [from];
  for (let layer = from.layer + 1; layer < to.layer; layer++) {
    const point = cell(layer, { width: 0, height: 0 });
    layers[layer].push(point);
    row.push(point);
  }
  row.push(to);
  for (let i = 1; i < row.length; i++) {
    row[i - 1].after.push(row[i]);
    row[i].before.push(row[i - 1]);
  }
  return row;
}

/** Sorts every layer by where its neighbours stand, downwards and upwards in turn; keeps the order of fewest crossings. */
function orderLayers(layers: Cell[][]): void {
  let best = layers.map((layer) => [...layer]);
  let least = crossings(layers);
  for (let round = 0; round < ROUNDS && least > 0; round++) {
    const downwards = round % 2 === 0;
    for (const layer of downwards ? layers : [...layers].reverse()) {
      const neighbours = (member: Cell) => (downwards ? member.before : member.after);
      const places = new Map(layer.map((member, i) => [member, mean(neighbours(member).map(placeIn(layers))) ?? i]));
      layer.sort((a, b) => places.get(a)! - places.get(b)!);
    }
    const count = crossings(layers);
    if (count < least) {
      least = count;
      best = layers.map((layer) => [...layer]);
    }
  }
  for (const [i, layer] of best.entries()) layers[i].splice(0, layer.length, ...layer);
}

function placeIn(layers: Cell[][]): (member: Cell) => number {
  return (member) => layers[member.layer].indexOf(member);
}

function crossings(layers: Cell[][]): number {
  let count = 0;
  const place = placeIn(layers);
  for (const layer of layers) {
    const lines = layer.flatMap((member, i) => member.after.map((next) => [i, place(next)]));
    for (const [a, b] of lines) for (const [c, d] of lines) if (a < c && b > d) count++;
  }
  return count;
}

/** Gives each cell its centre: as near to its neighbours as the order and the gaps let it. */
function spread(layers: Cell[][], gap: number): void {
  for (const layer of layers)
    settle(
      layer,
      layer.map(() => 0),
      gap,
    );
  for (let round = 0; round < ROUNDS; round++) {
    const downwards = round % 2 === 0;
    for (const layer of downwards ? layers : [...layers].reverse())
      settle(
        layer,
        layer.map((member) => {
          const near = downwards ? member.before : member.after;
          return mean((near.length > 0 ? near : [...member.before, ...member.after]).map(({ x }) => x)) ?? member.x;
        }),
        gap,
      );
  }
  const left = Math.min(
    0,
    ...[Math.min(...layers.flat().map(({ x, width }) => x - width / 2))].filter(Number.isFinite),
  );
  for (const member of layers.flat()) member.x -= left;
}

/** Least squares: centres nearest to the wanted ones that keep the order and the gaps (pool adjacent violators). */
function settle(layer: Cell[], wanted: number[], gap: number): void {
  const offsets = layer.map(() => 0);
  for (let i = 1; i < layer.length; i++)
    offsets[i] = offsets[i - 1] + layer[i - 1].width / 2 + gap + layer[i].width / 2;
  const pools: { sum: number; count: number }[] = [];
  for (let i = 0; i < layer.length; i++) {
    let pool = { sum: wanted[i] - offsets[i], count: 1 };
    for (let last = pools.at(-1); last && last.sum / last.count > pool.sum / pool.count; last = pools.at(-1)) {
      pools.pop();
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
    }
    pools.push(pool);
  }
  const places = pools.flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count));
  layer.forEach((member, i) => {
    member.x = places[i] + offsets[i];
  });
}

function trace(index: number, rows: Cell[][], tops: number[], heights: number[]): Point[] {
  const row = rows[index];
  const [from, to] = [row[0], row[row.length - 1]];
  const bottom = (layer: number) => tops[layer] + heights[layer];
  const start = from.x + port(from, rows, row, 'after');
  return [
    { x: start, y: tops[from.layer] + from.height },
    { x: start, y: bottom(from.layer) },
    ...row.slice(1, -1).flatMap(({ x, layer }) => [
      { x, y: tops[layer] },
      { x, y: bottom(layer) },
    ]),
    { x: to.x + port(to, rows, row, 'before'), y: tops[to.layer] },
  ];
}

/** Edges of one box leave and enter side by side, in the order of where they lead. */
function port(box: Cell, rows: Cell[][], row: Cell[], side: 'before' | 'after'): number {
  const neighbour = (edge: Cell[]) => edge[side === 'after' ? 1 : edge.length - 2];
  const beside = rows.filter((edge) => edge[side === 'after' ? 0 : edge.length - 1] === box);
  beside.sort((a, b) => neighbour(a).x - neighbour(b).x);
  return box.width * ((beside.indexOf(row) + 1) / (beside.length + 1) - 0.5);
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
