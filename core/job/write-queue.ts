/** Writes that follow one another, so that events can be taken as they come. */

/**
 * Runs tasks one at a time, in order. A task with the key of one that still waits replaces it: what is drawn anew each
 * epoch need not be drawn for epochs that have passed.
 */
export class WriteQueue {
  private readonly waiting: { key: string | undefined; run: () => Promise<void> }[] = [];
  private running: Promise<void> | undefined;
  private failure: { error: unknown } | undefined;

  /** @param onError hears of the first failure at once; later tasks are dropped. */
  constructor(private readonly onError: (error: unknown) => void = () => {}) {}

  push(run: () => Promise<void>, key?: string): void {
    if (this.failure) return;
    const same = key === undefined ? undefined : this.waiting.find((task) => task.key === key);
    if (same) same.run = run;
    else this.waiting.push({ key, run });
    this.running ??= this.drain();
  }

  /**
   * Resolves when everything pushed so far is written.
   *
   * @throws the first failure of a task.
   */
  async settled(): Promise<void> {
    while (this.running) await this.running;
    if (this.failure) throw this.failure.error;
  }

  private async drain(): Promise<void> {
    // Begins after the caller's own events: a burst of them then replaces each other first.
    await Promise.resolve();
    try {
      for (let task = this.waiting.shift(); task; task = this.waiting.shift()) await task.run();
    } catch (error) {
      this.failure = { error };
      this.waiting.length = 0;
      this.onError(error);
    } finally {
      this.running = undefined;
    }
  }
}
