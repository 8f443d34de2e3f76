import fc from 'fast-check';
import { expect, test } from 'vitest';
import { registry } from 'zarrita';
import { Scratch } from '../../../core/image/scratch.js';
import { decodeZstd, frameHeader } from '../../../plugins/format/zstd.js';

type Load = () => Promise<{ fromConfig(configuration: object): { encode(bytes: Uint8Array): Promise<Uint8Array> } }>;
// The reference implementation, compiled by others.
const Zstd = await (registry.get('zstd') as unknown as Load)();
const packed = async (bytes: Uint8Array, level = 3) => Zstd.fromConfig({ level }).encode(bytes);

/** Runs, periods and noise, one after the other. */
const contents = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 9000 }), fc.integer({ min: 1, max: 9000 }), fc.nat()), {
    minLength: 1,
    maxLength: 8,
  })
  .map((parts) =>
    Uint8Array.from(
      parts.flatMap(([length, period, seed]) =>
        Array.from({ length }, (_, i) => Math.imul((i % period) + seed, 0x9e3779b1) >>> 24),
      ),
    ),
  );

const picture = Uint8Array.from({ length: 50_000 }, (_, i) => 128 + 100 * Math.sin(i * 0.01) + (i % 7));

/** As `toEqual`, which looks at one byte after the other. */
const same = (found: Uint8Array, expected: Uint8Array) => expect(Buffer.compare(found, expected)).toBe(0);

test('what the reference compresses comes back, whatever its level and with anything behind it', async () => {
  await fc.assert(
    fc.asyncProperty(contents, fc.integer({ min: 1, max: 22 }), fc.uint8Array(), async (bytes, level, more) => {
      const frame = await packed(bytes, level);
      expect(frameHeader(frame).size).toBe(bytes.length);
      same(decodeZstd(Uint8Array.of(...frame, ...more), bytes.length), bytes);
    }),
    { numRuns: 40 },
  );
});

test('a frame that does not tell its size is read, as streams write it', async () => {
  const frame = await packed(picture);
  const { end } = frameHeader(frame);
  // A window of 2^20 bytes instead of the size.
  const stream = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, frame[4] & 0x04, 0x50, ...frame.subarray(end));
  expect(frameHeader(stream).size).toBeUndefined();
  same(decodeZstd(stream, picture.length), picture);
});

test('the result lies in the memory that is handed in, until the next one', async () => {
  const scratch = new Scratch();
  const [first, second] = [picture, picture.toReversed()];
  const found = decodeZstd(await packed(first), first.length, scratch);
  same(found, first);
  expect(decodeZstd(await packed(second), second.length, scratch).buffer).toBe(found.buffer);
  same(found, second);
});

test('every frame that is cut off is refused by name', async () => {
  const frame = await packed(picture);
  for (const kept of [0, 3, 5, 8, 100, frame.length - 1])
    expect(() => decodeZstd(frame.subarray(0, kept), picture.length)).toThrow('the zstd data are cut off');
});

test('more than is expected is not allocated', async () => {
  const bomb = await packed(new Uint8Array(4_000_000));
  expect(() => decodeZstd(bomb, 1000)).toThrow('the zstd data claim 4000000 bytes');
});

test('damage ends in a message or other bytes, and the decoder stays sound', async () => {
  const frame = await packed(picture);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(frame.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }),
      (changes) => {
        const damaged = frame.slice();
        for (const [at, value] of changes) damaged[at] = value;
        let result: Uint8Array | undefined;
        try {
          result = decodeZstd(damaged, picture.length);
        } catch (error) {
          expect((error as Error).message).toMatch(/^the zstd data (are damaged|are cut off|claim \d+ bytes)$/);
        }
        if (result) expect(result.length).toBeLessThanOrEqual(picture.length + 64 * 1024);
      },
    ),
    { numRuns: 300 },
  );
  same(decodeZstd(frame, picture.length), picture);
});
