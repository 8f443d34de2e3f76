/**
 * Python's pickle format, protocols 0 to 5, as a machine that can only make values.
 * Format: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 *
 * A pickle is a program: in Python its opcodes import modules and call functions. Here a name stays a name
 * ({@link PyGlobal}), and a call goes to `host`, which knows a closed list of makers and answers with inert records to all others.
 */
import { FormatError } from '../../../errors.js';
import { PickleBudget } from './budget.js';
import { PickleCursor } from './cursor.js';
import { Op } from './opcode.js';
import { bigOf, floatOf, intOf, unescaped, unquoted } from './text-argument.js';
import { PyGlobal, PyRecord, type PyValue } from './value.js';

const NEWEST_PROTOCOL = 5;
const CONTAINER_COST = 8;
const MEMO_COST = 2;

/** Decides what the names and the references to storages in a pickle mean. */
export interface PickleHost {
  /** Answers REDUCE, NEWOBJ and their like. Must not execute anything on the word of the file. */
  call(maker: PyGlobal | PyRecord, args: readonly PyValue[], budget: PickleBudget): PyValue;
  /** Answers BINPERSID. */
  persistent(id: PyValue): PyValue;
  /** Answers BUILD for values that take their state in a way of their own; false for all others. */
  build(target: PyValue, state: PyValue): boolean;
}

export interface PickleResult {
  value: PyValue;
  /** Where the bytes after the pickle start. */
  end: number;
}

/**
 * Reads one pickle from `bytes` at `start`.
 *
 * @param available bytes that the file has from the start of `bytes` on; more than `bytes` when these are its beginning only.
 * @throws FormatError when it is damaged or costs too much; WindowEnd when it goes on behind `bytes`.
 */
export function readPickle(
  bytes: Uint8Array,
  host: PickleHost,
  { start = 0, available = bytes.length, budget = new PickleBudget() } = {},
): PickleResult {
  const cursor = new PickleCursor(bytes, start, available);
  return { value: new Machine(cursor, host, budget).run(), end: cursor.position };
}

class Machine {
  private readonly stack: PyValue[] = [];
  /** Heights of the stack at each open MARK. */
  private readonly marks: number[] = [];
  /** By index, which the file chooses freely: an array could be made gigantic. */
  private readonly memo = new Map<number, PyValue>();

  constructor(
    private readonly cursor: PickleCursor,
    private readonly host: PickleHost,
    private readonly budget: PickleBudget,
  ) {}

  run(): PyValue {
    for (;;) {
      const op = this.cursor.u8();
      if (op === Op.STOP) return this.pop();
      this.budget.spend(1);
      if (!this.plain(op) && !this.container(op) && !this.object(op))
        throw new FormatError(
          `its pickle has the unknown opcode 0x${op.toString(16)} at byte ${this.cursor.position - 1}.`,
        );
    }
  }

