/**
 * Compiling a graph: plugin ids, parameters, ports and edges are checked, and all problems are reported at once.
 */
import { GraphError, type Problem } from '../errors.js';
import type { Catalog, NodeDefinition } from '../plugin/define.js';
import type { Graph, GraphEdge, GraphNode } from './graph.js';
import { nearest } from './nearest.js';
import { checkParameters } from './parameters.js';
import type { PortType } from './port.js';

export interface BoundNode {
  readonly name: string;
  readonly definition: NodeDefinition;
  /** Complete: defaults are filled in. */
  readonly parameters: Record<string, unknown>;
  /** Node that feeds each input port. */
  readonly inputs: Readonly<Record<string, string>>;
  /** What leaves the node, null for a sink. */
  readonly output: PortType | null;
}

export interface BoundGraph {
  readonly graph: Graph;
  /** Every node after those that feed it. */
  readonly order: readonly BoundNode[];
}

export interface CompileOptions {
  /** Kinds that reach a node from outside the graph: `{ normalizer: 'image' }` when a program feeds it. */
  fed?: Readonly<Record<string, PortType>>;
}

/** Checks and binds a graph. @throws GraphError with every problem. */
export function compileGraph(graph: Graph, catalog: Catalog, options: CompileOptions = {}): BoundGraph {
  const { bound, problems } = bindGraph(graph, catalog, options);
  if (problems.length > 0) throw new GraphError(problems);
  return bound;
}

/** Like {@link compileGraph}, for callers that collect problems from several sources. */
export function bindGraph(
  graph: Graph,
  catalog: Catalog,
  options: CompileOptions = {},
): { bound: BoundGraph; problems: Problem[] } {
  const problems: Problem[] = [];
  const report = (node: string, message: string, advice?: string) =>
    problems.push({ severity: 'error', node: `${graph.phase} graph, node '${node}'`, message, advice });

  const names = new Set<string>();
  for (const node of graph.nodes) {
    if (names.has(node.name)) report(node.name, 'the name is used twice.', 'Give one of them another name with `as`.');
    names.add(node.name);
  }
  const edges = graph.edges.filter((edge) => {
    const missing = [edge.from, edge.to].filter((name) => !names.has(name));
    for (const name of missing) report(name, 'an edge names it, but the graph has no such node.');
    return missing.length === 0;
  });

  const definitions = new Map(catalog.nodes().map((definition) => [definition.id, definition]));
  const outputs = new Map<string, PortType | null>();
  const order: BoundNode[] = [];
  const sorted = sortNodes(graph.nodes, edges);
  for (const name of sorted.circle)
    report(name, 'it feeds itself over a circle of edges.', 'A graph runs one way: remove one of the edges.');

  for (const node of sorted.order) {
    const definition = definitions.get(node.plugin);
    if (!definition) {
      const near = nearest(node.plugin, definitions.keys());
      report(
        node.name,
        `there is no node plugin '${node.plugin}'.`,
        near ? `Did you mean '${near}'?` : 'Name the package or file that brings it under PLUGINS.',
      );
      continue;
    }
    const checked = checkParameters(definition.parameters, node.with);
    for (const problem of checked.problems)
      report(node.name, `parameter ${problem.path ? `'${problem.path}' ` : ''}of ${node.plugin}: ${problem.message}`);

    const inputs: Record<string, string> = {};
    let main: PortType | null = options.fed?.[node.name] ?? null;
    if (main !== null && !definition.inputs.main?.includes(main))
      report(
        node.name,
        `port 'main' takes ${definition.inputs.main?.join(' or ') ?? 'nothing'}, but it is fed ${main} from outside.`,
      );
    for (const edge of edges.filter((candidate) => candidate.to === node.name)) {
      const ports = Object.keys(definition.inputs);
      if (!Object.hasOwn(definition.inputs, edge.port)) {
        report(
          node.name,
          `it has no input port '${edge.port}', which '${edge.from}' feeds.`,
          ports.length > 0 ? `Its ports: ${ports.join(', ')}.` : 'It is a source and takes no input.',
        );
        continue;
      }
      if (Object.hasOwn(inputs, edge.port))
        report(node.name, `port '${edge.port}' is fed by '${inputs[edge.port]}' and by '${edge.from}'.`);
      inputs[edge.port] = edge.from;
      const kind = outputs.get(edge.from);
      if (kind === null) report(node.name, `'${edge.from}' gives nothing, so it cannot feed this node.`);
      else if (kind !== undefined && !definition.inputs[edge.port].includes(kind))
        report(
          node.name,
          `port '${edge.port}' takes ${definition.inputs[edge.port].join(' or ')}, but '${edge.from}' gives ${kind}.`,
        );
      if (edge.port === 'main' && kind) main = kind;
    }
    if ('main' in definition.inputs && !('main' in inputs) && main === null)
      report(node.name, 'nothing feeds its main port.', `It takes ${definition.inputs.main.join(' or ')}.`);
    const output = definition.output === 'same' ? main : definition.output;
    // After a problem of its own a node's kind is unknown; leaving it out keeps one mistake from being told twice.
    if (output !== null || definition.output === null) outputs.set(node.name, output);
    order.push({ name: node.name, definition, parameters: checked.parameters, inputs, output });
  }
  return { bound: { graph, order }, problems };
}

/** Nodes after those that feed them; those on a circle, and after one, come last and as they were. */
function sortNodes(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): { order: GraphNode[]; circle: string[] } {
  const order: GraphNode[] = [];
  let rest = [...nodes];
  const among = (names: readonly GraphNode[], name: string) => names.some((node) => node.name === name);
  for (;;) {
    const ready = rest.filter((node) => !edges.some((edge) => edge.to === node.name && among(rest, edge.from)));
    if (ready.length === 0) break;
    order.push(...ready);
    rest = rest.filter((node) => !ready.includes(node));
  }
  let circle = rest;
  for (;;) {
    const leading = circle.filter((node) => edges.some((edge) => edge.from === node.name && among(circle, edge.to)));
    if (leading.length === circle.length) break;
    circle = leading;
  }
  return { order: [...order, ...rest], circle: circle.map((node) => node.name) };
}
