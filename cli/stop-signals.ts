/** Ctrl-C and SIGTERM: the first asks the job to end cleanly, the second ends the process, as 130 to a shell. */

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
  const dispose = () => {
    for (const name of SIGNALS) process.off(name, stop);
  };
  const stop = () => {
    if (controller.signal.aborted) {
      restoreTerminal();
      // Ending by the signal itself leaves native threads no time; process.exit would pull memory from under them.
      dispose();
      process.kill(process.pid, 'SIGINT');
      return;
    }
    asked();
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, stop);
  return { signal: controller.signal, dispose };
}
