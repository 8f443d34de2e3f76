import { textWidth } from '../../job/drawn-text.js';
import type { BoundGraph, BoundNode } from '../compile.js';
import { ROLE_COLOURS } from './colour.js';
import { type Box, type Layout, layoutGraph, type Point, type Route } from './layered.js';
import { pictureLines } from './summary.js';

const MOST = { lines: 6, letters: 34 };
const GAPS = { across: 32, down: 52 };
const MARGIN = 24;
/** Inside of a box: room at the sides, above the name, and the height of each kind of line. */
const INSIDE = { side: 16, end: 10, name: 18, plugin: 16, parameter: 14 };
const SIZES = { title: 15, name: 13, plugin: 11, parameter: 10, edge: 10 };
/** Names are bold, and fonts differ from the one that is measured with. */
const SLACK = { bold: 1.12, plain: 1.04 };
export const FONTS = "'DejaVu Sans', Verdana, system-ui, sans-serif";

export const LIGHT = { page: '#ffffff', box: '#f6f8fa', name: '#1f2328', muted: '#59636e', edge: '#818b98' };
export const DARK = { page: '#0d1117', box: '#161b22', name: '#e6edf3', muted: '#9198a1', edge: '#6e7681' };

/**
 * The graph as a picture that needs nothing beside it: a box for each node in the colour of its role, with its plugin
 * and its parameters. It follows the reader's light or dark setting.
 */
export function drawSvg(bound: BoundGraph): string {
  const nodes = new Map(bound.order.map((node) => [node.name, node]));
  const lines = new Map(bound.order.map((node) => [node.name, pictureLines(node, MOST)]));
  // Boxes of one width let the edges of a branch run straight.
  const boxWidth = Math.max(0, ...bound.order.map((node) => widthOf(node, lines.get(node.name)!)));
  const layout = layoutGraph(bound, (name) => ({ width: boxWidth, height: heightOf(lines.get(name)!) }), GAPS);
  const title = `${bound.graph.phase} graph`;
  const top = MARGIN + SIZES.title + 14;
  const width = Math.ceil(Math.max(layout.width, textWidth(title, SIZES.title)) + 2 * MARGIN);
  const height = Math.ceil(layout.height + top + MARGIN);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}" font-family="${FONTS}">`,
    style(bound),
    `<rect class="page" width="100%" height="100%" fill="${LIGHT.page}"/>`,
    text(title, MARGIN, MARGIN + SIZES.title - 3, SIZES.title, 'name', LIGHT.name, 'bold'),
    `<g transform="translate(${MARGIN},${top})">`,
    ...layout.routes.map(drawRoute),
    ...layout.boxes.map((box) => drawBox(box, nodes.get(box.name)!, lines.get(box.name)!)),
    ...edgeLabels(layout, nodes),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function widthOf({ name, definition }: BoundNode, lines: readonly string[]): number {
  const widths = [
    textWidth(name, SIZES.name) * SLACK.bold,
    textWidth(definition.id, SIZES.plugin) * SLACK.plain,
    ...lines.map((line) => textWidth(line, SIZES.parameter) * SLACK.plain),
  ];
  return Math.ceil(Math.max(...widths)) + 2 * INSIDE.side;
}

function heightOf(lines: readonly string[]): number {
  return 2 * INSIDE.end + INSIDE.name + INSIDE.plugin + lines.length * INSIDE.parameter;
}

