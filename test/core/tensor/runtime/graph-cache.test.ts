import { describe, expect, it } from 'vitest';
import { GraphCache } from '../../../../core/tensor/runtime/graph-cache.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('graph cache', () => {
  it('makes an entry once, even when asked twice at the same time', async () => {
    let made = 0;
    const cache = new GraphCache<number>(2, () => {});
    const make = async () => ++made;
    expect(await Promise.all([cache.get('a', make), cache.get('a', make)])).toEqual([1, 1]);
  });

  it('drops what was used longest ago', async () => {
    const dropped: string[] = [];
    const cache = new GraphCache<string>(2, (entry) => dropped.push(entry));
    for (const key of ['a', 'b', 'a', 'c']) await cache.get(key, async () => key);
    await settled();
    expect(dropped).toEqual(['b']);
    cache.clear();
    await settled();
    expect(dropped).toEqual(['b', 'a', 'c']);
  });

  it('tries again after a failure', async () => {
    const cache = new GraphCache<number>(2, () => {});
    await expect(cache.get('a', () => Promise.reject(new Error('no memory')))).rejects.toThrow('no memory');
    expect(await cache.get('a', async () => 1)).toBe(1);
  });
});
