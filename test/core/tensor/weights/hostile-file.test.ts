/** Files made to do harm: each must end in a FormatError, quickly, with nothing executed and nothing large allocated. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../../../core/errors.js';
import { readWeights } from '../../../../core/tensor/weights/index.js';
import { PickleBudget } from '../../../../core/tensor/weights/pickle/budget.js';
import { readPickle } from '../../../../core/tensor/weights/pickle/machine.js';
import { Op } from '../../../../core/tensor/weights/pickle/opcode.js';
import { torchHost } from '../../../../core/tensor/weights/torch/makers.js';
import { FIXTURES, fixture, made, usesFolder } from './files.js';
import { bytes, call, dict, int, name, pickle, storage, tensor, text, tuple, u32 } from './pickle-bytes.js';
import { torchZip } from './zip-bytes.js';

usesFolder();

const weights = tensor(storage('0', 1), [1], [1]);
const one = { 0: new Uint8Array(4) };

/** The outcome of a read: what it took, or the message of the FormatError. Any other error fails the test. */
async function outcome(content: Uint8Array): Promise<{ message?: string; numbers: number }> {
  const file = await made('hostile.pth', content);
  try {
    const { tensors, optimizer } = await readWeights(file);
    const all = [...tensors.values(), ...(optimizer?.tensors.values() ?? [])];
    return { numbers: all.reduce((sum, { data }) => sum + data.length, 0) };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    expect(error.message.startsWith(`${file}: `)).toBe(true);
    return { message: error.message, numbers: 0 };
  }
}

/** A list that holds the list before it twice, again and again. */
function doubling(levels: number): Uint8Array {
  const level = (i: number): Uint8Array => bytes(Op.BINGET, i, Op.BINGET, i, Op.TUPLE2, Op.BINPUT, i + 1, '0');
  const steps = Array.from({ length: levels }, (_, i) => level(i));
  return bytes(text('lol'), Op.BINPUT, 0, '0', ...steps, Op.BINGET, levels);
}

describe('a hostile checkpoint is refused', () => {
  it.each<[string, Uint8Array]>([
    ['as the object', call(name('os', 'system'), text('touch executed'))],
    ['beside the weights', dict({ w: weights, x: call(name('posix', 'system'), text('touch executed')) })],
    ['in a configuration', dict({ model: dict({ w: weights }), cfg: call(name('builtins', 'eval'), text('1/0')) })],
    [
      'where it is thrown away',
      bytes(call(name('subprocess', 'check_output'), text('touch')), '0', dict({ w: weights })),
    ],
    ['by the state of an object', bytes(call(name('os', 'system'), text('touch')), dict({}), 'b')],
  ])('that runs a command %s', async (_name, object) => {
    const { message } = await outcome(torchZip(pickle(object), one));
    expect(message).toMatch(/asks to run .* Nothing was run/);
    expect(existsSync('executed')).toBe(false);
  });

  const nested = (op: number, levels: number): Uint8Array => bytes(Op.NONE, new Uint8Array(levels).fill(op));
  it.each<[string, () => Uint8Array, RegExp]>([
    [
      'nested a hundred thousand times',
      () => dict({ model: dict({ w: weights }), x: nested(Op.TUPLE1, 1e5) }),
      /nested deeper/,
    ],
    [
      'nested a million times',
      () => dict({ w: weights, x: nested(Op.TUPLE1, 1e6) }),
      /more objects than|nested deeper/,
    ],
    [
      'that doubles at each level',
      () => dict({ model: dict({ w: weights }), x: doubling(60) }),
      /more than 200000 values/,
    ],
    ['with a text of 4 GB', () => bytes('}', Op.BINUNICODE, u32(0xffffffff), 'abc'), /asks for 4294967295 bytes/],
    ['with a number of 2 GB', () => bytes('}', Op.LONG4, u32(0x7fffffff), 'abc'), /number of 2147483647 bytes/],
    [
      'whose modules hold themselves',
      () => bytes(call(name('m', 'M')), Op.BINPUT, 0, dict({ w: weights }), '(', text('self'), Op.BINGET, 0, 'ub'),
      /nested without end/,
    ],
    [
      'whose modules double at each level',
      () => {
        const module = (state: Uint8Array): Uint8Array => bytes(call(name('m', 'M')), state, 'b');
        const level = (i: number): Uint8Array =>
          bytes(module(dict({ a: bytes(Op.BINGET, i), b: bytes(Op.BINGET, i) })), Op.BINPUT, i + 1, '0');
        const levels = Array.from({ length: 60 }, (_, i) => level(i));
        return bytes(module(dict({ none: int(1) })), Op.BINPUT, 0, '0', ...levels, Op.BINGET, 60);
      },
      /nested without end/,
    ],
    [
      'with a tensor repeated a hundred thousand times',
      () => {
        const entries = Array.from({ length: 1e5 }, (_, i) => bytes(text(`w${i}`), Op.BINGET, 0));
        return bytes(tensor(storage('0', 1), [1000], [0]), Op.BINPUT, 0, '0}(', ...entries.slice(0, 3e4), 'u');
      },
      /30000000 numbers, but only 4 bytes/,
    ],
    [
      'with the slots of an optimizer repeated',
      () => {
        const slots = dict(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`s${i}`, int(1)])));
        const entries = Array.from({ length: 1000 }, (_, i) => bytes(int(i), Op.BINGET, 0));
        const state = bytes('}(', ...entries, 'u');
        return bytes(
          slots,
          Op.BINPUT,
          0,
          '0',
          dict({ model: dict({ w: weights }), optimizer: dict({ state, param_groups: bytes(']') }) }),
        );
      },
      /optimizer has more state/,
    ],
    [
      'with the arrays of a state dictionary repeated',
      () => {
        const dtype = bytes(call(name('numpy', 'dtype'), text('u1')), tuple(int(3), text('|')), 'b');
        const data = bytes(Op.BINBYTES, u32(200_000), new Uint8Array(200_000));
        const array = bytes(
          call(name('numpy.core.multiarray', '_reconstruct')),
          tuple(int(1), tuple(int(200_000)), dtype, Uint8Array.of(Op.NEWFALSE), data),
          'b',
        );
        const entries = Array.from({ length: 1000 }, (_, i) => bytes(text(`w${i}`), Op.BINGET, 0));
        return bytes(array, Op.BINPUT, 0, '0}(', ...entries, 'u');
      },
      /200000000 numbers, but only 200000 bytes/,
    ],
    ['with a name of a megabyte', () => dict({ ['w'.repeat(1e6)]: weights }), /is too long for a tensor/],
    [
      'with the key that changes prototypes',
      () => dict({ model: dict({ w: weights }), cfg: dict({ ['__proto__']: int(1) }) }),
      /holds the key|has the key "__proto__"/,
    ],
  ])('%s', async (_name, object, message) => {
    expect((await outcome(torchZip(pickle(object()), one))).message).toMatch(message);
  });
});

