/** The array buffers inside plain data, for passing data between threads. */

/** The same data with every view of a part of a buffer copied, so that no more than its values travels; shared memory stays where it is. */
export function compact<T>(value: T): T {
  return rebuild(value, (view) => (isShared(view) || isWhole(view) ? view : view.slice())) as T;
}

/**
 * As {@link compact}, with views of shared memory copied too: the thread that gets them could not know that they are what it
 * has already, and whether that is still in use.
 */
export function unshared<T>(value: T): T {
  return rebuild(value, (view) => (!isShared(view) && isWhole(view) ? view : view.slice())) as T;
}

/** Every buffer that can change hands, once; shared ones stay shared. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  rebuild(value, (view) => {
    if (view.buffer instanceof ArrayBuffer) found.add(view.buffer);
    return view;
  });
  return [...found];
}

type View = Float32Array;

const isShared = ({ buffer }: View) => !(buffer instanceof ArrayBuffer);
const isWhole = ({ buffer, byteLength }: View) => byteLength === buffer.byteLength;

/** Copies of the objects and lists on the way to an array that changed; everything else stays what it was. */
function rebuild(value: unknown, change: (view: View) => View): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return value instanceof DataView ? value : change(value as View);
  if (Array.isArray(value)) {
    // Long lists hold numbers.
    if (typeof value[0] !== 'object') return value;
    const items = value.map((item) => rebuild(item, change));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, item, rebuild(item, change)] as const);
  if (entries.every(([, before, after]) => before === after)) return value;
  return Object.fromEntries(entries.map(([key, , after]) => [key, after]));
}
