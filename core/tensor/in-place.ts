/** Which results of a graph may be written over the inputs they replace. */
import { sameList } from './layout.js';
import type { OnnxGraph, OnnxNode } from './onnx/model.js';
import { NEXT } from './step-names.js';

/** These give a view of their input's memory or may do so, so that who reads the view reads the input. */
const VIEWS = new Set(['Reshape', 'Identity']);

/** These read each element before they write the one at the same place. */
const ELEMENTWISE = new Set(['Add', 'Sub', 'Mul', 'Div']);

/** Nodes looked at for one output. What is read that far away, mostly a weight, is read by the backward pass, too. */
const FARTHEST = 500;

/**
 * Names of the outputs `next.X` that may share the memory of the input X: every node that reads X must be done before
 * the one that writes, because its result goes into it, or be that one itself and work element by element.
 *
 * Moments of an optimizer and running statistics are such; weights that the backward pass reads are not, as it may read
 * them after the update.
 */
export function writableInPlace({ nodes, inputs, outputs }: OnnxGraph): string[] {
  const shapes = new Map(inputs.map(({ name, shape }) => [name, shape as number[]]));
  const producers = new Map(nodes.flatMap((node, index) => node.outputs.map((name) => [name, index] as const)));
  const readers = readersOf(nodes);
  return outputs.flatMap(({ name, shape }) => {
    const replaced = name.startsWith(NEXT) ? name.slice(NEXT.length) : undefined;
    const producer = producers.get(name);
    if (replaced === undefined || producer === undefined || !sameList(shapes.get(replaced) ?? [-1], shape as number[]))
      return [];
    const before = seenThroughViews(replaced, nodes, readers);
    if (nodes[producer].inputs.includes(replaced) && ELEMENTWISE.has(nodes[producer].op)) before.delete(producer);
    return before.size === 0 || allPrecede(before, producer, nodes, producers) ? [name] : [];
  });
}

function readersOf(nodes: readonly OnnxNode[]): Map<string, number[]> {
  const readers = new Map<string, number[]>();
  nodes.forEach((node, index) => {
    for (const name of node.inputs) {
      const known = readers.get(name);
      if (known) known.push(index);
      else readers.set(name, [index]);
    }
  });
  return readers;
}

function seenThroughViews(
  input: string,
  nodes: readonly OnnxNode[],
  readers: ReadonlyMap<string, readonly number[]>,
): Set<number> {
  const found = new Set<number>();
  const names = [input];
  for (let name = names.pop(); name !== undefined; name = names.pop())
    for (const index of readers.get(name) ?? []) {
      found.add(index);
      if (VIEWS.has(nodes[index].op)) names.push(...nodes[index].outputs);
    }
  return found;
}

/** True when the result of each node goes, over any near way, into the last one. Nodes stand in order. */
function allPrecede(
  before: ReadonlySet<number>,
  last: number,
  nodes: readonly OnnxNode[],
  producers: ReadonlyMap<string, number>,
): boolean {
  const earliest = Math.min(...before);
  const waiting = new Set(before);
  const seen = new Set<number>();
  const stack = [last];
  for (let index = stack.pop(); index !== undefined && waiting.size > 0; index = stack.pop()) {
    if (seen.size > FARTHEST) return false;
    for (const name of nodes[index].inputs) {
      const source = producers.get(name);
      if (source === undefined || source < earliest || seen.has(source)) continue;
      seen.add(source);
      waiting.delete(source);
      stack.push(source);
    }
  }
  return waiting.size === 0;
}
