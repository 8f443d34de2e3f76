/** Sharded storage of Zarr. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32c } from '../../../core/job/crc32c.js';

/** A v3 array of 4×6×8 with 2×3×4 inner chunks in shards of 2×6×8, as the standard says, assembled by hand. */
export function makeShardedArray(container: string): void {
  mkdirSync(path.join(container, 'c/0/0'), { recursive: true });
  mkdirSync(path.join(container, 'c/1/0'), { recursive: true });
  const indexCodecs = [{ name: 'bytes', configuration: { endian: 'little' } }, { name: 'crc32c' }];
  writeFileSync(
    path.join(container, 'zarr.json'),
    JSON.stringify({
      zarr_format: 3,
      node_type: 'array',
      shape: [4, 6, 8],
      data_type: 'uint16',
      chunk_grid: { name: 'regular', configuration: { chunk_shape: [2, 6, 8] } },
      chunk_key_encoding: { name: 'default' },
      fill_value: 9,
      codecs: [
        {
          name: 'sharding_indexed',
          configuration: {
            chunk_shape: [2, 3, 4],
            codecs: [{ name: 'bytes', configuration: { endian: 'little' } }, { name: 'crc32c' }],
            index_codecs: indexCodecs,
          },
        },
      ],
      dimension_names: ['z', 'y', 'x'],
      attributes: { spacing: [2, 0.5, 0.5], unit: 'micron' },
    }),
  );
  const withSum = (bytes: Uint8Array) => {
    const result = Buffer.alloc(bytes.length + 4);
    result.set(bytes);
    result.writeUInt32LE(crc32c(bytes), bytes.length);
    return result;
  };
  for (const shard of [0, 1]) {
    const parts: Buffer[] = [];
    const index = Buffer.alloc(64);
    let at = 0;
    for (const [y, x] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]) {
      const slot = 16 * (2 * y + x);
      // The last inner chunk of the second shard is not stored.
      if (shard === 1 && y === 1 && x === 1) {
        index.fill(0xff, slot, slot + 16);
        continue;
      }
      const values = new Uint16Array(24);
      for (let i = 0; i < 24; i++) {
        const [dz, dy, dx] = [Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4];
        values[i] = ((2 * shard + dz) * 6 + 3 * y + dy) * 8 + 4 * x + dx;
      }
      const part = withSum(new Uint8Array(values.buffer));
      index.writeBigUInt64LE(BigInt(at), slot);
      index.writeBigUInt64LE(BigInt(part.length), slot + 8);
      parts.push(part);
      at += part.length;
    }
    writeFileSync(path.join(container, `c/${shard}/0/0`), Buffer.concat([...parts, withSum(index)]));
  }
}
