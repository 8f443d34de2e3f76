import fc from 'fast-check';
import { expect, test } from 'vitest';
import { registry } from 'zarrita';
import { decodeLz4 } from '../../../plugins/format/lz4.js';

type Load = () => Promise<{ fromConfig(configuration: object): { encode(bytes: Uint8Array): Promise<Uint8Array> } }>;
// The reference implementation, compiled. It puts the length before the block.
const Lz4 = await (registry.get('lz4') as unknown as Load)();

test('what the reference compresses comes back, and nothing beyond it is written', async () => {
  const runs = fc.array(fc.tuple(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 40 }), fc.nat()), {
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(runs, async (parts) => {
      const bytes = Uint8Array.from(
        parts.flatMap(([length, period, seed]) =>
          Array.from({ length }, (_, i) => Math.imul((i % period) + seed, 0x9e3779b1) >>> 24),
        ),
      );
      const block = (await Lz4.fromConfig({}).encode(bytes)).subarray(4);
      const target = new Uint8Array(bytes.length + 20).fill(7);
      expect(decodeLz4(block, 0, block.length, target, 10, 10 + bytes.length)).toBe(10 + bytes.length);
      expect(target.subarray(10, 10 + bytes.length)).toEqual(bytes);
      expect([...target.subarray(0, 10), ...target.subarray(10 + bytes.length)]).toEqual(Array(20).fill(7));
    }),
    { numRuns: 40 },
  );
});

test('blocks of any bytes write no further than they may', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (block) => {
      const target = new Uint8Array(300);
      try {
        decodeLz4(block, 0, block.length, target, 100, 200);
      } catch (error) {
        expect((error as Error).message).toBe('its LZ4 block is damaged');
      }
      expect([...target.subarray(0, 100), ...target.subarray(200)].every((byte) => byte === 0)).toBe(true);
    }),
  );
});
