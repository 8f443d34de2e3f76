/** The shapes in which a graph takes and gives the tensors that are kept between its runs. */
import type { KernelCall, Trace, TracedValue } from './kernel-call.js';
import { NEXT } from './step-names.js';

/**
 * A trace whose inputs X and outputs `next.X` have the shapes they are computed with, where these are other ones than
 * those of X: the elements are the same, and each reshaping would be a node of its own.
 */
export function withStateAsComputed(trace: Trace): Trace {
  const producers = new Map<TracedValue, KernelCall>();
  for (const call of trace.calls) for (const output of call.outputs) producers.set(output, call);
  const outputs = trace.outputs.map(({ name, value }) => ({
    name,
    value: name.startsWith(NEXT) ? unshaped(value, producers) : value,
  }));
  const changed = new Set(outputs.flatMap(({ name }) => (name.startsWith(NEXT) ? [name.slice(NEXT.length)] : [])));
  const users = new Map<TracedValue, (KernelCall | undefined)[]>();
  const use = (value: TracedValue, call?: KernelCall) => users.set(value, [...(users.get(value) ?? []), call]);
  for (const call of trace.calls) for (const value of Object.values(call.inputs)) use(value, call);
  for (const { value } of outputs) use(value);
  const replaced = new Map<TracedValue, TracedValue>();
  const inputs = trace.inputs.map(({ name, value }) => {
    const taken = changed.has(name) ? takenAs(users.get(value) ?? []) : undefined;
    if (!taken) return { name, value };
    for (const call of users.get(value)!) replaced.set(call!.outputs[0], taken);
    return { name, value: taken };
  });
  if (replaced.size === 0) return { ...trace, outputs };
  const now = (value: TracedValue) => replaced.get(value) ?? value;
  const calls = trace.calls.flatMap((call) => {
    if (replaced.has(call.outputs[0])) return [];
    const entries = Object.entries(call.inputs).map(([key, value]) => [key, now(value)] as const);
    return [{ ...call, inputs: Object.fromEntries(entries) }];
  });
  return { calls, inputs, outputs: outputs.map(({ name, value }) => ({ name, value: now(value) })) };
}

const KEEPS_ELEMENTS = new Set(['Reshape', 'Identity']);

/** The value before it was given another shape. */
function unshaped(value: TracedValue, producers: ReadonlyMap<TracedValue, KernelCall>): TracedValue {
  let source = value;
  for (let call = producers.get(source); call && KEEPS_ELEMENTS.has(call.kernel); call = producers.get(source))
    source = call.inputs.x;
  return source;
}

/** What all users make of an input, where that is one other shape. */
function takenAs(users: readonly (KernelCall | undefined)[]): TracedValue | undefined {
  const [first] = users;
  if (!first) return undefined;
  const [taken] = first.outputs;
  const same = users.every((call) => call?.kernel === 'Reshape' && call.outputs[0].shape.join() === taken.shape.join());
  return same ? taken : undefined;
}
