/** WebAssembly modules that the package carries as text: loops over bytes for which JavaScript has no wide steps. */

/** The part of WebAssembly that is used here: TypeScript knows it only together with all of a browser. */
interface WebAssemblyGlobal {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
}

const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyGlobal }).WebAssembly;

/** Memory that a module exports as `memory`; growing it makes views of its buffer useless. */
export interface ModuleMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** Bytes of a page of {@link ModuleMemory}. */
export const PAGE = 2 ** 16;

/**
 * Makes instances of a module without imports.
 *
 * @param text the module in base64, as `scripts/compile-webassembly.sh` writes it; compiled when the first instance is made.
 */
export function moduleOf<Exports>(text: string): () => Exports {
  let compiled: object | undefined;
  return () => {
    compiled ??= new Module(Buffer.from(text, 'base64'));
    return new Instance(compiled).exports as Exports;
  };
}

/** A module with memory of its own to work in. */
export interface Workplace<Exports> {
  readonly exports: Exports;
  /** All of the memory, as bytes. */
  readonly bytes: Uint8Array;
  /** Where the part begins that the module itself does not use. */
  readonly place: number;
}

/**
 * One instance of a module for the thread, made when it is first asked for.
 *
 * @param text as of {@link moduleOf}.
 * @param room bytes behind the page that the module starts with, whole pages.
 */
export function workplaceOf<Exports extends { readonly memory: ModuleMemory }>(
  text: string,
  room: number,
): () => Workplace<Exports> {
  const instance = moduleOf<Exports>(text);
  let kept: Workplace<Exports> | undefined;
  return () => {
    if (!kept) {
      const exports = instance();
      const place = exports.memory.grow(room / PAGE) * PAGE;
      kept = { exports, bytes: new Uint8Array(exports.memory.buffer), place };
    }
    return kept;
  };
}
