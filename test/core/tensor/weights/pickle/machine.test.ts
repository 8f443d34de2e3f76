import { describe, expect, it } from 'vitest';
import { WindowEnd } from '../../../../../core/tensor/weights/pickle/cursor.js';
import { type PickleHost, readPickle } from '../../../../../core/tensor/weights/pickle/machine.js';
import { Op } from '../../../../../core/tensor/weights/pickle/opcode.js';
import { PyGlobal, PyRecord, type PyValue } from '../../../../../core/tensor/weights/pickle/value.js';
import { bytes, call, dict, int, name, pickle, proto, text, tuple, u32, u64 } from '../pickle-bytes.js';

/** Knows nothing, so all calls are records. */
const host: PickleHost = {
  call: (maker, args) => new PyRecord(maker, args),
  persistent: (id) => ['persistent', id],
  build: () => false,
};

function read(content: Uint8Array): PyValue {
  return readPickle(content, host).value;
}

describe('pickles', () => {
  it.each<[string, Uint8Array, PyValue]>([
    ['None, True, False', pickle(Op.NONE, Op.NEWTRUE, Op.NEWFALSE, Op.TUPLE3), [null, true, false]],
    ['numbers of protocol 0', pickle('(I7\nI01\nI00\nL-9L\nF1e-3\nFinf\nt'), [7, true, false, -9, 1e-3, Infinity]],
    ['bytes, shorts and ints', pickle('(', Op.BININT1, 200, Op.BININT2, 0x34, 0x12, int(-5), 't'), [200, 0x1234, -5]],
    [
      'long numbers',
      pickle('(', Op.LONG1, 0, Op.LONG1, 1, 0xff, Op.LONG1, 2, 0xff, 0, Op.LONG4, u32(1), 5, 't'),
      [0, -1, 255, 5],
    ],
    ['numbers beyond 2^53', pickle(Op.LONG1, 9, u64(2n ** 63n), 0), 2n ** 63n],
    ['floats', pickle(Op.BINFLOAT, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0]), 1.5],
    ['texts of protocol 0', pickle("(S'it\\'s \\x41\\n'\nVd\\u00e9j\\u00e0\nt"), ["it's A\n", 'déjà']],
    [
      'texts',
      pickle('(', text('naïve'), Op.SHORT_BINUNICODE, 1, 'a', Op.BINUNICODE8, u64(1), 'b', 't'),
      ['naïve', 'a', 'b'],
    ],
    ['old texts', pickle('(', Op.BINSTRING, u32(1), 'a', Op.SHORT_BINSTRING, 1, 0xe9, 't'), ['a', 'é']],
    ['bytes', pickle(Op.SHORT_BINBYTES, 2, [1, 2]), Uint8Array.of(1, 2)],
    ['lists', pickle(']', int(1), 'a(', int(2), int(3), 'e'), [1, 2, 3]],
    ['lists and dictionaries of protocol 0', pickle('(lI1\na(dI2\nI3\ns\x86'), [[1], new Map([[2, 3]])]],
    [
      'dictionaries',
      pickle(dict({ a: int(1), b: int(2) })),
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    ],
    [
      'sets',
      pickle(Op.EMPTY_SET, '(', int(1), int(1), Op.ADDITEMS, '(', int(4), Op.FROZENSET, Op.TUPLE2),
      [new Set([1]), new Set([4])],
    ],
    [
      'the memo',
      pickle(text('a'), Op.BINPUT, 9, Op.MEMOIZE, Op.BINGET, 9, Op.LONG_BINGET, u32(1), Op.TUPLE3),
      ['a', 'a', 'a'],
    ],
    ['the memo of protocol 0', pickle('I5\np77\ng77\n\x86'), [5, 5]],
    ['POP, POP_MARK and DUP', pickle(int(1), int(2), '0(', int(3), '1(02\x86'), [1, 1]],
    ['frames', pickle(Op.FRAME, u64(3), int(4)), 4],
    ['persistent ids', pickle(int(3), Op.BINPERSID), ['persistent', 3]],
  ])('%s', (_name, content, value) => {
    expect(read(content)).toEqual(value);
  });

  it('share what they have in the memo', () => {
    const [first, second] = read(pickle(']', Op.BINPUT, 0, Op.BINGET, 0, Op.TUPLE2)) as PyValue[];
    expect(first).toBe(second);
  });

  it('may hold themselves', () => {
    const list = read(pickle(']', Op.BINPUT, 0, Op.BINGET, 0, 'a')) as PyValue[];
    expect(list[0]).toBe(list);
  });

  it.each([
    ['REDUCE', pickle(call(name('m', 'C'), int(1)))],
    ['NEWOBJ', pickle(name('m', 'C'), tuple(int(1)), Op.NEWOBJ)],
    ['NEWOBJ_EX', pickle(name('m', 'C'), tuple(int(1)), '}', Op.NEWOBJ_EX)],
    ['OBJ', pickle('(', name('m', 'C'), int(1), 'o')],
    ['INST', pickle('(', int(1), 'im\nC\n')],
    ['STACK_GLOBAL', pickle(text('m'), text('C'), Op.STACK_GLOBAL, tuple(int(1)), 'R')],
  ])('turn calls into records: %s', (_name, content) => {
    const record = read(content) as PyRecord;
    expect(record).toBeInstanceOf(PyRecord);
    expect([record.path, record.args]).toEqual(['m.C', [1]]);
  });

  it('put states, entries and items into records', () => {
    const record = read(
      pickle(call(name('m', 'C')), '(', text('k'), int(1), 'u', int(2), 'a', dict({ x: int(3) }), 'b'),
    ) as PyRecord;
    expect([record.entries, record.items, record.state]).toEqual([new Map([['k', 1]]), [2], new Map([['x', 3]])]);
  });

  it('follow each other', () => {
    const both = bytes(pickle(int(1)), pickle(int(2)));
    const first = readPickle(both, host);
    expect([first.value, readPickle(both, host, { start: first.end }).value]).toEqual([1, 2]);
  });

  it('know a name only as a name', () => {
    expect(read(pickle(name('os', 'system')))).toEqual(new PyGlobal('os', 'system'));
  });
});

