import type { BoundGraph } from '../compile.js';

/** The graph as JSON, with keys of parameters in alphabetical order; parsed again it is the graph. */
export function drawJson({ graph: { phase, nodes, edges } }: BoundGraph): string {
  const data = {
    phase,
    nodes: nodes.map(({ name, plugin, with: parameters }) => ({ name, plugin, with: sorted(parameters) })),
    edges: edges.map(({ from, to, port }) => ({ from, to, port })),
  };
  return `${JSON.stringify(data, null, 2)}\n`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
