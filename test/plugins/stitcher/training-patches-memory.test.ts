import { setTimeout } from 'node:timers/promises';
import { lastValueFrom, take, tap, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { MemoryError } from '../../../core/errors.js';
import { image } from '../../../core/image/image.js';
import type { Sample } from '../../../core/image/sample.js';
import { images, open, patches } from './patch-bench.js';

describe('memory', () => {
  test.each<[string, object, number[]?]>([
    ['a grid', { padding: [1, 1], overlap: [0.5, 0] }],
    ['a grid in order', { shuffle: false }],
    ['a repeated list', { replicate: 3 }],
    ['random places', { random: true, replicate: 4 }],
    ['places around foreground', { random: true, foreground: { foreground: 0.9, background: 0.1 } }],
    ['one side of the patches of a single image', { subset: { part: 'train', fraction: 0.25 } }, [12, 12, 1]],
    ['small images', {}, [3, 4, 1]],
    ['boxes that reach over a patch', { reach: [2, 2] }, [12, 12, 1]],
  ])('patches from files are those from memory: %s', async (_, settings, shape) => {
    const count = 'subset' in settings ? 1 : 3;
    const given = () =>
      images(count, shape).map((sample, i) => ({
        ...sample,
        // Numbers that no file of another type could keep.
        image: image(
          sample.image.data.map((value) => Math.fround(value / 7 + i)),
          sample.image.shape,
        ),
        target: image(
          Uint16Array.from(sample.target!.data, (value) => 300 + 50 * value),
          sample.target!.shape,
        ),
        ...(count === 1 && { facts: { onlyImage: true } }),
      }));
    const all = async (inMemory: boolean) =>
      (await open().run(patches({ epochs: 2, inMemory, ...settings }), given(), 'train')).map(
        ({ id, index, moment, image: picture, target }) => ({ id, index, moment, picture, target }),
      );
    const [fromFiles, fromMemory] = [await all(false), await all(true)];
    expect(fromFiles.length).toBeGreaterThan(count);
    expect(fromFiles).toEqual(fromMemory);
  });

  test('no more patches are on their way than may be', async () => {
    const { stream, memory } = open();
    const held: Sample[] = [];
    let most = 0;
    // A patch with its target takes 128 bytes.
    const running = stream(patches({ epochs: 1, prefetch: 3 }), images(4), 'train').subscribe((sample) => {
      sample.lease.retain();
      held.push(sample);
      most = Math.max(most, memory.inUse);
    });
    await setTimeout(20);
    expect([held.length, memory.inUse]).toEqual([3, 384]);
    while (held.length > 0) {
      held.shift()!.lease.release();
      await setTimeout(0);
    }
    expect(most).toBe(384);
    running.unsubscribe();
    expect(memory.inUse).toBe(0);
  });

  test('patches leave room for the validation, whatever may be prefetched', async () => {
    // An eighth of 8192 bytes is room for 8 patches of 128.
    const { stream, memory } = open({ budget: 8192 });
    const running = stream(patches({ epochs: 1, prefetch: 100, batch: 8 }), images(4), 'train').subscribe(({ lease }) =>
      lease.retain(),
    );
    await setTimeout(20);
    expect(memory.inUse).toBe(8 * 128);
    running.unsubscribe();
  });

  test('a batch that could never be full is refused', async () => {
    const { run, memory } = open({ budget: 8191 });
    const failing = run(patches({ epochs: 1, batch: 8 }), images(1), 'train');
    await expect(failing).rejects.toThrow(MemoryError);
    await expect(failing).rejects.toThrow(
      /a batch of 8 patches of 4×4 takes 1 KB, but the memory budget of 8 KB leaves 1023 B for it.*TRAIN\.BATCH_SIZE/,
    );
    expect(memory.inUse).toBe(0);
  });

  test('a batch is let through, whatever may be prefetched', async () => {
    const { stream, memory } = open();
    const running = stream(patches({ epochs: 1, prefetch: 2, batch: 5 }), images(4), 'train').subscribe(({ lease }) =>
      lease.retain(),
    );
    await setTimeout(20);
    expect(memory.inUse).toBe(5 * 128);
    running.unsubscribe();
  });

  test.each([true, false])('is given back when the training stops early (images in memory: %s)', async (inMemory) => {
    const { stream, memory } = open({ budget: 100_000 });
    const leased: Sample[] = [];
    for (const sample of images(3)) leased.push({ ...sample, lease: await memory.lease(512, 'an image') });
    const some = stream(patches({ epochs: 100, inMemory }), leased, 'train').pipe(take(5), toArray());
    expect(await lastValueFrom(some)).toHaveLength(5);
    await setTimeout(5);
    expect(memory.inUse).toBe(0);
  });

  test('is given back when it stops while the images are still read', async () => {
    const { stream, memory } = open({ budget: 2000 });
    const held = await memory.lease(1900, 'somebody else');
    const seen: Sample[] = [];
    const running = stream(patches({ epochs: 1 }), images(2), 'train')
      .pipe(tap((sample) => seen.push(sample)))
      .subscribe();
    await setTimeout(5);
    running.unsubscribe();
    held.release();
    await setTimeout(5);
    expect([seen.length, memory.inUse]).toEqual([0, 0]);
  });
});
