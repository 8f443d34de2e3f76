/**
 * A graph as plain data: it can be printed, edited, sent and stored. What the nodes do is looked up later, by plugin id.
 */
import type { Phase } from '../job/events.js';

export interface GraphNode {
  /** Unique in the graph, such as `normalizer`. */
  name: string;
  /** Id of the node's definition, such as `normalizer/intensity`. */
  plugin: string;
  /** Parameters; what is left out takes the default of the definition's schema. */
  with: Record<string, unknown>;
}

export interface GraphEdge {
  from: string;
  to: string;
  /** Input port of `to`. */
  port: string;
}

export interface Graph {
  phase: Phase;
  nodes: GraphNode[];
  edges: GraphEdge[];
}

/** Makes a node; a convenience for presets. */
export function node(name: string, plugin: string, parameters: object = {}): GraphNode {
  return { name, plugin, with: { ...parameters } };
}

/** Edges along a row of nodes, each into the `main` port of the next. */
export function chain(...nodes: GraphNode[]): GraphEdge[] {
  return nodes.slice(1).map((to, i) => ({ from: nodes[i].name, to: to.name, port: 'main' }));
}
