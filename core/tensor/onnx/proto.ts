/**
 * A writer for the protocol buffer wire format, as far as ONNX needs it: varints, floats, byte strings, messages.
 * Format: https://protobuf.dev/programming-guides/encoding/
 */

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

/** Builds one message; fields appear in the order of the calls. */
export class MessageWriter {
  private chunks: Uint8Array[] = [];
  private tail: number[] = [];

  /** An integer of any sign up to 2^53; negative values take the ten bytes that int64 takes. */
  int(field: number, value: number | bigint): this {
    this.key(field, VARINT);
    this.varint(value);
    return this;
  }

  float(field: number, value: number): this {
    this.key(field, FIXED32);
    this.tail.push(...new Uint8Array(new Float32Array([value]).buffer));
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.key(field, BYTES);
    this.varint(value.length);
    this.flush();
    this.chunks.push(value);
    return this;
  }

  message(field: number, value: MessageWriter): this {
    return this.bytes(field, value.finish());
  }

  /** The encoded message. */
  finish(): Uint8Array {
    this.flush();
    const size = this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const out = new Uint8Array(size);
    let at = 0;
    for (const chunk of this.chunks) {
      out.set(chunk, at);
      at += chunk.length;
    }
    return out;
  }

  private key(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  private varint(value: number | bigint): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      this.tail.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.tail.push(Number(rest));
  }

  private flush(): void {
    if (this.tail.length === 0) return;
    this.chunks.push(Uint8Array.from(this.tail));
    this.tail = [];
  }
}