  /** Opcodes for numbers and texts, and for the stack and the memo. */
  private plain(op: number): boolean {
    const { cursor } = this;
    switch (op) {
      case Op.PROTO: {
        const protocol = cursor.u8();
        if (protocol > NEWEST_PROTOCOL) throw new FormatError(`its pickle has the unknown protocol ${protocol}.`);
        return true;
      }
      case Op.FRAME:
        cursor.u64();
        return true;
      case Op.NONE:
        return this.push(null);
      case Op.NEWTRUE:
        return this.push(true);
      case Op.NEWFALSE:
        return this.push(false);
      case Op.INT:
        return this.push(intOf(cursor.lineNumber()));
      case Op.LONG:
        return this.push(bigOf(cursor.lineNumber().replace(/L$/, '')));
      case Op.FLOAT:
        return this.push(floatOf(cursor.lineNumber()));
      case Op.BININT:
        return this.push(cursor.i32());
      case Op.BININT1:
        return this.push(cursor.u8());
      case Op.BININT2:
        return this.push(cursor.u16());
      case Op.LONG1:
        return this.push(cursor.integer(cursor.u8()));
      case Op.LONG4:
        return this.push(cursor.integer(cursor.i32()));
      case Op.BINFLOAT:
        return this.push(cursor.f64());
      case Op.STRING:
        return this.push(unquoted(cursor.line(), this.budget));
      case Op.UNICODE:
        return this.push(unescaped(cursor.line(), this.budget));
      case Op.BINSTRING:
        return this.push(cursor.latin1(cursor.i32()));
      case Op.SHORT_BINSTRING:
        return this.push(cursor.latin1(cursor.u8()));
      case Op.SHORT_BINUNICODE:
        return this.push(cursor.utf8(cursor.u8()));
      case Op.BINUNICODE:
        return this.push(cursor.utf8(cursor.u32()));
      case Op.BINUNICODE8:
        return this.push(cursor.utf8(cursor.u64()));
      case Op.SHORT_BINBYTES:
        return this.push(cursor.take(cursor.u8()));
      case Op.BINBYTES:
        return this.push(cursor.take(cursor.u32()));
      case Op.BINBYTES8:
      case Op.BYTEARRAY8:
        return this.push(cursor.take(cursor.u64()));
      case Op.POP:
        if (this.stack.length > this.floor) this.stack.pop();
        else this.closeMark();
        return true;
      case Op.POP_MARK:
        this.closeMark();
        return true;
      case Op.DUP:
        return this.push(this.top());
      case Op.PUT:
        return this.remember(Number(bigOf(cursor.lineNumber())));
      case Op.BINPUT:
        return this.remember(cursor.u8());
      case Op.LONG_BINPUT:
        return this.remember(cursor.u32());
      case Op.MEMOIZE:
        return this.remember(this.memo.size);
      case Op.GET:
        return this.push(this.recall(Number(bigOf(cursor.lineNumber()))));
      case Op.BINGET:
        return this.push(this.recall(cursor.u8()));
      case Op.LONG_BINGET:
        return this.push(this.recall(cursor.u32()));
      default:
        return false;
    }
  }

  /** Opcodes for tuples, lists, dictionaries and sets. */
  private container(op: number): boolean {
    switch (op) {
      case Op.MARK:
        this.marks.push(this.stack.length);
        return true;
      case Op.EMPTY_TUPLE:
      case Op.EMPTY_LIST:
        return this.pushContainer([]);
      case Op.EMPTY_DICT:
        return this.pushContainer(new Map());
      case Op.EMPTY_SET:
        return this.pushContainer(new Set());
      case Op.TUPLE:
      case Op.LIST:
        return this.pushContainer(this.closeMark());
      case Op.TUPLE1:
        return this.pushContainer(this.popMany(1));
      case Op.TUPLE2:
        return this.pushContainer(this.popMany(2));
      case Op.TUPLE3:
        return this.pushContainer(this.popMany(3));
      case Op.DICT:
        return this.pushContainer(setAll(new Map(), this.closeMark()));
      case Op.FROZENSET:
        return this.pushContainer(new Set(this.closeMark()));
      case Op.APPEND:
        return this.addTo(this.popMany(1));
      case Op.APPENDS:
      case Op.ADDITEMS:
        return this.addTo(this.closeMark());
      case Op.SETITEM:
        return this.setIn(this.popMany(2));
      case Op.SETITEMS:
        return this.setIn(this.closeMark());
      default:
        return false;
    }
  }

