/**
 * The closed list of classes and functions that a pickle may use, each with what it makes here. Any other name gives an
 * inert record, which says what was asked for and is of no effect.
 */
import path from 'node:path';
import { FormatError } from '../../../errors.js';
import type { PickleBudget } from '../pickle/budget.js';
import type { PickleHost } from '../pickle/machine.js';
import { NumpyArray, NumpyDtype, numpyScalar } from '../pickle/numpy-value.js';
import { PyGlobal, PyRecord, type PyValue } from '../pickle/value.js';
import { shown } from '../shown.js';
import { storageOf, tensorOf, typedTensorOf } from './tensor-view.js';

type Maker = (args: readonly PyValue[], budget: PickleBudget) => PyValue;

/** Names of older and newer versions for the same thing. */
const RENAMED: readonly (readonly [RegExp, string])[] = [
  [/^__builtin__(?=\.)/, 'builtins'],
  [/^copy_reg(?=\.)/, 'copyreg'],
  [/^numpy\._core(?=\.)/, 'numpy.core'],
  [/^pathlib\._local(?=\.)/, 'pathlib'],
];

/** A file that wants these run was made to do harm where Python opens it, so its weights deserve no trust either. */
const HARMFUL =
  /^(?:os|posix|nt|sys|subprocess|_posixsubprocess|pty|commands|shutil|socket|ctypes|_ctypes|importlib|imp|runpy|code|codeop|pickle|_pickle|cPickle|marshal|webbrowser|multiprocessing|threading|signal|pdb|timeit|cProfile|urllib|http|requests|builtins\.(?:eval|exec|compile|execfile|open|__import__|input|breakpoint|globals|vars))(?:\.|$)/;

const list: Maker = ([items = []], budget) => {
  const values = iterate(items);
  budget.spend(values.length);
  return [...values];
};
const set: Maker = ([items = []], budget) => {
  const values = iterate(items);
  budget.spend(values.length);
  return new Set(values);
};
const dictionary: Maker = ([pairs = []], budget) => {
  const entries = pairs instanceof Map ? [...pairs] : iterate(pairs);
  budget.spend(entries.length);
  return new Map(entries.map(pairOf));
};
const first: Maker = ([value = null]) => value;
const pathOf =
  (join: (...parts: string[]) => string): Maker =>
  (args) =>
    join(...args.map((part) => (typeof part === 'string' ? part : refuse('a path made of something other than text'))));

const MAKERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['collections.OrderedDict', dictionary],
  ['collections.defaultdict', ([, pairs = []], budget) => dictionary([pairs], budget)],
  ['builtins.dict', dictionary],
  ['builtins.list', list],
  ['builtins.tuple', list],
  ['builtins.set', set],
  ['builtins.frozenset', set],
  ['builtins.bytearray', bytesOf],
  ['builtins.bytes', bytesOf],
  ['_codecs.encode', bytesOf],
  ['copyreg._reconstructor', ([maker]) => new PyRecord(namedMaker(maker), [])],
  ['pathlib.PosixPath', pathOf(path.posix.join)],
  ['pathlib.PurePosixPath', pathOf(path.posix.join)],
  ['pathlib.WindowsPath', pathOf(path.win32.join)],
  ['pathlib.PureWindowsPath', pathOf(path.win32.join)],
  ['numpy.dtype', ([code]) => (typeof code === 'string' ? new NumpyDtype(code) : refuse('a broken NumPy type'))],
  ['numpy.core.multiarray.scalar', numpyScalar],
  ['numpy.core.multiarray._reconstruct', () => new NumpyArray()],
  ['numpy.core.numeric._frombuffer', (args) => NumpyArray.fromBuffer(args)],
  ['torch.Size', list],
  ['torch.device', first],
  ['torch._utils._rebuild_tensor', tensorOf],
  ['torch._utils._rebuild_tensor_v2', tensorOf],
  ['torch._utils._rebuild_tensor_v3', typedTensorOf],
  ['torch._utils._rebuild_parameter', first],
  ['torch._utils._rebuild_parameter_with_state', first],
  ['torch._tensor._rebuild_from_type_v2', tensorOfSubclass],
]);

/** What the pickles of PyTorch mean. */
export const torchHost: PickleHost = {
  call,
  persistent(id) {
    // Files before 1.6 keep the source text of a module's class beside its name.
    if (Array.isArray(id) && id[0] === 'module' && id[1] instanceof PyGlobal) return id[1];
    return storageOf(id);
  },
  build(target, state) {
    if (!(target instanceof NumpyArray || target instanceof NumpyDtype)) return false;
    target.build(state);
    return true;
  },
};

function call(maker: PyGlobal | PyRecord, args: readonly PyValue[], budget: PickleBudget): PyValue {
  const name = canonical(maker.path);
  if (HARMFUL.test(name))
    throw new FormatError(
      `it asks to run ${shown(maker.path)}. Nothing was run, but such a file is no checkpoint: do not open it with Python.`,
    );
  const known = maker instanceof PyGlobal ? MAKERS.get(name) : undefined;
  return known ? known(args, budget) : new PyRecord(maker, args);
}

/** `(function, class, its arguments, attributes)`: a subclass of Tensor is read as the tensor it holds. */
function tensorOfSubclass([maker, , args]: readonly PyValue[]): PyValue {
  if (maker instanceof PyGlobal && Array.isArray(args)) {
    if (maker.name === '_rebuild_tensor_v2') return tensorOf(args);
    if (maker.name === '_rebuild_tensor_v3') return typedTensorOf(args);
    if (maker.name === '_rebuild_parameter') return args[0] ?? null;
  }
  return refuse('a tensor of an unknown kind');
}

function canonical(name: string): string {
  // No name in the lists is as long; a giant one must not cost a giant search.
  if (name.length > 200) return '';
  return RENAMED.reduce((renamed, [from, to]) => renamed.replace(from, to), name);
}

function namedMaker(maker: PyValue | undefined): PyGlobal | PyRecord {
  return maker instanceof PyGlobal || maker instanceof PyRecord
    ? maker
    : refuse('a call of something that is no class');
}

/** Bytes that protocol 2 writes as a text in Latin-1. */
function bytesOf([text = '', encoding = 'latin1']: readonly PyValue[], budget: PickleBudget): PyValue {
  if (text instanceof Uint8Array) return text;
  if (typeof text !== 'string' || typeof encoding !== 'string') return refuse('broken bytes');
  budget.spend(Math.ceil(text.length / 16));
  return Uint8Array.from(Buffer.from(text, /^(?:latin-?1|iso-?8859-?1|ascii)$/i.test(encoding) ? 'latin1' : 'utf8'));
}

function iterate(value: PyValue): PyValue[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Set) return [...value];
  if (value instanceof Map) return [...value.keys()];
  return refuse('a list made of something else');
}

function pairOf(pair: PyValue): [PyValue, PyValue] {
  return Array.isArray(pair) && pair.length === 2 ? [pair[0], pair[1]] : refuse('a broken dictionary');
}

function refuse(what: string): never {
  throw new FormatError(`its pickle has ${what}.`);
}