function drawBox({ x, y, width, height }: Box, { name, definition }: BoundNode, lines: readonly string[]): string {
  const { role, id, summary } = definition;
  const colour = ROLE_COLOURS[role].light;
  const left = x + INSIDE.side;
  let baseline = y + INSIDE.end + INSIDE.name - 5;
  const parts = [
    `<g><title>${escapeXml(`${role}: ${summary}`)}</title>`,
    `<rect class="box line-${role}" x="${round(x)}" y="${round(y)}" width="${width}" height="${height}" rx="6" fill="${LIGHT.box}" stroke="${colour}" stroke-width="1.25"/>`,
    `<rect class="fill-${role}" x="${round(x)}" y="${round(y + 8)}" width="4" height="${height - 16}" fill="${colour}"/>`,
    text(name, left, baseline, SIZES.name, `fill-${role}`, colour, 'bold'),
  ];
  baseline += INSIDE.plugin;
  parts.push(text(id, left, baseline, SIZES.plugin, 'name', LIGHT.name));
  for (const line of lines) {
    baseline += INSIDE.parameter;
    parts.push(text(line, left, baseline, SIZES.parameter, 'muted', LIGHT.muted));
  }
  return `${parts.join('\n')}\n</g>`;
}

export function drawRoute({ points }: Route): string {
  const at = ({ x, y }: Point) => `${round(x)} ${round(y)}`;
  let d = `M${at(points[0])}`;
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1], points[i]];
    const middle = (from.y + to.y) / 2;
    const straight = i % 2 === 1 || from.x === to.x;
    d += straight ? `L${at(to)}` : `C${at({ x: from.x, y: middle })} ${at({ x: to.x, y: middle })} ${at(to)}`;
  }
  const { x, y } = points[points.length - 1];
  const head = `M${round(x - 4)} ${round(y - 7)}L${at({ x, y })}L${round(x + 4)} ${round(y - 7)}`;
  return `<path class="edge" d="${d}${head}" fill="none" stroke="${LIGHT.edge}" stroke-width="1.5"/>`;
}

/** What a node gives stands below its box, the port that an edge enters above it, where it is not the main one. */
function edgeLabels({ routes, boxes }: Layout, nodes: ReadonlyMap<string, BoundNode>): string[] {
  // On the side that the edge does not turn to.
  const label = (content: string, x: number, y: number, turnsRight: boolean) =>
    text(
      content,
      turnsRight ? x - 7 - textWidth(content, SIZES.edge) : x + 7,
      y,
      SIZES.edge,
      'muted halo',
      LIGHT.muted,
    );
  const leaving = boxes.flatMap(({ name }) => {
    const starts = routes.filter(({ from }) => from === name).map(({ points }) => points);
    if (starts.length === 0) return [];
    const [start, , next] = starts.reduce((right, points) => (points[0].x > right[0].x ? points : right));
    return [label(nodes.get(name)!.output ?? '', start.x, start.y + 14, next.x > start.x)];
  });
  const entering = routes.flatMap(({ port, points }) => {
    if (port === 'main') return [];
    const [before, end] = points.slice(-2);
    return [label(port, end.x, end.y - 8, before.x > end.x)];
  });
  return [...leaving, ...entering];
}

/** Placed by `transform`, and coloured by an attribute that the style sheet overrides in the dark. */
export function text(
  content: string,
  x: number,
  y: number,
  size: number,
  look: string,
  fill: string,
  weight: 'normal' | 'bold' = 'normal',
): string {
  const bold = weight === 'bold' ? ' font-weight="bold"' : '';
  return `<text class="${look}" transform="translate(${round(x)},${round(y)})" font-size="${size}"${bold} fill="${fill}">${escapeXml(content)}</text>`;
}

function style({ order }: BoundGraph): string {
  const roles = [...new Set(order.map(({ definition }) => definition.role))];
  const dark = [
    `.page{fill:${DARK.page}}.box{fill:${DARK.box}}.name{fill:${DARK.name}}.muted{fill:${DARK.muted}}`,
    `.edge{stroke:${DARK.edge}}.halo{stroke:${DARK.page}}`,
    ...roles.map(
      (role) => `.line-${role}{stroke:${ROLE_COLOURS[role].dark}}.fill-${role}{fill:${ROLE_COLOURS[role].dark}}`,
    ),
  ].join('');
  return `<style>.halo{stroke:${LIGHT.page};stroke-width:3px;paint-order:stroke}@media(prefers-color-scheme:dark){${dark}}</style>`;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export function escapeXml(content: string): string {
  return content.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