  /** Opcodes that import and call in Python. */
  private object(op: number): boolean {
    const { cursor } = this;
    switch (op) {
      case Op.GLOBAL:
        return this.push(new PyGlobal(cursor.line(), cursor.line()));
      case Op.STACK_GLOBAL: {
        const [module, name] = this.popMany(2);
        if (typeof module !== 'string' || typeof name !== 'string')
          throw new FormatError('its pickle names a class by something other than text.');
        return this.push(new PyGlobal(module, name));
      }
      case Op.REDUCE:
      case Op.NEWOBJ: {
        const [maker, args] = this.popMany(2);
        return this.call(maker, args);
      }
      case Op.NEWOBJ_EX: {
        const [maker, args, named] = this.popMany(3);
        if (!(named instanceof Map)) throw new FormatError('its pickle has broken named arguments.');
        return this.call(maker, Array.isArray(args) && named.size > 0 ? [...args, named] : args);
      }
      case Op.OBJ: {
        const [maker, ...args] = this.closeMark();
        return this.call(maker, args);
      }
      case Op.INST:
        return this.call(new PyGlobal(cursor.line(), cursor.line()), this.closeMark());
      case Op.BUILD: {
        const state = this.pop();
        const target = this.top();
        // Attributes of plain containers, such as _metadata of a state dictionary, say nothing about the weights.
        const plain = target instanceof Map || target instanceof Set || Array.isArray(target);
        if (plain || this.host.build(target, state)) return true;
        if (!(target instanceof PyRecord)) throw new FormatError('its pickle gives a state to a value that has none.');
        target.state = state;
        return true;
      }
      case Op.BINPERSID:
        return this.push(this.host.persistent(this.pop()));
      default:
        return false;
    }
  }

  private call(maker: PyValue | undefined, args: PyValue): true {
    if (!(maker instanceof PyGlobal || maker instanceof PyRecord) || !Array.isArray(args))
      throw new FormatError('its pickle calls something that is no class or function.');
    this.budget.spend(CONTAINER_COST);
    return this.push(this.host.call(maker, args, this.budget));
  }

  private addTo(items: PyValue[]): true {
    const target = this.top();
    if (Array.isArray(target)) for (const item of items) target.push(item);
    else if (target instanceof Set) for (const item of items) target.add(item);
    else if (target instanceof PyRecord) for (const item of items) target.items.push(item);
    else throw new FormatError('its pickle appends to a value that is no list.');
    return true;
  }

  private setIn(pairs: PyValue[]): true {
    const target = this.top();
    if (target instanceof Map) setAll(target, pairs);
    else if (target instanceof PyRecord) setAll(target.entries, pairs);
    else throw new FormatError('its pickle sets entries of a value that is no dictionary.');
    return true;
  }

  /** Below this height values belong to an enclosing MARK. */
  private get floor(): number {
    return this.marks.at(-1) ?? 0;
  }

  private push(value: PyValue): true {
    this.stack.push(value);
    return true;
  }

  private pushContainer(value: PyValue): true {
    this.budget.spend(CONTAINER_COST);
    return this.push(value);
  }

  private top(): PyValue {
    if (this.stack.length <= this.floor) throw underflow();
    return this.stack[this.stack.length - 1];
  }

  private pop(): PyValue {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  private popMany(count: number): PyValue[] {
    if (this.stack.length - count < this.floor) throw underflow();
    return this.stack.splice(this.stack.length - count, count);
  }

  private closeMark(): PyValue[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw underflow();
    return this.stack.splice(mark);
  }

  private remember(index: number): true {
    this.budget.spend(MEMO_COST);
    this.memo.set(index, this.top());
    return true;
  }

  private recall(index: number): PyValue {
    const value = this.memo.get(index);
    if (value === undefined) throw new FormatError(`its pickle refers to the value ${index}, which it has not made.`);
    return value;
  }
}

function underflow(): FormatError {
  return new FormatError('its pickle takes a value from an empty stack.');
}

function setAll(target: Map<PyValue, PyValue>, pairs: PyValue[]): Map<PyValue, PyValue> {
  if (pairs.length % 2 !== 0) throw new FormatError('its pickle has a dictionary key without a value.');
  for (let i = 0; i < pairs.length; i += 2) target.set(pairs[i], pairs[i + 1]);
  return target;
}
