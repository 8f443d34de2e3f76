/** Nodes of a test that compare predictions with targets. */
import type { Config } from '../core/config/index.js';
import { type GraphNode, node } from '../core/graph/graph.js';
import type { MetricVariant } from '../core/job/events.js';
import type { MetricSpec } from '../core/plugin/network-spec.js';

/** Whether a test has targets to compare with: its own, or those of a fold of the training set. */
export function isMeasured({ DATA: data }: Config): boolean {
  return data.TEST.LOAD_GT || data.TEST.USE_VAL_AS_TEST;
}

export interface Measuring {
  metrics: MetricSpec;
  variant: MetricVariant;
  /** What is compared with the target; default `channels`. */
  product?: string;
  /** Pixels left out at both ends of each axis; default TEST.EVAL_BORDER_CROP. Patches are measured whole. */
  border?: readonly number[];
  /** Default {@link isMeasured}. */
  measured?: boolean;
}

/** The node that measures a prediction; none where there is nothing to compare with, or no metric. */
export function measure(config: Config, name: string, options: Measuring): GraphNode[] {
  const { metrics, variant, product = 'channels', measured = isMeasured(config) } = options;
  const border = options.border ?? (config.TEST.EVAL_BORDER_CROP as number[]);
  if (!measured || metrics.length === 0) return [];
  return [
    node(name, 'metric/measure', { metrics, variant, product, border: variant === 'per patch' ? [] : [...border] }),
  ];
}

/** Margins in the plane for a stack of planes, of which none is left out. */
export function alongStack(border: readonly number[]): number[] {
  return border.length > 0 ? [0, ...border] : [];
}
