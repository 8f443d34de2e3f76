/**
 * What a prepared job will read, cut, train and predict, and how much memory and time that takes, told before it runs.
 */
import { memoryBudgetBytes } from '../config/index.js';
import { BiagraphError, DataError, fromPlainError } from '../errors.js';
import { readingOrder } from '../graph/draw/layered.js';
import { imageDemand } from '../graph/run.js';
import type { ImageFiles } from '../image/files.js';
import type { Finding, Forecast, NetworkWork } from '../plugin/forecast.js';
import type { TensorRuntime } from '../tensor/index.js';
import type { Phase } from './events.js';
import { formatBytes } from './memory.js';
import { measureWork, type WorkTime } from './plan-measure.js';
import { type NetworkSize, sizeWork } from './plan-network.js';
import type { PreparedJob } from './prepare.js';
import { pathsOf } from './run.js';
import { openFiles, openTensors } from './session.js';

export interface PlanOptions {
  /** Time the network on zeros for a second or two; default true. */
  measure?: boolean;
  signal?: AbortSignal;
}

export interface PhasePlan {
  phase: Phase;
  /** What each node foretells, in the order of the graph. */
  findings: Finding[];
  network?: NetworkSize & { node: string; architecture: string; time?: WorkTime };
  /** Bytes that images hold at most. */
  images: { bytes: number; why: string };
}

export interface JobPlan {
  job: string;
  folder: string;
  phases: PhasePlan[];
  /** Most bytes that the process takes at any moment, predicted; the least that it takes when nothing was measured. */
  memory: { bytes: number; why: string };
  /** Device that the times were measured on, and seconds of all phases together. */
  time?: { device: string; seconds: number };
}

/**
 * Foretells a job. Only headers of images are read, so pixels may still hold surprises.
 *
 * @throws what the run would throw for folders and images that do not fit, all of it together.
 */
export async function planJob(job: PreparedJob, options: PlanOptions = {}): Promise<JobPlan> {
  const { measure = true, signal = new AbortController().signal } = options;
  const program = process.memoryUsage.rss();
  let runtime: TensorRuntime | undefined;
  try {
    const foretold = await foretellData(job, signal);
    const phases: PhasePlan[] = [];
    for (const { work, ...plan } of foretold) {
      const network = work && sizeWork(work, job.catalog);
      if (work && measure) runtime ??= await openTensors(job, () => {});
      const time = work && runtime && (await measureWork(work, job.catalog, runtime, signal));
      phases.push({
        ...plan,
        ...(work &&
          network && {
            network: { node: work.node, architecture: work.network.architecture, ...network, ...(time && { time }) },
          }),
      });
    }
    const paths = pathsOf(job);
    return {
      job: paths.jobId,
      folder: paths.job,
      phases,
      memory: peakMemory(phases, program, runtime !== undefined),
      ...(runtime && {
        time: {
          device: runtime.description,
          seconds: phases.reduce((sum, { network }) => sum + (network?.time?.seconds ?? 0), 0),
        },
      }),
    };
  } finally {
    await runtime?.dispose();
  }
}

/** A phase before its network is sized. */
export interface Foretold extends PhasePlan {
  work?: NetworkWork;
}

/**
 * What is known from the headers of all images, those of the test among them: a training should not end before a
 * folder that was wrong from the start.
 *
 * @throws as {@link planJob}.
 */
export async function foretellData(
  job: PreparedJob,
  signal: AbortSignal = new AbortController().signal,
): Promise<Foretold[]> {
  const budget = memoryBudgetBytes(job.config);
  const files = openFiles(job);
  try {
    const foretold: Foretold[] = [];
    const errors: BiagraphError[] = [];
    for (const phase of ['train', 'test'] as const)
      if (job.graphs[phase]) foretold.push(await foretell(job, phase, { files, signal, budget, errors }));
    if (errors.length > 0) throw joinErrors(errors);
    return foretold;
  } finally {
    await files.close();
  }
}

