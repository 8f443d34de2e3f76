import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32, tableCrc32 } from '../../../../core/tensor/weights/crc32.js';

it('is the checksum of the standard, computed here or by Node', () => {
  expect(tableCrc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(crc32(bytes)).toBe(tableCrc32(bytes));
    }),
    { seed: 3 },
  );
});