describe('a broken pickle is refused', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['without an end', bytes(proto, 'N'), /ends too early|asks for 1 bytes/],
    ['with an empty stack', pickle(), /empty stack/],
    ['that takes values below a mark', pickle(int(1), '(\x85'), /empty stack/],
    ['that closes no mark', pickle('t'), /empty stack/],
    ['with an unknown opcode', pickle(0xff), /unknown opcode 0xff at byte 2/],
    ['with extension codes', pickle(0x82, 1), /unknown opcode 0x82/],
    ['of protocol 6', bytes(Op.PROTO, 6, 'N.'), /unknown protocol 6/],
    ['with a text of 4 GB', pickle(Op.BINUNICODE, u32(0xffffffff)), /asks for 4294967295 bytes/],
    ['with a text of an exabyte', pickle(Op.BINUNICODE8, u64(2n ** 63n)), /asks for 9223372036854775808 bytes/],
    ['with bytes of 2^53', pickle(Op.BINBYTES8, u64(2n ** 53n - 1n)), /asks for 9007199254740991 bytes/],
    ['with a text of a negative length', pickle(Op.BINSTRING, u32(0xffffffff)), /asks for -1 bytes/],
    ['with a number of 16 MB', pickle(Op.LONG4, u32(2 ** 24), new Uint8Array(100)), /number of 16777216 bytes/],
    ['with a number of a million digits', pickle(`L${'9'.repeat(1e6)}\n`), /number of 1000000 digits/],
    ['with a number that is none', pickle('I1e3\n'), /number that is none/],
    ['with a text without quotes', pickle('Sabc\n'), /without quotes/],
    ['with a line that does not end', bytes(proto, 'I12'), /ends too early: a line/],
    ['that refers to nothing', pickle(Op.BINGET, 7), /refers to the value 7/],
    ['that appends to a number', pickle(int(1), int(2), 'a'), /no list/],
    ['that sets entries of a list', pickle(']', int(1), int(2), 's'), /no dictionary/],
    ['with half an entry', pickle('}(', int(1), 'u'), /key without a value/],
    ['that calls a text', pickle(text('print'), tuple(), 'R'), /calls something that is no class/],
    ['that calls without arguments', pickle(name('m', 'f'), int(1), 'R'), /calls something that is no class/],
    ['that gives a number a state', pickle(int(1), int(2), 'b'), /gives a state to a value that has none/],
    ['that names a class by a number', pickle(int(1), int(2), Op.STACK_GLOBAL), /by something other than text/],
  ])('%s', (_name, content, message) => {
    expect(() => read(content)).toThrow(message);
  });

  it.each<[string, Uint8Array]>([
    ['lists', new Uint8Array(5e6).fill(Op.EMPTY_LIST)],
    ['dictionaries', new Uint8Array(5e6).fill(Op.EMPTY_DICT)],
    ['copies of the top', bytes(']', new Uint8Array(5e6).fill(Op.DUP))],
    ['memo entries', bytes('N', new Uint8Array(5e6).fill(Op.MEMOIZE))],
    ['marks', new Uint8Array(5e6).fill(Op.MARK)],
    ['tuples of tuples', bytes('N', new Uint8Array(5e6).fill(Op.TUPLE1))],
    ['escaped letters', Buffer.from(`S'${'\\x'.repeat(3e6)}'\n.`)],
    ['calls', Buffer.from('cm\nf\n)R'.repeat(1e6), 'latin1')],
  ])('that makes millions of %s', (_name, content) => {
    expect(() => read(content)).toThrow(/more objects than any checkpoint/);
  });

  it('that chooses a gigantic place in the memo takes no memory for it', () => {
    expect(read(pickle(int(1), Op.LONG_BINPUT, u32(0xfffffffe), Op.LONG_BINGET, u32(0xfffffffe), Op.TUPLE2))).toEqual([
      1, 1,
    ]);
  });
});

describe('the beginning of a pickle', () => {
  it('asks for more where the file has more', () => {
    const content = pickle(text('abc'));
    for (let length = 0; length < content.length; length++)
      expect(() => readPickle(content.slice(0, length), host, { available: content.length })).toThrow(WindowEnd);
  });

  it('refuses lengths beyond the file at once', () => {
    const content = bytes(proto, Op.BINUNICODE, u32(1000), 'abc');
    expect(() => readPickle(content, host, { available: 500 })).toThrow(
      /asks for 1000 bytes at byte 7, where 493 are left/,
    );
  });
});
