/**
 * TensorBoard's event file: a TFRecord file of `tensorflow.Event` messages. Only the fields that scalars need are
 * encoded: `Event { wall_time = 1; step = 2; file_version = 3; summary = 5 }`, `Summary { value = 1 }`,
 * `Value { tag = 1; simple_value = 2 }`.
 */
import { maskedCrc32c } from './crc32c.js';

export interface Scalar {
  tag: string;
  value: number;
}

/** The record that starts every event file. @param wallTime seconds since 1970. */
export function fileVersionRecord(wallTime: number): Uint8Array {
  return record(concat(fixed64Field(1, wallTime), bytesField(3, utf8('brain.Event:2'))));
}

/** Scalars of one step, as a record. @param wallTime seconds since 1970. */
export function scalarRecord(wallTime: number, step: number, scalars: readonly Scalar[]): Uint8Array {
  const values = scalars.map(({ tag, value }) =>
    bytesField(1, concat(bytesField(1, utf8(tag)), fixed32Field(2, value))),
  );
  return record(concat(fixed64Field(1, wallTime), varintField(2, step), bytesField(5, concat(...values))));
}

/** TFRecord framing: length, checksum of the length, data, checksum of the data; little-endian. */
function record(data: Uint8Array): Uint8Array {
  const framed = new Uint8Array(16 + data.length);
  const view = new DataView(framed.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(framed.subarray(0, 8)), true);
  framed.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return framed;
}

function bytesField(field: number, value: Uint8Array): Uint8Array {
  return concat(varint((field << 3) | 2), varint(value.length), value);
}

function varintField(field: number, value: number): Uint8Array {
  return concat(varint(field << 3), varint(value));
}

/** A double. */
function fixed64Field(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(9);
  bytes[0] = (field << 3) | 1;
  new DataView(bytes.buffer).setFloat64(1, value, true);
  return bytes;
}

/** A float. */
function fixed32Field(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = (field << 3) | 5;
  new DataView(bytes.buffer).setFloat32(1, value, true);
  return bytes;
}

/** @param value an integer from 0 to 2^53 - 1: too large for bit operations, hence the division. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.from([...bytes, rest]);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
