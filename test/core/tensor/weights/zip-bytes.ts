/** Zip archives written field by field, so that a test can make each of them lie. */
import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../../../core/tensor/weights/crc32.js';

export interface Entry {
  name: string;
  data: Uint8Array;
  deflate?: boolean;
  /** What the directory says instead of the truth. */
  claims?: Partial<Record<'packed' | 'unpacked' | 'start' | 'crc' | 'method' | 'flags', number>>;
  /** Name in the entry's own header. */
  localName?: string;
}

interface Options {
  /** Sizes and places in the fields of zip64. */
  zip64?: boolean;
  comment?: string;
  /** What the end record says instead of the truth. */
  end?: Partial<Record<'count' | 'length' | 'start', number>>;
}

export function zipOf(
  entries: readonly Entry[],
  { zip64 = false, comment = '', end = {} }: Options = {},
): Uint8Array<ArrayBuffer> {
  const out = new Writer();
  const directory = new Writer();
  for (const { name, data, deflate, claims = {}, localName = name } of entries) {
    const packed = deflate ? deflateRawSync(data) : data;
    const truth = { packed: packed.length, unpacked: data.length, start: out.length, crc: crc32(data), flags: 0 };
    const field = { ...truth, method: deflate ? 8 : 0, ...claims };
    out
      .u32(0x04034b50)
      .u16(20)
      .u16(0)
      .u16(deflate ? 8 : 0)
      .u32(0)
      .u32(truth.crc)
      .u32(truth.packed)
      .u32(truth.unpacked);
    out.u16(localName.length).u16(0).text(localName).raw(packed);
    directory.u32(0x02014b50).u16(20).u16(20).u16(field.flags).u16(field.method).u32(0).u32(field.crc);
    if (zip64) directory.u32(0xffffffff).u32(0xffffffff);
    else directory.u32(field.packed).u32(field.unpacked);
    directory
      .u16(name.length)
      .u16(zip64 ? 28 : 0)
      .u16(0)
      .u16(0)
      .u16(0)
      .u32(0)
      .u32(zip64 ? 0xffffffff : field.start);
    directory.text(name);
    if (zip64) directory.u16(1).u16(24).u64(field.unpacked).u64(field.packed).u64(field.start);
  }
  const truth = { count: entries.length, length: directory.length, start: out.length };
  const said = { ...truth, ...end };
  out.raw(directory.bytes);
  if (zip64) {
    const at = out.length;
    out
      .u32(0x06064b50)
      .u64(44)
      .u16(45)
      .u16(45)
      .u32(0)
      .u32(0)
      .u64(said.count)
      .u64(said.count)
      .u64(said.length)
      .u64(said.start);
    out.u32(0x07064b50).u32(0).u64(at).u32(1);
    out.u32(0x06054b50).u16(0).u16(0).u16(0xffff).u16(0xffff).u32(0xffffffff).u32(0xffffffff);
  } else {
    out.u32(0x06054b50).u16(0).u16(0).u16(said.count).u16(said.count).u32(said.length).u32(said.start);
  }
  return out.u16(comment.length).text(comment).bytes;
}

/** The archive of torch.save with this pickle and these storages. */
export function torchZip(
  pickle: Uint8Array,
  storages: Record<string, Uint8Array> = {},
  byteorder?: string,
): Uint8Array<ArrayBuffer> {
  const entries: Entry[] = [{ name: 'made/data.pkl', data: pickle }];
  if (byteorder !== undefined) entries.push({ name: 'made/byteorder', data: Buffer.from(byteorder) });
  for (const [key, data] of Object.entries(storages)) entries.push({ name: `made/data/${key}`, data });
  return zipOf(entries);
}

class Writer {
  private readonly parts: Uint8Array[] = [];
  length = 0;

  get bytes(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(Buffer.concat(this.parts));
  }

  raw(part: Uint8Array): this {
    this.parts.push(part);
    this.length += part.length;
    return this;
  }

  text(value: string): this {
    return this.raw(Buffer.from(value, 'latin1'));
  }

  u16(value: number): this {
    return this.raw(Uint8Array.of(value, value >> 8));
  }

  u32(value: number): this {
    return this.raw(Uint8Array.from(new Uint8Array(Uint32Array.of(value).buffer)));
  }

  u64(value: number): this {
    return this.raw(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
  }
}
