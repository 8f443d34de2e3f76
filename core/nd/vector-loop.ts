/**
 * Inner loops in the processor's vector instructions, by way of WebAssembly.
 *
 * JavaScript works on one number at a time and checks every index. A filter that takes the same steps at each pixel is
 * written here as a straight list of vector instructions, which run 16 bytes of a row further at each turn of one loop.
 */

/** What a lane of 16 bytes holds. */
export type Lane = 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float32' | 'float64';

/** Numbers of the instructions, after the prefix 0xfd. */
const MINIMUM: Readonly<Record<Lane, number>> = {
  int8: 0x76,
  uint8: 0x77,
  int16: 0x96,
  uint16: 0x97,
  int32: 0xb6,
  uint32: 0xb7,
  float32: 0xea,
  float64: 0xf6,
};
const MAXIMUM: Readonly<Record<Lane, number>> = {
  int8: 0x78,
  uint8: 0x79,
  int16: 0x98,
  uint16: 0x99,
  int32: 0xb8,
  uint32: 0xb9,
  float32: 0xeb,
  float64: 0xf7,
};
/** Lanes that are summed and multiplied. */
export type FloatLane = 'float32' | 'float64';
const ADD: Readonly<Record<FloatLane, number>> = { float32: 0xe4, float64: 0xf0 };
const MULTIPLY: Readonly<Record<FloatLane, number>> = { float32: 0xe6, float64: 0xf2 };

/** What is used of WebAssembly; complete types come with those of browsers only. */
declare const WebAssembly: {
  Module: new (binary: Uint8Array) => object;
  Instance: new (module: object) => { exports: { f: (bytes: number) => void; m: { buffer: ArrayBuffer } } };
};

/** Bytes that are worked on at once. */
export const VECTOR = 16;
const PAGE = 65536;

/** A compiled loop with its memory. */
export interface VectorKernel {
  readonly memory: ArrayBuffer;
  /** Takes the steps for all bytes of a row from 0 to `bytes`, which is rounded up to whole vectors. */
  run(bytes: number): void;
}

/**
 * A list of instructions for a stack machine. All addresses are byte offsets to the place in the row where the loop stands.
 */
export class VectorLoop {
  private readonly code: number[] = [];
  private variables = 0;

  /** A new variable, by its number. */
  variable(): number {
    return 2 + this.variables++;
  }

  /** Puts the value at an offset on the stack. */
  load(offset: number): this {
    return this.emit(0x20, 1, 0xfd, 0x00, 0, ...unsigned(offset));
  }

  get(variable: number): this {
    return this.emit(0x20, ...unsigned(variable));
  }

  /** Takes the value from the stack. */
  set(variable: number): this {
    return this.emit(0x21, ...unsigned(variable));
  }

  /** Stores what `value` puts on the stack. */
  store(offset: number, value: () => void): this {
    this.emit(0x20, 1);
    value();
    return this.emit(0xfd, 0x0b, 0, ...unsigned(offset));
  }

  /** The lesser of two values on the stack, lane by lane. */
  minimum(lane: Lane): this {
    return this.emit(0xfd, ...unsigned(MINIMUM[lane]));
  }

  maximum(lane: Lane): this {
    return this.emit(0xfd, ...unsigned(MAXIMUM[lane]));
  }

  /** Sum of two values on the stack. */
  add(lane: FloatLane): this {
    return this.emit(0xfd, ...unsigned(ADD[lane]));
  }

  multiply(lane: FloatLane): this {
    return this.emit(0xfd, ...unsigned(MULTIPLY[lane]));
  }

  /** One number in all lanes. */
  constant(value: number, lane: FloatLane): this {
    const numbers = lane === 'float64' ? Float64Array.of(value, value) : Float32Array.of(value, value, value, value);
    const bytes = new Uint8Array(numbers.buffer);
    return this.emit(0xfd, 0x0c, ...bytes);
  }

  /** The number that lies at an address of the memory, the same at every turn, in all lanes. */
  spread(address: number, lane: FloatLane): this {
    return this.emit(0x41, 0, 0xfd, lane === 'float64' ? 0x0a : 0x09, 0, ...unsigned(address));
  }

  /** @param bytes memory that offsets and rows reach into. */
  compile(bytes: number): VectorKernel {
    const pages = Math.ceil((bytes + VECTOR) / PAGE);
    const body = [
      ...(this.variables > 0 ? [2, 1, 0x7f, ...unsigned(this.variables), 0x7b] : [1, 1, 0x7f]),
      ...[0x03, 0x40],
    ];
    const tail = [0x20, 1, 0x41, VECTOR, 0x6a, 0x22, 1, 0x20, 0, 0x49, 0x0d, 0, 0x0b, 0x0b];
    const size = body.length + this.code.length + tail.length;
    const head = [
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      // One type (i32) → (), one function of it, one memory; both are exported.
      ...section(1, [1, 0x60, 1, 0x7f, 0]),
      ...section(3, [1, 0]),
      ...section(5, [1, 0, ...unsigned(pages)]),
      ...section(7, [2, 1, 0x6d, 2, 0, 1, 0x66, 0, 0]),
      ...[10, ...unsigned(1 + unsigned(size).length + size), 1, ...unsigned(size)],
      ...body,
    ];
    const binary = new Uint8Array(head.length + this.code.length + tail.length);
    binary.set(head);
    binary.set(this.code, head.length);
    binary.set(tail, head.length + this.code.length);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary));
    return { memory: exports.m.buffer, run: exports.f };
  }

  private emit(...bytes: number[]): this {
    for (const byte of bytes) this.code.push(byte);
    return this;
  }
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}
