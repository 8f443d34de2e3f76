/** Compiled graphs of a program by shape; the least recently used one gives way. */

export class GraphCache<T> {
  readonly #entries = new Map<string, Promise<T>>();

  constructor(
    readonly limit: number,
    /** Called for an entry that gives way. */
    readonly drop: (entry: T) => void,
  ) {}

  /** The entry of a key, made when it is not there. A failed entry is not kept. */
  get(key: string, make: () => Promise<T>): Promise<T> {
    const found = this.#entries.get(key);
    if (found) {
      this.#entries.delete(key);
      this.#entries.set(key, found);
      return found;
    }
    const entry = make();
    this.#entries.set(key, entry);
    entry.catch(() => this.#entries.delete(key));
    for (const [oldest, old] of this.#entries) {
      if (this.#entries.size <= this.limit) break;
      this.#entries.delete(oldest);
      void old.then(this.drop, () => {});
    }
    return entry;
  }

  clear(): void {
    for (const entry of this.#entries.values()) void entry.then(this.drop, () => {});
    this.#entries.clear();
  }
}