/** Changes of a file: bytes set, numbers made extreme, pieces cut out or repeated. */
const mutation = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), at: fc.double({ min: 0, max: 1, noNaN: true }), value: fc.nat(255) }),
  fc.record({
    kind: fc.constant('extreme' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    value: fc.constantFrom(0, 0x7fffffff, 0x80000000, 0xffffffff),
  }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.double({ min: 0, max: 1, noNaN: true }), value: fc.nat(300) }),
  fc.record({
    kind: fc.constant('repeat' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    value: fc.nat(300),
  }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutated(content: Uint8Array, changes: readonly Mutation[]): Uint8Array {
  return changes.reduce<Uint8Array>((now, { kind, at, value }) => {
    const place = Math.floor(at * now.length);
    const [before, after] = [now.subarray(0, place), now.subarray(place)];
    if (kind === 'set') return bytes(before, value, after.subarray(1));
    if (kind === 'extreme') return bytes(before, u32(value), after.subarray(4));
    if (kind === 'cut') return bytes(before, after.subarray(value));
    return bytes(before, after.subarray(0, value), after);
  }, content);
}

const changes = fc.array(mutation, { minLength: 1, maxLength: 4 });

describe('a changed file gives tensors or a FormatError', () => {
  it.each([
    'biapy.pth',
    'biapy-deflated.pth',
    'views-legacy.pth',
    'module-legacy.pth',
    'script.pt',
    'arrays.npz',
    'arrays-compressed.npz',
    'array.npy',
    'expected.safetensors',
  ])('%s', async (file) => {
    const content = readFileSync(fixture(file));
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const { numbers } = await outcome(mutated(content, list));
        expect(numbers).toBeLessThanOrEqual(2 ** 20 + 8 * (content.length + 2000));
      }),
      { numRuns: 60, seed: 11 },
    );
  });

  it.each(['biapy.pth', 'views.pth', 'module.pth', 'biapy-protocol4.pth'])(
    'whose checksums are right: the pickle of %s',
    async (file) => {
      const { pickled, storages } = await partsOf(file);
      await fc.assert(
        fc.asyncProperty(changes, async (list) => {
          await outcome(torchZip(mutated(pickled, list), storages));
        }),
        { numRuns: 120, seed: 12 },
      );
    },
  );
});

it('any sequence of opcodes is a value or a FormatError', () => {
  const op = fc.constantFrom(...Object.values(Op)).map((code) => Uint8Array.of(code));
  const some = fc.oneof(
    { weight: 6, arbitrary: op },
    fc.constantFrom(
      int(1),
      text('a'),
      name('collections', 'OrderedDict'),
      weights,
      tuple(),
      dict({}),
      call(name('m', 'C')),
    ),
    fc.uint8Array({ minLength: 1, maxLength: 4 }),
  );
  fc.assert(
    fc.property(fc.array(some, { maxLength: 60 }), (parts) => {
      try {
        readPickle(bytes(...parts, Op.STOP), torchHost, { budget: new PickleBudget() });
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }),
    { numRuns: 5000, seed: 13 },
  );
});

/** Pickle and storages of a fixture, so that one can be changed without a wrong checksum. */
async function partsOf(file: string): Promise<{ pickled: Uint8Array; storages: Record<string, Uint8Array> }> {
  const { unzipSync } = await import('fflate');
  const entries = Object.entries(unzipSync(readFileSync(path.join(FIXTURES, file))));
  const pickled = entries.find(([entry]) => entry.endsWith('/data.pkl'))![1];
  const data = entries.filter(([entry]) => entry.includes('/data/'));
  return { pickled, storages: Object.fromEntries(data.map(([entry, content]) => [path.basename(entry), content])) };
}
