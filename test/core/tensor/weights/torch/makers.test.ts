import { describe, expect, it } from 'vitest';
import { readPickle } from '../../../../../core/tensor/weights/pickle/machine.js';
import type { NumpyArray } from '../../../../../core/tensor/weights/pickle/numpy-value.js';
import { Op } from '../../../../../core/tensor/weights/pickle/opcode.js';
import { PyRecord, type PyValue } from '../../../../../core/tensor/weights/pickle/value.js';
import { torchHost } from '../../../../../core/tensor/weights/torch/makers.js';
import { type StorageRef, TensorView } from '../../../../../core/tensor/weights/torch/tensor-view.js';
import { bytes, call, int, name, type Part, pickle, storage, tensor, text, tuple } from '../pickle-bytes.js';

function read(...parts: readonly Part[]): PyValue {
  return readPickle(pickle(...parts), torchHost).value;
}

const none = Uint8Array.of(Op.NONE);
const no = Uint8Array.of(Op.NEWFALSE);

describe('names that a checkpoint may use', () => {
  it.each<[string, Uint8Array, PyValue]>([
    ['OrderedDict', call(name('collections', 'OrderedDict')), new Map()],
    [
      'OrderedDict of Python 2',
      call(name('collections', 'OrderedDict'), bytes('](', text('a'), int(1), 'l', 'a')),
      new Map([['a', 1]]),
    ],
    ['defaultdict', call(name('collections', 'defaultdict'), name('builtins', 'list')), new Map()],
    ['set', call(name('__builtin__', 'set'), bytes(']', int(1), 'a')), new Set([1])],
    ['bytes as a text', call(name('_codecs', 'encode'), text('\u00ff\u0001'), text('latin1')), Uint8Array.of(255, 1)],
    ['bytes without any', call(name('builtins', 'bytes')), new Uint8Array(0)],
    ['paths', call(name('pathlib', 'PosixPath'), text('/'), text('data'), text('x.tif')), '/data/x.tif'],
    ['paths of 3.13', call(name('pathlib._local', 'PosixPath'), text('a'), text('b')), 'a/b'],
    ['paths of Windows', call(name('pathlib', 'WindowsPath'), text('C:\\'), text('data')), 'C:\\data'],
    ['torch.Size', call(name('torch', 'Size'), tuple(int(2), int(3))), [2, 3]],
    ['torch.device', call(name('torch', 'device'), text('cuda'), int(0)), 'cuda'],
    [
      'numbers of NumPy',
      call(
        name('numpy._core.multiarray', 'scalar'),
        bytes(call(name('numpy', 'dtype'), text('f8'), no, no), tuple(int(3), text('<')), 'b'),
        bytes(Op.SHORT_BINBYTES, 8, new Uint8Array(Float64Array.of(0.5).buffer)),
      ),
      0.5,
    ],
  ])('%s', (_name, made, value) => {
    expect(read(made)).toEqual(value);
  });

  it('tensors', () => {
    const view = read(tensor(storage('7', 10), [2, 3], [1, 2], 4)) as TensorView;
    expect(view).toMatchObject({ offset: 4, shape: [2, 3], stride: [1, 2], typeName: 'FloatStorage' });
    expect(view.storage).toMatchObject({ key: '7', count: 10 });
  });

  it('parameters, and tensors of subclasses', () => {
    const inner = tensor(storage('7', 10), [2], [1]);
    expect(read(call(name('torch._utils', '_rebuild_parameter'), inner, no, none))).toBeInstanceOf(TensorView);
    const args = tuple(storage('7', 10), int(0), tuple(int(2)), tuple(int(1)));
    const subclass = call(
      name('torch._tensor', '_rebuild_from_type_v2'),
      name('torch._utils', '_rebuild_tensor_v2'),
      name('my.lab', 'Tensor'),
      args,
      none,
    );
    expect(read(subclass)).toBeInstanceOf(TensorView);
  });

  it('tensors of untyped storages, with a type of their own', () => {
    const view = read(
      call(
        name('torch._utils', '_rebuild_tensor_v3'),
        storage('0', 8, 'UntypedStorage'),
        int(1),
        tuple(int(3)),
        tuple(int(1)),
        no,
        none,
        name('torch', 'uint16'),
      ),
    ) as TensorView;
    expect([view.type?.name, view.offset]).toEqual(['uint16', 1]);
  });

  it('parts of storages, as before 1.6', () => {
    const id = tuple(
      text('storage'),
      name('torch', 'FloatStorage'),
      text('5'),
      text('cpu'),
      int(10),
      tuple(text('50'), int(4), int(3)),
    );
    expect(read(id, Op.BINPERSID)).toMatchObject({ key: '5', start: 4, count: 3 } satisfies Partial<StorageRef>);
  });

  it('arrays of NumPy, from protocol 5 too', () => {
    const dtype = bytes(call(name('numpy', 'dtype'), text('u1'), no, no), tuple(int(3), text('|')), 'b');
    const data = bytes(Op.SHORT_BINBYTES, 2, [7, 8]);
    const built = read(
      call(name('numpy.core.multiarray', '_reconstruct'), name('numpy', 'ndarray'), tuple(int(0)), data),
      tuple(int(1), tuple(int(2)), dtype, no, data),
      'b',
    ) as NumpyArray;
    const buffer = read(call(name('numpy.core.numeric', '_frombuffer'), data, dtype, tuple(int(1), int(2)), text('C')));
    expect([...built.read(), ...(buffer as NumpyArray).read()]).toEqual([7, 8, 7, 8]);
    expect((buffer as NumpyArray).shape).toEqual([1, 2]);
  });
});