async function foretell(
  job: PreparedJob,
  phase: Phase,
  known: { files: ImageFiles; signal: AbortSignal; budget: number; errors: BiagraphError[] },
): Promise<Foretold> {
  const { files, signal, budget, errors } = known;
  const bound = job.graphs[phase]!;
  const findings: Finding[] = [];
  const forecasts = new Map<string, Forecast>();
  const leased: number[] = [];
  let work: NetworkWork | undefined;
  for (const { name, definition, parameters, inputs } of bound.order) {
    const come: Record<string, Forecast> = {};
    for (const [port, from] of Object.entries(inputs)) {
      const forecast = forecasts.get(from);
      if (forecast) come[port] = forecast;
    }
    // What follows a node that failed, or one that foretells nothing, is left out.
    if (Object.keys(come).length < Object.keys(inputs).length) continue;
    if (!definition.plan) {
      if (come.main) forecasts.set(name, come.main);
      continue;
    }
    try {
      const forecast = await definition.plan(parameters, come, {
        phase,
        files,
        signal,
        memory: budget,
        demand: (image) => imageDemand(name, bound, image),
        tell: (finding) => findings.push({ node: name, ...finding }),
        computes: (computed) => {
          work = { node: name, ...computed };
        },
      });
      forecasts.set(name, forecast);
      if (Object.keys(inputs).length === 0) leased.push(...forecast.images.map(({ bytes }) => bytes));
    } catch (error) {
      if (!(error instanceof BiagraphError)) throw error;
      errors.push(error);
    }
  }
  // Branch by branch, as a person follows the graph.
  const order = readingOrder(bound).map(({ name }) => name);
  findings.sort((a, b) => order.indexOf(a.node) - order.indexOf(b.node));
  return { phase, findings, images: imageMemory(phase, leased, budget), ...(work && { work }) };
}

function imageMemory(phase: Phase, leased: readonly number[], budget: number): PhasePlan['images'] {
  const all = leased.reduce((sum, bytes) => sum + bytes, 0);
  const largest = leased.reduce((most, bytes) => Math.max(most, bytes), 0);
  const each =
    leased.length === 1
      ? `With what is made of it, the image takes ${formatBytes(all)}`
      : `With what is made of them, ${leased.length} images take ${formatBytes(all)}, the largest ${formatBytes(largest)}`;
  const limit = `the budget of ${formatBytes(budget)} (SYSTEM.MEMORY_BUDGET)`;
  return all <= budget
    ? { bytes: all, why: `${each}, which fits into ${limit}.` }
    : {
        bytes: budget,
        why: `${each}, more than ${limit}: ${phase === 'train' ? 'what does not fit is kept in scratch files' : 'reading waits until there is room'}.`,
      };
}

/** @param program bytes of the process before the network was built. */
function peakMemory(phases: readonly PhasePlan[], program: number, measured: boolean): JobPlan['memory'] {
  const images = phases.reduce((most, phase) => Math.max(most, phase.images.bytes), 0);
  if (measured) {
    // Convolutions take working memory that only ONNX Runtime knows, in 3D many times that of the values themselves.
    const reached = process.resourceUsage().maxRSS * 1024;
    return {
      bytes: reached + images,
      why: `The program reached ${formatBytes(reached)} while the network was timed; images come on top, up to ${formatBytes(images)}.`,
    };
  }
  const network = phases.reduce((most, phase) => Math.max(most, phase.network?.bytes ?? 0), 0);
  return {
    bytes: program + network + images,
    why:
      `The program takes ${formatBytes(program)}, the network ${formatBytes(network)} and images up to ${formatBytes(images)}. ` +
      'The working memory of convolutions, which is much in 3D, is only known when the network is timed.',
  };
}

/** Different folders can be wrong in different ways; a user wants to know all of them. */
function joinErrors(errors: readonly BiagraphError[]): BiagraphError {
  const messages = [...new Set(errors.map(({ message }) => message))];
  if (messages.length === 1) return errors[0];
  const [{ _tag: tag, where }] = errors;
  const joined = { message: messages.join('\n'), where };
  return errors.every((error) => error._tag === tag)
    ? fromPlainError({ tag, ...joined })
    : new DataError(joined.message, { where });
}
