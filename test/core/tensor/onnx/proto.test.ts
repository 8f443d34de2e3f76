import { describe, expect, it } from 'vitest';
import { MessageWriter } from '../../../../core/tensor/onnx/proto.js';

const hex = (writer: MessageWriter) => Buffer.from(writer.finish()).toString('hex');

describe('protocol buffer messages', () => {
  it.each<[string, MessageWriter, string]>([
    ['an integer, as in the documentation', new MessageWriter().int(1, 150), '089601'],
    ['a text, as in the documentation', new MessageWriter().string(2, 'testing'), '120774657374696e67'],
    [
      'a message inside, as in the documentation',
      new MessageWriter().message(3, new MessageWriter().int(1, 150)),
      '1a03089601',
    ],
    ['a negative integer in ten bytes', new MessageWriter().int(1, -2), '08feffffffffffffffff01'],
    ['an integer beyond 32 bits', new MessageWriter().int(1, 2 ** 40), '08808080808020'],
    ['a float', new MessageWriter().float(2, 1.5), '150000c03f'],
    [
      'fields in order',
      new MessageWriter().int(1, 1).bytes(2, Uint8Array.of(9)).int(16, 0),
      '080112010980 0100'.replace(' ', ''),
    ],
  ])('%s', (_name, writer, wanted) => {
    expect(hex(writer)).toBe(wanted);
  });
});
