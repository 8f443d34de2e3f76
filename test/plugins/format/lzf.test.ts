import { expect, test } from 'vitest';
import { decodeLzf } from '../../../plugins/format/lzf.js';

test('literals, and copies that reach into themselves', () => {
  // 'ab', then seven bytes from two back.
  expect([...decodeLzf(Uint8Array.of(1, 97, 98, 0xa0, 1), 16)]).toEqual([...Buffer.from('ababababa')]);
  // A length of 7 goes on in the next byte: 3 + 7 + 2 bytes of 'a'.
  expect(decodeLzf(Uint8Array.of(0, 97, 0xe0, 3, 0), 16)).toEqual(new Uint8Array(13).fill(97));
  expect(decodeLzf(new Uint8Array(0), 4)).toHaveLength(0);
});

test.each([
  ['a literal behind the end', [3, 1, 2]],
  ['a copy from before the start', [0, 97, 0x20, 5]],
  ['a copy whose distance is not there', [0, 97, 0x20]],
  ['a copy whose length is not there', [0, 97, 0xe0]],
  ['more than a chunk', [0, 97, 0xe0, 200, 0]],
])('%s is told', (_, bytes) => {
  expect(() => decodeLzf(Uint8Array.from(bytes), 64)).toThrow('its LZF data are damaged');
});
