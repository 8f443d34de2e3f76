import fc from 'fast-check';
import { expect, test } from 'vitest';
import { registry } from 'zarrita';
import { decodeBlosc } from '../../../plugins/format/blosc.js';

interface Codec {
  encode(bytes: Uint8Array): Promise<Uint8Array>;
  decode(bytes: Uint8Array): Promise<Uint8Array>;
}
type Load = () => Promise<{ fromConfig(configuration: object): Codec }>;
// c-blosc itself, compiled: what zarrita brings.
const load = (name: string) => (registry.get(name) as unknown as Load)();
const Blosc = await load('blosc');
const refused = (): never => {
  throw new Error('given to another decoder');
};

/** Bytes with runs and repeats, so that all kinds of matches occur. */
function pixels(length: number, seed: number, smooth: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return smooth === 0 ? state >>> 24 : Math.floor(i / smooth) + (state >>> 30);
  });
}

const settings = {
  cname: fc.constantFrom('lz4', 'lz4hc', 'zlib', 'zstd'),
  clevel: fc.constantFrom(0, 1, 5),
  shuffle: fc.constantFrom(0, 1, 2),
  blocksize: fc.constantFrom(0, 512, 4096),
  length: fc.integer({ min: 0, max: 20_000 }),
  smooth: fc.constantFrom(0, 1, 7, 300),
  seed: fc.nat(),
};

test('what c-blosc compresses comes back, whatever its settings', async () => {
  await fc.assert(
    fc.asyncProperty(fc.record(settings), async ({ length, smooth, seed, ...configuration }) => {
      const bytes = pixels(length, seed, smooth);
      const container = await Blosc.fromConfig(configuration).encode(bytes);
      // numcodecs calls bytes values of one byte; those of more are in the fixtures of zarr.test.ts and below.
      expect(await decodeBlosc(container, length, refused)).toEqual(bytes);
    }),
    { numRuns: 25 },
  );
});

test('a container that claims more than a chunk is refused before anything is allocated', async () => {
  const container = await Blosc.fromConfig({ cname: 'lz4', clevel: 5, shuffle: 1 }).encode(pixels(5000, 1, 7));
  await expect(decodeBlosc(container, 4999, refused)).rejects.toThrow('claims 5000 bytes, more than the 4999');
  await expect(decodeBlosc(container.subarray(0, container.length - 1), 5000, refused)).rejects.toThrow('shorter');
  await expect(decodeBlosc(container.subarray(0, 7), 5000, refused)).rejects.toThrow('shorter than a Blosc header');
});

test('damaged containers end in an error or in bytes of the right length', async () => {
  const container = await Blosc.fromConfig({ cname: 'lz4', clevel: 5, shuffle: 1 }).encode(pixels(5000, 1, 7));
  await fc.assert(
    fc.asyncProperty(fc.nat(container.length - 1), fc.nat(255), async (at, value) => {
      const broken = container.slice();
      broken[at] = value;
      const found = await decodeBlosc(broken, 6000, refused).catch((error: unknown) => error);
      expect(found instanceof Error || (found instanceof Uint8Array && found.length <= 6000)).toBe(true);
    }),
  );
});
