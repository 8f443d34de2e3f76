/**
 * Edits that a user writes under GRAPH in the YAML: insert, replace, remove and set, applied in order to a preset's graph.
 */
import type { Problem } from '../errors.js';
import type { Catalog } from '../plugin/define.js';
import type { Graph, GraphNode } from './graph.js';
import { nearest } from './nearest.js';

export type Edit =
  | { insert: { after?: string; before?: string; node: string; as?: string; with?: Record<string, unknown> } }
  | { replace: { node: string; by: string; with?: Record<string, unknown> } }
  | { remove: { node: string } | string }
  | { set: { node: string; with: Record<string, unknown> } };

/**
 * Applies edits in order. An edit names a node, or a role and so every node that plays it: `after: normalizer` in a
 * training graph reaches the training and the validation branch. Where nodes of the role follow each other, an insertion
 * goes after the last (or before the first) of them.
 *
 * @returns the edited graph and every problem met; an edit with a problem is left out.
 */
export function editGraph(
  graph: Graph,
  edits: readonly Edit[],
  catalog: Catalog,
): { graph: Graph; problems: Problem[] } {
  let current = structuredClone(graph);
  const problems: Problem[] = [];
  edits.forEach((edit, i) => {
    const key = `GRAPH.${graph.phase}.${i}`;
    const verb = Object.keys(edit)[0] as 'insert' | 'replace' | 'remove' | 'set';
    const name = reference(edit);
    if (name === undefined) {
      const advice = `Nodes: ${current.nodes.map((node) => node.name).join(', ')}.`;
      problems.push({
        severity: 'error',
        key,
        message: 'insert says neither `after` nor `before` which node.',
        advice,
      });
      return;
    }
    const targets = findTargets(current, name, catalog);
    if (targets.length === 0) {
      problems.push(unknownTarget(key, verb, name, current, catalog));
      return;
    }
    for (const target of 'insert' in edit ? endsOfRows(current, targets, edit.insert.after === undefined) : targets)
      current = applyEdit(current, edit, target);
  });
  return { graph: current, problems };
}

/** Of nodes that follow each other in a row, the last one, or the first one. */
function endsOfRows(graph: Graph, names: readonly string[], first: boolean): string[] {
  const [here, there] = first ? (['to', 'from'] as const) : (['from', 'to'] as const);
  return names.filter(
    (name) => !graph.edges.some((edge) => edge.port === 'main' && edge[here] === name && names.includes(edge[there])),
  );
}

function reference(edit: Edit): string | undefined {
  if ('insert' in edit) return edit.insert.after ?? edit.insert.before;
  if ('replace' in edit) return edit.replace.node;
  if ('remove' in edit) return typeof edit.remove === 'string' ? edit.remove : edit.remove.node;
  return edit.set.node;
}

function findTargets(graph: Graph, name: string, catalog: Catalog): string[] {
  if (graph.nodes.some((node) => node.name === name)) return [name];
  const roles = rolesOf(graph, catalog);
  return graph.nodes.filter((node) => roles.get(node.name) === name).map((node) => node.name);
}

/** Roles by the names of nodes; one whose plugin is unknown has none. */
function rolesOf(graph: Graph, catalog: Catalog): Map<string, string> {
  const known = new Map(catalog.nodes().map((definition) => [definition.id, definition.role as string]));
  return new Map(
    graph.nodes.flatMap((node) => {
      const role = known.get(node.plugin);
      return role === undefined ? [] : [[node.name, role]];
    }),
  );
}

function unknownTarget(key: string, verb: string, name: string, graph: Graph, catalog: Catalog): Problem {
  const names = [...graph.nodes.map((node) => node.name), ...new Set(rolesOf(graph, catalog).values())];
  const near = nearest(name, names);
  return {
    severity: 'error',
    key,
    message: `${verb} names '${name}', which is neither a node nor a role of the ${graph.phase} graph.`,
    advice: `${near ? `Did you mean '${near}'? ` : ''}Nodes: ${graph.nodes.map((node) => node.name).join(', ')}.`,
  };
}

function applyEdit(graph: Graph, edit: Edit, target: string): Graph {
  if ('insert' in edit) return insert(graph, edit.insert, target);
  if ('remove' in edit) return remove(graph, target);
  const change = (node: GraphNode): GraphNode =>
    'replace' in edit
      ? { ...node, plugin: edit.replace.by, with: edit.replace.with ?? {} }
      : { ...node, with: { ...node.with, ...edit.set.with } };
  return { ...graph, nodes: graph.nodes.map((node) => (node.name === target ? change(node) : node)) };
}

function insert(graph: Graph, edit: Extract<Edit, { insert: unknown }>['insert'], target: string): Graph {
  const wanted = edit.as ?? edit.node.split('/').pop()!;
  const name = freeName(graph, wanted);
  const added: GraphNode = { name, plugin: edit.node, with: edit.with ?? {} };
  const position = graph.nodes.findIndex((node) => node.name === target);
  const nodes = [...graph.nodes];
  nodes.splice(edit.after === undefined ? position : position + 1, 0, added);
  const edges =
    edit.after === undefined
      ? [
          ...graph.edges.map((edge) => (edge.to === target && edge.port === 'main' ? { ...edge, to: name } : edge)),
          { from: name, to: target, port: 'main' },
        ]
      : [
          ...graph.edges.map((edge) => (edge.from === target ? { ...edge, from: name } : edge)),
          { from: target, to: name, port: 'main' },
        ];
  return { ...graph, nodes, edges };
}

function remove(graph: Graph, target: string): Graph {
  const source = graph.edges.find((edge) => edge.to === target && edge.port === 'main')?.from;
  const edges = graph.edges
    .filter((edge) => edge.to !== target)
    .flatMap((edge) => {
      if (edge.from !== target) return [edge];
      return source === undefined ? [] : [{ ...edge, from: source }];
    });
  return { ...graph, nodes: graph.nodes.filter((node) => node.name !== target), edges };
}

function freeName(graph: Graph, wanted: string): string {
  const taken = new Set(graph.nodes.map((node) => node.name));
  let name = wanted;
  for (let n = 2; taken.has(name); n++) name = `${wanted}-${n}`;
  return name;
}
