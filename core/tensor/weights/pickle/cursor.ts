/** Reads the arguments of pickle opcodes. No length is believed before it has been compared with the bytes at hand. */
import { FormatError } from '../../../errors.js';

/** The longest number written as text, and the longest in bytes: far more than 64-bit numbers need. */
const LONGEST_NUMBER_TEXT = 200;
const LONGEST_NUMBER_BYTES = 64;
const NEWLINE = 0x0a;

/** The pickle goes on behind the bytes at hand, in a file that has more. */
export class WindowEnd extends Error {}

export class PickleCursor {
  private readonly view: DataView;

  /** @param available bytes that the file has from the start of `bytes` on. */
  constructor(
    private readonly bytes: Uint8Array,
    public position: number,
    private readonly available: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.view.getUint8(this.skip(1));
  }

  u16(): number {
    return this.view.getUint16(this.skip(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  i32(): number {
    return this.view.getInt32(this.skip(4), true);
  }

  /** A length or index of eight bytes. */
  u64(): number {
    const value = this.view.getBigUint64(this.skip(8), true);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? this.tooLong(`${value}`) : Number(value);
  }

  f64(): number {
    return this.view.getFloat64(this.skip(8), false);
  }

  /** A copy of the next bytes. */
  take(length: number): Uint8Array {
    const start = this.skip(length);
    return this.bytes.slice(start, start + length);
  }

  utf8(length: number): string {
    const start = this.skip(length);
    return textOf(this.bytes, start, length, 'utf8');
  }

  latin1(length: number): string {
    const start = this.skip(length);
    return textOf(this.bytes, start, length, 'latin1');
  }

  /** Up to the next line end, which is taken too. */
  line(): string {
    const start = this.position;
    const end = this.bytes.indexOf(NEWLINE, start);
    if (end < 0) return this.missing(`a line at byte ${start}`);
    this.position = end + 1;
    return textOf(this.bytes, start, end - start, 'latin1');
  }

  /** A decimal number in a line of its own. */
  lineNumber(): string {
    const text = this.line();
    if (text.length > LONGEST_NUMBER_TEXT) throw new FormatError(`its pickle has a number of ${text.length} digits.`);
    return text;
  }

  /** A little-endian number in two's complement, of any length that numbers have. */
  integer(length: number): number | bigint {
    if (length > LONGEST_NUMBER_BYTES || length < 0)
      throw new FormatError(`its pickle has a whole number of ${length} bytes.`);
    const bytes = this.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
    return narrowest(BigInt.asIntN(8 * length, value));
  }

  private skip(length: number): number {
    const start = this.position;
    if (length < 0 || start + length > this.available) return this.tooLong(String(length));
    if (start + length > this.bytes.length) return this.missing(`${length} bytes at byte ${start}`);
    this.position = start + length;
    return start;
  }

  private missing(what: string): never {
    if (this.bytes.length < this.available) throw new WindowEnd();
    throw new FormatError(`its pickle ends too early: ${what} are missing.`);
  }

  private tooLong(length: string): never {
    throw new FormatError(
      `its pickle asks for ${length} bytes at byte ${this.position}, where ${this.available - this.position} are left.`,
    );
  }
}

/** A number where it is exact. */
export function narrowest(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function textOf(bytes: Uint8Array, start: number, length: number, encoding: 'utf8' | 'latin1'): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString(encoding);
}
