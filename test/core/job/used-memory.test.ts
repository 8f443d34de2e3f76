import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { sharedBytes } from '../../../core/image/image.js';
import { LEAD } from '../../../core/image/lead.js';
import { collectGarbage } from '../../../core/job/collect-garbage.js';
import { UsedMemory } from '../../../core/job/used-memory.js';

const MB = 2 ** 20;
/** What a megabyte of pixels takes. */
const TAKEN = sharedBytes(MB);

let collections: number;
let memory: UsedMemory;
function open(options: Partial<ConstructorParameters<typeof UsedMemory>[0]> = {}): UsedMemory {
  collections = 0;
  memory = new UsedMemory({
    most: 64 * MB,
    patience: MB,
    collect: () => {
      collections++;
      collectGarbage();
      memory.sweep();
    },
    ...options,
  });
  return memory;
}
beforeEach(() => void open());

/** Writes a byte into pixels and lets go of them. */
async function use(byte: number, length = MB): Promise<void> {
  (() => memory.take('uint8', length).fill(byte))();
  await setImmediate();
}

async function collect(): Promise<void> {
  await setImmediate();
  collectGarbage();
  memory.sweep();
}

describe('memory', () => {
  test('that nobody refers to is lent again, and taken for another type', async () => {
    await use(7, 2 * MB);
    await collect();
    expect(memory.free).toBe(sharedBytes(2 * MB));
    const again = memory.take('uint16', MB);
    expect(again).toBeInstanceOf(Uint16Array);
    expect(again.every((value) => value === 0x0707)).toBe(true);
    expect(memory.free).toBe(0);
  });

  test.each([
    ['the pixels', (pixels: Uint8Array) => pixels],
    ['a part of them', (pixels: Uint8Array) => pixels.subarray(3, 4)],
    ['their buffer', (pixels: Uint8Array) => pixels.buffer],
    ['a function that uses them', (pixels: Uint8Array) => () => pixels[0]],
  ])('to which somebody has a reference (%s) is not lent', async (_, keep) => {
    const kept = (() => keep(memory.take('uint8', MB).fill(7) as Uint8Array))();
    await collect();
    expect(memory.free).toBe(0);
    expect(memory.take('uint8', MB).fill(9)).toHaveLength(MB);
    const first =
      typeof kept === 'function'
        ? kept()
        : new Uint8Array('buffer' in kept ? kept.buffer : kept, 'buffer' in kept ? kept.byteOffset : LEAD)[0];
    expect(first).toBe(7);
  });

  test('is looked for when so much was lent as is worth it', async () => {
    open({ patience: 4 * MB });
    for (let i = 0; i < 4; i++) await use(i);
    expect(collections).toBe(0);
    await use(4);
    expect(collections).toBe(1);
    for (let i = 0; i < 3; i++) await use(i);
    expect(collections).toBe(1);
  });

  test('is looked for less and less where everything is kept', async () => {
    const kept = [];
    for (let i = 0; i < 32; i++) {
      kept.push(memory.take('uint8', MB));
      await setImmediate();
    }
    expect(collections).toBe(5);
    expect(kept).toHaveLength(32);
  });

  test('of small arrays is new and zero', async () => {
    expect(memory.take('float32', 4)).toEqual(new Float32Array(4));
    expect(memory.take('float32', 4).buffer).toBeInstanceOf(ArrayBuffer);
  });

  test('that is a little too large is lent in part, and such that is too small or much too large is not', async () => {
    await use(7, 2 * MB);
    await collect();
    memory.take('uint8', 2 * MB + 1);
    memory.take('uint8', 1.5 * MB);
    expect(memory.free).toBe(sharedBytes(2 * MB));
    const part = memory.take('uint8', 1.7 * MB);
    expect(part).toHaveLength(Math.floor(1.7 * MB));
    expect(part[0]).toBe(7);
    expect(memory.free).toBe(0);
  });

  test('is kept up to a limit, and no longer than until the look after the next', async () => {
    open({ most: 2 * TAKEN, patience: 64 * MB });
    for (let i = 0; i < 3; i++) await use(i);
    await collect();
    expect(memory.free).toBe(2 * TAKEN);
    open();
    await use(1);
    await collect();
    expect(memory.free).toBe(TAKEN);
    expect(memory.shrink(MB - 1)).toBe(TAKEN);
    await use(1);
    for (const free of [TAKEN, TAKEN, 0]) {
      await collect();
      expect(memory.free).toBe(free);
    }
  });

  test('can be spoiled before it is lent, small arrays too', async () => {
    open({ spoil: true, least: 1 });
    for (const length of [3, MB]) {
      expect(memory.take('uint8', length).every((value) => value === 255)).toBe(true);
      await use(1, length);
    }
    expect(memory.take('float32', 2)).toEqual(Float32Array.of(Number.NaN, Number.NaN));
    expect(memory.take('uint8', 2).buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});
