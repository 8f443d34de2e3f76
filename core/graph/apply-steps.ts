/** A row of steps over the pixels of one sample, in the thread that calls. */
import { importModule } from '../compute/import-module.js';
import { isBiagraphError } from '../errors.js';
import { type RandomKey, RandomStream } from '../image/random.js';
import type { NodeDefinition, Step, StepPixels } from '../plugin/define.js';

/** One step in a call: where its function is, and the key of its random numbers. */
export interface StepCall {
  module?: string;
  id: string;
  /** Name of the node. */
  node: string;
  parameters: Record<string, unknown>;
  key: RandomKey;
}

export interface StepsTask {
  steps: readonly StepCall[];
  pixels: StepPixels;
  selfUrl?: string;
}

/**
 * Each step in turn, with random numbers of its own key.
 *
 * @param known steps by the id of their node; without it their modules are imported.
 * @returns the pixels given, where no step changed anything.
 * @throws what a step throws, with the name of its node.
 */
export async function applySteps(
  { steps, pixels, selfUrl }: StepsTask,
  known?: (id: string) => Step | undefined,
): Promise<StepPixels> {
  let changed = pixels;
  for (const { module, id, node, parameters, key } of steps) {
    const step = known?.(id) ?? (module && (await importStep(module, id, selfUrl)));
    if (!step) throw new Error(`no step '${id}' is known`);
    try {
      changed = step.run(changed, parameters, new RandomStream(key));
    } catch (error) {
      if (isBiagraphError(error)) error.where.node ??= node;
      else if (error instanceof Error) error.message = `${node}: ${error.message}`;
      throw error;
    }
  }
  return changed;
}

const found = new Map<string, Step>();

/** The step of the node with an id, which its module exports, by itself or as part of a plugin. */
async function importStep(module: string, id: string, selfUrl: string | undefined): Promise<Step> {
  const key = `${module} ${id}`;
  const before = found.get(key);
  if (before) return before;
  const step = definitionIn(await importModule(module, selfUrl), id)?.step;
  if (!step) throw new Error(`${module} exports no node '${id}' with a step`);
  found.set(key, step);
  return step;
}

function definitionIn(value: unknown, id: string, depth = 0): NodeDefinition | undefined {
  if (typeof value !== 'object' || value === null || depth > 4) return undefined;
  const candidate = value as Partial<NodeDefinition>;
  if (candidate.kind === 'node') return candidate.id === id ? (candidate as NodeDefinition) : undefined;
  for (const entry of Array.isArray(value) ? value : Object.values(value)) {
    const inside = definitionIn(entry, id, depth + 1);
    if (inside) return inside;
  }
  return undefined;
}
