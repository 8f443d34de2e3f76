/**
 * Many short rows, copied in the memory of `join-rows.as`.
 *
 * Those of several arrays that lie side by side, such as neighbouring chunks in an image, are put together there and written in one
 * piece: memory that is written in short rows far from each other, and later between them, takes more than twice the time.
 */
import { type ModuleMemory, workplaceOf } from '../compute/web-assembly.js';
import { JOIN_ROWS } from './join-rows-module.js';

/** Rows of one array. All numbers are bytes. */
export interface Rows {
  readonly bytes: Uint8Array;
  /** Where the first one begins. */
  readonly start: number;
  /** From one to the next. */
  readonly step: number;
  readonly length: number;
}

interface Exports {
  readonly memory: ModuleMemory;
  copyRows(source: number, across: number, target: number, down: number, rows: number, length: number): void;
}

/** Bytes that are put together before they are written: what the processor keeps near. */
const BLOCK = 2 ** 17;

/** One block for what is read, one for what is written. */
const workplace = workplaceOf<Exports>(JOIN_ROWS, 2 * BLOCK);

/** Whether {@link joinRows} takes such rows: not too far from each other in what is read. */
export function canJoin(parts: readonly Rows[]): boolean {
  const width = parts.reduce((sum, { length }) => sum + length, 0);
  return parts.length > 1 && width <= BLOCK && parts.every(({ step, length }) => length <= step && step <= 2 * length);
}

/**
 * Writes `rows` rows of each part next to each other.
 *
 * @param to its rows are as long as those of all parts together.
 */
export function joinRows(to: Omit<Rows, 'length'>, parts: readonly Rows[], rows: number): void {
  const { exports, bytes, place } = workplace();
  const width = parts.reduce((sum, { length }) => sum + length, 0);
  const longest = parts.reduce((most, { step }) => Math.max(most, step), width);
  const many = Math.max(Math.floor(BLOCK / longest), 1);
  const joined = place + BLOCK;
  for (let row = 0; row < rows; row += many) {
    const count = Math.min(many, rows - row);
    let column = joined;
    for (const each of parts) {
      bytes.set(span(each, each.start + row * each.step, count), place);
      exports.copyRows(place, each.step, column, width, count, each.length);
      column += each.length;
    }
    const first = to.start + row * to.step;
    if (to.step === width) to.bytes.set(bytes.subarray(joined, joined + count * width), first);
    else
      for (let i = 0; i < count; i++)
        to.bytes.set(bytes.subarray(joined + i * width, joined + (i + 1) * width), first + i * to.step);
  }
}

/** Whether {@link insertRows} is worth it: rows that fill most of what lies between the first and the last. */
export function canInsert(to: Rows, from: Rows, rows: number): boolean {
  const near = ({ step, length }: Rows) => length <= step && step <= 4 * length;
  return rows > 1 && near(to) && near(from) && to.length < LONG && isOwn(to) && Math.max(to.step, from.step) <= BLOCK;
}

/** Longer rows are as quick by a call for each. */
const LONG = 2048;

/** Others may write to shared memory between the rows. */
const isOwn = ({ bytes }: Rows) => bytes.buffer instanceof ArrayBuffer;

/**
 * Writes rows in the place of others; what lies between them is read and written again.
 *
 * @param first where they begin in `to`, and `start` in `from`, if elsewhere.
 */
export function insertRows(to: Rows, from: Rows, rows: number, first = to.start, start = from.start): void {
  const { exports, bytes, place } = workplace();
  const many = Math.max(Math.floor(BLOCK / Math.max(to.step, from.step)), 1);
  const written = place + BLOCK;
  for (let row = 0; row < rows; row += many) {
    const count = Math.min(many, rows - row);
    const source = span(from, start + row * from.step, count);
    const target = span(to, first + row * to.step, count);
    bytes.set(source, place);
    bytes.set(target, written);
    exports.copyRows(place, from.step, written, to.step, count, to.length);
    target.set(bytes.subarray(written, written + target.length));
  }
}

/** From the beginning of a row to the end of the last of so many. */
function span({ bytes, step, length }: Omit<Rows, 'start'>, first: number, rows: number): Uint8Array {
  return bytes.subarray(first, first + (rows - 1) * step + length);
}
