import { describe, expect, it } from 'vitest';
import { crc32c, maskedCrc32c } from '../../../core/job/crc32c.js';

const bytes = (make: (i: number) => number) => Uint8Array.from({ length: 32 }, (_, i) => make(i));

describe('crc32c', () => {
  // RFC 3720, appendix B.4.
  it.each([
    ['zeros', bytes(() => 0), 0x8a9136aa],
    ['ones', bytes(() => 0xff), 0x62a8ab43],
    ['rising', bytes((i) => i), 0x46dd794e],
    ['falling', bytes((i) => 31 - i), 0x113fdb5c],
    ['the digits 1 to 9', new TextEncoder().encode('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(), 0],
  ])('of %s', (_, data, expected) => expect(crc32c(data)).toBe(expected));

  it('masked, as at the start of every event file', () => {
    const length = new Uint8Array(8);
    length[0] = 24;
    // TensorFlow's own files begin with the bytes 18 00 00 00 00 00 00 00 a3 7f 4b 22.
    expect(maskedCrc32c(length)).toBe(0x224b7fa3);
  });
});
