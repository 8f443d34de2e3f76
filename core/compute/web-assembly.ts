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
