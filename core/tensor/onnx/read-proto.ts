/** A reader for the protocol buffer wire format. https://protobuf.dev/programming-guides/encoding/ */

export interface Field {
  readonly field: number;
  /** A number for varints and fixed sizes, bytes for strings and messages. */
  readonly value: number | Uint8Array;
}

/** Fields of one message in order. @throws RangeError when the bytes are no message. */
export function* readFields(bytes: Uint8Array): Generator<Field> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = view.getUint8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
    throw new RangeError('a number does not end');
  };
  while (at < bytes.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    if (field < 1) throw new RangeError(`there is no field ${field}`);
    switch (key % 8) {
      case 0:
        yield { field, value: varint() };
        break;
      case 1:
        yield { field, value: view.getFloat64(at, true) };
        at += 8;
        break;
      case 2: {
        const length = varint();
        if (length < 0 || at + length > bytes.length) throw new RangeError(`field ${field} ends behind the data`);
        yield { field, value: bytes.subarray(at, at + length) };
        at += length;
        break;
      }
      case 5:
        yield { field, value: view.getFloat32(at, true) };
        at += 4;
        break;
      default:
        throw new RangeError(`field ${field} is of a kind that there is not`);
    }
  }
}

/** The messages or strings of one field. @throws RangeError as {@link readFields}, and for numbers. */
export function* readBytes(bytes: Uint8Array, wanted: number): Generator<Uint8Array> {
  for (const { field, value } of readFields(bytes)) {
    if (field !== wanted) continue;
    if (typeof value === 'number') throw new RangeError(`field ${field} is a number`);
    yield value;
  }
}

/** The last value of a numeric field; undefined where it is not set. */
export function readNumber(bytes: Uint8Array, wanted: number): number | undefined {
  let found: number | undefined;
  for (const { field, value } of readFields(bytes)) if (field === wanted && typeof value === 'number') found = value;
  return found;
}

/** The last value of a text; empty where it is not set. */
export function readText(bytes: Uint8Array, wanted: number): string {
  return new TextDecoder().decode([...readBytes(bytes, wanted)].at(-1));
}
