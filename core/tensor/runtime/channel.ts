/** Requests to the session thread, answered by promises. */
import { Worker } from 'node:worker_threads';
import { TensorError } from '../../errors.js';
import type { Answers, Envelope, Reply, Request } from './protocol.js';

export interface Channel {
  /** ONNX Runtime's name of the provider that the thread was started for. */
  readonly provider: string;
  /** @param moved buffers that are handed over instead of copied. */
  ask<C extends Request['call']>(request: Extract<Request, { call: C }>, moved?: ArrayBuffer[]): Promise<Answers[C]>;
  /** Ends the thread, after what it is computing; takes no more requests at once. */
  close(): Promise<void>;
}

interface Waiting {
  /** Tensors in memory that threads share must not be taken for unused before the answer. */
  request: Request;
  /** Only frees something: the end of the thread answers it as well. */
  frees: boolean;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** Starts the thread. It keeps the process alive only while a request is under way. */
export function openChannel(provider: string): Channel {
  const worker = startThread();
  const waiting = new Map<number, Waiting>();
  let count = 0;
  let broken: Error | undefined;
  let closed = false;
  let whenIdle = () => {};

  const settle = (id: number): Waiting => {
    const entry = waiting.get(id)!;
    waiting.delete(id);
    if (waiting.size === 0) {
      worker.unref();
      whenIdle();
    }
    return entry;
  };
  const fail = (error: Error) => {
    broken ??= error;
    for (const id of [...waiting.keys()]) {
      const entry = settle(id);
      if (closed && entry.frees) entry.resolve(undefined);
      else entry.reject(broken);
    }
  };
  worker.unref();
  worker.on('message', (reply: Reply) => {
    const entry = settle(reply.id);
    if ('failure' in reply) entry.reject(new TensorError(explain(reply.failure)));
    else entry.resolve(reply.answer);
  });
  worker.on('error', (cause) => fail(new TensorError(`The tensor thread failed: ${cause.message}`, { cause })));
  worker.on('exit', (code) => fail(new TensorError(`The tensor thread has ended (code ${code}).`)));

  return {
    provider,
    ask(request, moved = []) {
      return new Promise((resolve, reject) => {
        const frees = request.call === 'close' || request.call === 'unload';
        if (broken) {
          if (closed && frees) resolve(undefined as never);
          else reject(broken);
          return;
        }
        const envelope: Envelope = { id: count++, request };
        waiting.set(envelope.id, { request, frees, resolve: resolve as Waiting['resolve'], reject });
        worker.ref();
        worker.postMessage(envelope, moved);
      });
    },
    async close() {
      closed = true;
      broken ??= new TensorError('The tensor runtime has been disposed of.');
      // A thread that is ended inside ONNX Runtime takes the process with it.
      if (waiting.size > 0) await new Promise<void>((resolve) => (whenIdle = resolve));
      await worker.terminate();
    },
  };
}

/** From compiled files as from TypeScript sources, whose thread needs a loader of its own. */
function startThread(): Worker {
  const fromSource = import.meta.url.endsWith('.ts');
  return new Worker(new URL(fromSource ? './session-thread-from-source.mjs' : './session-thread.js', import.meta.url));
}

function explain(failure: string): string {
  if (/alloc|memory/i.test(failure))
    return `The tensor computation does not fit into memory (${failure}). Use a smaller batch or patch.`;
  return `The tensor computation failed: ${failure}`;
}
