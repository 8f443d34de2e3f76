import { bytesBehindLead } from './lead.js';

/** Memory that is used again for one chunk after the other: what is new has to be handed out, zeroed and collected. */
export class Scratch {
  readonly #arrays = new Map<string, Uint8Array<ArrayBuffer>>();
  /** Where the chunk that is read next belongs, if it lies there in one piece. */
  place: Uint8Array | undefined;

  /** @param alone whether the thread has nothing else to do meanwhile, so that it may wait for files. */
  constructor(readonly alone = false) {}

  /**
   * Bytes to which a file is read: what has as many bytes as the whole chunk goes to the place where it belongs, so that nothing
   * has to be copied where it is stored as it is.
   */
  stored(bytes: number): Uint8Array<ArrayBuffer> {
    return this.place?.length === bytes ? (this.place as Uint8Array<ArrayBuffer>) : this.take('stored', bytes);
  }

  /** Bytes of any content, of which there is one piece for each purpose: asking again ends the use of what was given before. */
  take(purpose: string, bytes: number): Uint8Array<ArrayBuffer> {
    let found = this.#arrays.get(purpose);
    if (!found || found.length < bytes) {
      found = bytesBehindLead(bytes);
      this.#arrays.set(purpose, found);
    }
    return found.subarray(0, bytes);
  }
}

/** Gives bytes of any content for a purpose: of a scratch where there is one, else new ones. */
export function roomFor(purpose: string, scratch: Scratch | undefined): (bytes: number) => Uint8Array {
  return (bytes) => scratch?.take(purpose, bytes) ?? new Uint8Array(bytes);
}

/** Memory of chunks that are read before the first of them is copied. */
export class Scratches {
  readonly #all: Scratch[] = [];

  /** @param alone as of {@link Scratch}. */
  constructor(readonly alone = false) {}

  at(place: number): Scratch {
    this.#all[place] ??= new Scratch(this.alone);
    return this.#all[place];
  }
}
