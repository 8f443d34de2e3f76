/** Ctrl-C and SIGTERM: the first asks the job to end cleanly, the second ends the process. */
import { EXIT_CODES } from './exit-code.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface StopSignals {
  /** Fires at the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Gives the signals back to the system. */
  dispose(): void;
}

/** @param asked called at the first signal, to tell that stopping has begun. */
export function listenForStop(asked: () => void, restoreTerminal: () => void): StopSignals {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) {
      restoreTerminal();
      process.exit(EXIT_CODES.stopped);
    }
    asked();
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, stop);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of SIGNALS) process.off(name, stop);
    },
  };
}
