/**
 * Work for the processor in threads of its own, so that the event loop stays free: functions of a module, called by name
 * with plain data.
 */
import { Piscina } from 'piscina';
import { AbortedError, fromPlainError, type PlainError } from '../errors.js';
import { buffersOf, compact } from './buffers.js';
import { importModule } from './import-module.js';

/** A function that a module exports: it takes one value of plain data (typed arrays included) and gives another. */
export interface Procedure {
  /** URL of the module: `import.meta.url` of the file that exports it. */
  module: string;
  /** Name of the export. */
  name: string;
}

/** What a worker thread gets and gives; see `worker.ts`. */
export interface ComputeTask extends Procedure {
  input: unknown;
  selfUrl: string | undefined;
}

export type ComputeResult = { output: unknown } | { error: PlainError };

export interface ComputeOptions {
  /** Threads that compute; with 0 everything runs on the calling thread, with the same results. */
  threads?: number;
  /** URL of Biagraph's own entry, for modules of third parties that import it. */
  selfUrl?: string;
  /** Told once when threads cannot be had and the calling thread takes over. */
  notice?: (message: string) => void;
}

export interface CallOptions {
  /** The input's arrays may be taken over instead of copied; the caller must not touch them again. */
  transfer?: boolean;
  signal?: AbortSignal;
}

export class Compute {
  private readonly pool: Piscina | undefined;
  private broken = false;
  /** What threads work on: memory that they share with this one must not be taken for unused. */
  private readonly lent = new Set<unknown>();
  /** Threads in use, 0 for none. */
  readonly threads: number;
  /** URL of Biagraph's own entry. */
  readonly selfUrl: string | undefined;

  constructor(private readonly options: ComputeOptions = {}) {
    this.threads = options.threads ?? 0;
    this.selfUrl = options.selfUrl;
    if (this.threads === 0) return;
    this.pool = new Piscina({
      filename: WORKER.href,
      minThreads: 0,
      maxThreads: this.threads,
      idleTimeout: 5_000,
    });
    this.pool.on('error', () => this.breakDown());
  }

  /** Whether threads can import a module: Biagraph's own, and those of plugins where the URL of `biagraph` is known to them. */
  reaches(module: string | undefined): boolean {
    return this.threads > 0 && module !== undefined;
  }

  /** Calls that are worth making at the same time: one for each thread, and one that waits for the next. */
  get concurrency(): number {
    return this.pool && !this.broken ? this.threads + 1 : 1;
  }

  /**
   * Calls an exported function.
   *
   * @throws what the function throws, of the same class for errors of Biagraph; AbortedError when `signal` fires, which
   *   also stops the thread.
   */
  async call<I, O>(procedure: Procedure, input: I, { transfer = false, signal }: CallOptions = {}): Promise<O> {
    if (signal?.aborted) throw new AbortedError();
    const { selfUrl } = this;
    if (!this.pool || this.broken) return callHere(procedure, input, selfUrl);
    const { module, name } = procedure;
    // A view of a larger array would take the whole of it along.
    const sent = compact(input);
    const task: ComputeTask = { module, name, input: sent, selfUrl };
    let result: ComputeResult;
    this.lent.add(sent);
    try {
      result = await this.pool.run(task, { signal, ...(transfer && { transferList: buffersOf(sent) }) });
    } catch (cause) {
      if (signal?.aborted) throw new AbortedError(undefined, { cause });
      // The input is still there only where it was copied.
      if (this.broken && !transfer) return callHere(procedure, input, selfUrl);
      throw cause;
    } finally {
      this.lent.delete(sent);
    }
    if ('error' in result) throw fromPlainError(result.error);
    return result.output as O;
  }

  async close(): Promise<void> {
    await this.pool?.destroy();
  }

  /** Threads may be forbidden or lack memory. */
  private breakDown(): void {
    if (this.broken) return;
    this.broken = true;
    this.options.notice?.('No worker thread could be started; everything is computed on the main thread, more slowly.');
    void this.pool?.destroy();
  }
}

async function callHere<I, O>({ module, name }: Procedure, input: I, selfUrl: string | undefined): Promise<O> {
  const { [name]: call } = await importModule(module, selfUrl);
  if (typeof call !== 'function') throw new Error(`${module} exports no function '${name}'`);
  return call(input);
}

/** Compiled and source files have different endings. */
const WORKER = new URL(import.meta.url.endsWith('.ts') ? './worker-from-source.mjs' : './worker.js', import.meta.url);
