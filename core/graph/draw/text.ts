import type { BoundGraph, BoundNode } from '../compile.js';
import { readingOrder } from './layered.js';
import { keyParameters, shorten } from './summary.js';

export interface TextOptions {
  /** Letters of a line; default 100. */
  columns?: number;
}

/** An edge on its way down the page, in one column of lines. */
interface Lane {
  to: string;
  port: string;
}

/**
 * The graph for a terminal: a line for each node with its plugin and what it gives, its parameters below, and the edges
 * as lines on the left.
 */
export function drawText(bound: BoundGraph, { columns = 100 }: TextOptions = {}): string {
  const order = readingOrder(bound);
  const widest = (texts: string[]) => Math.max(0, ...texts.map((text) => text.length));
  const nameWidth = widest(order.map(({ name }) => name));
  const idWidth = widest(order.map(({ definition }) => definition.id));
  const lanes: (Lane | undefined)[] = [];
  const lines = [`${bound.graph.phase} graph: ${order.length} nodes`, ''];

  for (const node of order) {
    const entering = [...lanes.keys()].filter((i) => lanes[i]?.to === node.name);
    const own = entering[0] ?? freeLane(lanes);
    const ports = entering.map((i) => lanes[i]!.port);
    for (const i of entering.slice(1)) {
      lines.push(turn(lanes, own, i, '╯', lanes[i]!.port));
      lanes[i] = undefined;
    }
    const leaving = edgesFrom(node, bound);
    lanes[own] = leaving[0];
    const gives = node.output === null ? '' : ` → ${node.output}`;
    const takes = ports.some((port) => port !== 'main') ? ` ← ${ports.join(' + ')}` : '';
    const title = `${node.name.padEnd(nameWidth)}  ${node.definition.id.padEnd(gives || takes ? idWidth : 0)}${gives}${takes}`;
    lines.push(`${strokes(lanes, own, '●')} ${title}`);
    for (const further of leaving.slice(1)) {
      const lane = freeLane(lanes);
      lanes[lane] = further;
      lines.push(turn(lanes, own, lane, '╮', ''));
    }
    const margin = `${strokes(lanes)}   `;
    for (const text of packed(
      keyParameters(node).map(({ name, value }) => `${name} ${value}`),
      columns - margin.length,
    ))
      lines.push(margin + text);
    trimLanes(lanes);
  }
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function edgesFrom(node: BoundNode, { order }: BoundGraph): Lane[] {
  return order.flatMap(({ name, inputs }) =>
    Object.entries(inputs).flatMap(([port, from]) => (from === node.name ? [{ to: name, port }] : [])),
  );
}

function freeLane(lanes: (Lane | undefined)[]): number {
  const free = lanes.indexOf(undefined);
  return free < 0 ? lanes.push(undefined) - 1 : free;
}

function trimLanes(lanes: (Lane | undefined)[]): void {
  while (lanes.length > 0 && lanes[lanes.length - 1] === undefined) lanes.pop();
}

/** The lines of all edges under way; `mark` stands in the lane of the node itself. */
function strokes(lanes: readonly (Lane | undefined)[], own = -1, mark = ''): string {
  return lanes.map((lane, i) => (i === own ? mark : lane ? '│' : ' ')).join(' ');
}

/** A line from one lane to another, over those between. */
function turn(lanes: readonly (Lane | undefined)[], a: number, b: number, corner: '╯' | '╮', label: string): string {
  const [left, right] = [Math.min(a, b), Math.max(a, b)];
  let text = '';
  for (let i = 0; i < lanes.length; i++) {
    const inside = i >= left && i < right;
    const cross = lanes[i] && i !== b ? '┼' : '─';
    const stroke = i === left ? '├' : i === right ? corner : inside ? cross : lanes[i] ? '│' : ' ';
    text += stroke + (i === lanes.length - 1 ? '' : inside ? '─' : ' ');
  }
  return label ? `${text} ${label}` : text;
}

/** Texts side by side, as many as fit into a line. */
function packed(texts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const text of texts.map((text) => shorten(text, Math.max(width, 20)))) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 3 + text.length <= width) lines[lines.length - 1] = `${last} · ${text}`;
    else lines.push(text);
  }
  return lines;
}
