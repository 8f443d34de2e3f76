/** Requests that are made at about the same time become few messages: the way to a thread and back costs more than small works. */
interface Asked<I, O> {
  input: I;
  resolve(output: O): void;
  reject(error: unknown): void;
}

export class Batches<I, O> {
  readonly #asked: Asked<I, O>[] = [];

  /**
   * @param most messages that the requests of one moment become: as many as there are threads.
   * @param work answers some requests, in their order.
   */
  constructor(
    private readonly most: number,
    private readonly work: (inputs: readonly I[]) => Promise<readonly O[]>,
  ) {}

  /** Errors are those of `work`, of all requests in the message alike. */
  ask(input: I): Promise<O> {
    return new Promise((resolve, reject) => {
      // What is asked before the event loop turns again goes together.
      if (this.#asked.push({ input, resolve, reject }) === 1) setImmediate(() => this.#send());
    });
  }

  #send(): void {
    const all = this.#asked.splice(0);
    const size = Math.ceil(all.length / this.most);
    for (let start = 0; start < all.length; start += size) void this.#answer(all.slice(start, start + size));
  }

  async #answer(asked: readonly Asked<I, O>[]): Promise<void> {
    try {
      const outputs = await this.work(asked.map(({ input }) => input));
      for (const [i, { resolve }] of asked.entries()) resolve(outputs[i]);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
