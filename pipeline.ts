/**
 * Embedding: a trained job as a function over streams of images.
 */
import { from, isObservable, type Observable, type ObservableInput } from 'rxjs';
import { assembly } from './assembly.js';
import { AbortedError } from './core/errors.js';
import { mapOrdered } from './core/graph/map-ordered.js';
import type { Image } from './core/image/image.js';
import { EventBus, type JobEvent } from './core/job/events.js';
import { jobPaths } from './core/job/folder.js';
import { LiveGraph } from './core/job/live.js';
import { prepareJob } from './core/job/prepare.js';
import { openSession } from './core/job/session.js';
import { CheckpointStore } from './core/train/state.js';

export interface PipelineOptions {
  /** Only predictions can be embedded. */
  phase?: 'test';
  /** A .safetensors checkpoint; default: the best one of the job. */
  checkpoint?: string;
  /** `KEY=VALUE` texts laid over the configuration. */
  overrides?: string[];
  /** Plugins beside those that the configuration names. */
  plugins?: string[];
  /** Where the job that trained the model lies; as for `biagraph run`. */
  jobName?: string;
  runId?: number;
  resultDir?: string;
  /** Closes the pipeline. */
  signal?: AbortSignal;
}

/** An image to process: `[y, x, c]` or `[z, y, x, c]`, alone or with a name of its own. */
export type Input = Image | { id: string; image: Image };

export interface Result {
  id: string;
  /** The image as the network saw it. */
  image: Image;
  /** What the graph made: `channels` (probabilities), `classes`, ... */
  products: Readonly<Record<string, Image>>;
}

export interface Pipeline {
  /**
   * Results in the order of the images. Images are taken from an iterable as there is room for them; an Observable
   * pushes at its own pace. Unsubscribing stops.
   */
  process(images: Iterable<Input> | AsyncIterable<Input> | Observable<Input>): Observable<Result>;
  /** The same, pulled: the next image is taken when its result is asked for. */
  iterate(images: Iterable<Input> | AsyncIterable<Input>): AsyncIterable<Result>;
  /** What goes on inside. */
  readonly events$: Observable<JobEvent>;
  close(): Promise<void>;
}

/**
 * Opens the test graph of a job without its files.
 *
 * @param source YAML file or configuration object.
 * @throws ConfigError, GraphError or PluginError as `biagraph check` would report them.
 */
export async function pipeline(
  source: string | Record<string, unknown>,
  options: PipelineOptions = {},
): Promise<Pipeline> {
  const job = await prepareJob(
    {
      source,
      overrides: [
        ...(options.overrides ?? []),
        'TRAIN.ENABLE=False',
        'TEST.ENABLE=True',
        'DATA.TEST.LOAD_GT=False',
        'DATA.TEST.USE_VAL_AS_TEST=False',
        'MODEL.LOAD_CHECKPOINT=True',
      ],
      plugins: options.plugins,
      jobName: options.jobName,
      runId: options.runId,
      resultDir: options.resultDir,
      checkPaths: false,
      checkpoint: options.checkpoint,
    },
    assembly,
  );
  const { config, name, runId, resultDir, catalog } = job;
  const paths = jobPaths({ resultDir, name, runId, moved: { checkpoints: config.PATHS.CHECKPOINT } });
  const file = options.checkpoint ?? (config.PATHS.CHECKPOINT_FILE || undefined);
  const training = await CheckpointStore.open(
    { folder: paths.checkpoints, jobId: paths.jobId, fingerprint: '', trains: false, ...(file && { file }) },
    { resume: false },
  );
  const events = new EventBus();
  const stop = new AbortController();
  const abort = () => stop.abort();
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted) stop.abort();
  const session = openSession(job, { events, signal: stop.signal, training });
  const live = new LiveGraph({
    graph: job.graphs.test!.graph,
    catalog,
    session,
    events,
    signal: stop.signal,
    input: { ndim: config.PROBLEM.NDIM === '3D' ? 3 : 2, channels: (config.DATA.PATCH_SIZE as number[]).at(-1)! },
  });

  let count = 0;
  const answer = async (input: Input, signal?: AbortSignal): Promise<Result> => {
    const { id, image } = 'image' in input ? input : { id: `image-${++count}`, image: input };
    const { products, image: seen } = await live.process(id, image, signal);
    return { id, image: seen, products };
  };
  return {
    events$: events.events$,
    process(images) {
      if (isObservable(images)) return images.pipe(mapOrdered(LOOK_AHEAD, answer));
      return from(pull(images, answer) as ObservableInput<Result>);
    },
    iterate: (images) => pull(images, answer),
    async close() {
      options.signal?.removeEventListener('abort', abort);
      stop.abort();
      live.close(new AbortedError('The pipeline was closed.'));
      await session.close();
      events.close();
    },
  };
}

/** Images on their way at the same time: while one is predicted, the next is prepared. */
const LOOK_AHEAD = 2;

/** Takes inputs one ahead of what was asked for. */
async function* pull(
  images: Iterable<Input> | AsyncIterable<Input>,
  answer: (input: Input) => Promise<Result>,
): AsyncGenerator<Result> {
  const underway: Promise<Result>[] = [];
  for await (const input of images) {
    const result = answer(input);
    // Awaited in its turn below; a failure before that must not count as unhandled.
    result.catch(() => {});
    underway.push(result);
    if (underway.length >= LOOK_AHEAD) yield await underway.shift()!;
  }
  for (const result of underway) yield await result;
}
