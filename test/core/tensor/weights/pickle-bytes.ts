/** Pickles written opcode by opcode, so that a test can write what no pickler would. */
import { Op } from '../../../../core/tensor/weights/pickle/opcode.js';

export type Part = number | string | Uint8Array | readonly number[];

/** Joins bytes; texts are Latin-1. */
export function bytes(...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    Buffer.concat(
      parts.map((part) => {
        if (typeof part === 'number') return Uint8Array.of(part);
        return typeof part === 'string' ? Buffer.from(part, 'latin1') : Uint8Array.from(part);
      }),
    ),
  );
}

export function u32(value: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value, true);
  return out;
}

export function u64(value: number | bigint): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(value), true);
  return out;
}

export const proto = Uint8Array.of(Op.PROTO, 2);

export function text(value: string): Uint8Array {
  const utf8 = Buffer.from(value, 'utf8');
  return bytes(Op.BINUNICODE, u32(utf8.length), utf8);
}

export function int(value: number): Uint8Array {
  return bytes(Op.BININT, u32(value >>> 0));
}

export function name(module: string, of: string): Uint8Array {
  return bytes(Op.GLOBAL, `${module}\n${of}\n`);
}

export function tuple(...items: readonly Uint8Array[]): Uint8Array {
  return bytes(Op.MARK, ...items, Op.TUPLE);
}

export function call(maker: Uint8Array, ...args: readonly Uint8Array[]): Uint8Array {
  return bytes(maker, tuple(...args), Op.REDUCE);
}

export function dict(entries: Record<string, Uint8Array>): Uint8Array {
  const items = Object.entries(entries).flatMap(([key, value]) => [text(key), value]);
  return bytes(Op.EMPTY_DICT, Op.MARK, ...items, Op.SETITEMS);
}

export function storage(key: string, count: number, type = 'FloatStorage'): Uint8Array {
  return bytes(tuple(text('storage'), name('torch', type), text(key), text('cpu'), int(count)), Op.BINPERSID);
}

/** A tensor of `torch._utils._rebuild_tensor_v2`. */
export function tensor(of: Uint8Array, shape: readonly number[], stride: readonly number[], offset = 0): Uint8Array {
  return call(
    name('torch._utils', '_rebuild_tensor_v2'),
    of,
    int(offset),
    tuple(...shape.map(int)),
    tuple(...stride.map(int)),
    Uint8Array.of(Op.NEWFALSE),
    call(name('collections', 'OrderedDict')),
  );
}

/** A whole pickle of one value. */
export function pickle(...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  return bytes(proto, ...parts, Op.STOP);
}