describe('all other names', () => {
  it.each([
    ['my.lab', 'Kind'],
    ['functools', 'partial'],
    ['builtins', 'getattr'],
    ['operator', 'attrgetter'],
    ['torch.hub', 'load'],
    ['numpy', 'load'],
  ])('become records of no effect when they are called: %s.%s', (module, of) => {
    const record = read(call(name(module, of), text('x'))) as PyRecord;
    expect(record).toBeInstanceOf(PyRecord);
    expect([record.path, record.args]).toEqual([`${module}.${of}`, ['x']]);
  });

  it.each([
    ['os', 'system'],
    ['posix', 'system'],
    ['nt', 'system'],
    ['subprocess', 'Popen'],
    ['builtins', 'eval'],
    ['builtins', 'exec'],
    ['__builtin__', 'eval'],
    ['builtins', '__import__'],
    ['importlib', 'import_module'],
    ['runpy', '_run_code'],
    ['webbrowser', 'open'],
    ['socket', 'create_connection'],
    ['os.path', 'join'],
  ])('that do harm in Python are refused when they are called: %s.%s', (module, of) => {
    expect(() => read(call(name(module, of), text('echo')))).toThrow(/asks to run .*Nothing was run/);
    expect(() => read('(', text('echo'), `i${module}\n${of}\n`)).toThrow(/asks to run/);
    expect(() => read(name(module, of), tuple(text('echo')), Op.NEWOBJ)).toThrow(/asks to run/);
  });

  it('may look like harmful ones', () => {
    expect(read(call(name('oslo.config', 'Kind')))).toBeInstanceOf(PyRecord);
    expect(read(call(name('builtins', 'evaluate')))).toBeInstanceOf(PyRecord);
  });
});

describe('broken values are refused', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['tensors without a storage', tensor(int(1), [1], [1]), /a broken tensor/],
    [
      'tensors with a text as shape',
      call(name('torch._utils', '_rebuild_tensor_v2'), storage('0', 1), int(0), text('1'), tuple()),
      /a broken tensor/,
    ],
    ['references to other things', bytes(tuple(text('file'), text('/etc/passwd')), Op.BINPERSID), /no storage/],
    ['storages with a negative size', storage('0', -1), /a broken storage/],
    [
      'storages with a number as key',
      bytes(tuple(text('storage'), name('torch', 'FloatStorage'), int(0), text('cpu'), int(1)), Op.BINPERSID),
      /a broken storage/,
    ],
    ['types of NumPy', bytes(call(name('numpy', 'dtype'), text('f4')), int(3), 'b'), /a broken NumPy type/],
    [
      'subclasses of unknown makers',
      call(name('torch._tensor', '_rebuild_from_type_v2'), name('os', 'system'), none, tuple(text('echo'))),
      /a tensor of an unknown kind/,
    ],
    ['paths of numbers', call(name('pathlib', 'PosixPath'), int(1)), /a path made of something other than text/],
  ])('%s', (_name, made, message) => {
    expect(() => read(made)).toThrow(message);
  });

  it('a long text turned into bytes again and again costs what it is long', () => {
    const long = bytes(text('x'.repeat(1e6)), Op.BINPUT, 0, '0');
    const encode = bytes(name('_codecs', 'encode'), '(', Op.BINGET, 0, 'tR');
    const many = Buffer.concat([long, ...new Array<Uint8Array>(10_000).fill(encode)]);
    expect(() => read(many)).toThrow(/more objects than any checkpoint/);
  });

  it('a long list copied again and again costs what it is long', () => {
    const long = bytes(']', Op.BINPUT, 0, '(', 'N'.repeat(100_000), 'e0');
    const copy = bytes(name('builtins', 'set'), Op.BINGET, 0, '\x85R');
    const many = Buffer.concat([long, ...new Array<Uint8Array>(100_000).fill(copy)]);
    expect(() => read(many)).toThrow(/more objects than any checkpoint/);
  });

  it('a name of many megabytes is a name', () => {
    const record = read(call(name('os'.repeat(3e6), 'x'))) as PyRecord;
    expect(record.path.length).toBe(6e6 + 2);
  });
});
