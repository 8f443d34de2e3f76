/** Memory that is used again for one chunk after the other: what is new has to be handed out, zeroed and collected. */
export class Scratch {
  readonly #arrays = new Map<string, Uint8Array<ArrayBuffer>>();

  /** @param alone whether the thread has nothing else to do meanwhile, so that it may wait for files. */
  constructor(readonly alone = false) {}

  /** Bytes of any content, of which there is one piece for each purpose: asking again ends the use of what was given before. */
  take(purpose: string, bytes: number): Uint8Array<ArrayBuffer> {
    let found = this.#arrays.get(purpose);
    if (!found || found.length < bytes) {
      found = new Uint8Array(bytes);
      this.#arrays.set(purpose, found);
    }
    return found.subarray(0, bytes);
  }
}
