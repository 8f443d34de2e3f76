/**
 * Emission of ONNX nodes for traced values: names, constants, layouts, broadcasting.
 *
 * Lowering rules speak to an Emitter; it inserts a transposition, a reshape or an expansion only where one is
 * really needed.
 */
import type { DataType } from '@tensorflow/tfjs';
import { TensorError } from '../errors.js';
import {
  logicalOrder,
  type Order,
  reshapeGroups,
  reshapeOrder,
  sameBytes,
  sameList,
  sizeOf,
  storedAxis,
  widenOrder,
} from './layout.js';
import { type AttributeValue, ELEMENT_TYPE, type ElementType, type OnnxNode, type OnnxTensor } from './onnx/model.js';

/** A traced value as it exists in the graph being emitted. */
export interface Value {
  /** ONNX name; of a constant, undefined until a node needs it. */
  readonly name?: string;
  /** Logical shape that TensorFlow.js sees. */
  readonly shape: readonly number[];
  /** Logical shape that is stored: 1 where the value still waits to be broadcast to `shape`. */
  readonly dims: readonly number[];
  /** Storage order of the logical axes. */
  readonly order: Order;
  readonly type: ElementType;
  /** All elements are this number. */
  readonly constant?: number;
}

export type AttributeMap = Readonly<
  Record<string, number | string | readonly number[] | { float: number } | undefined>
>;

const TYPED = {
  float32: Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
} as const;

/** Element type of a TensorFlow.js type. */
export function elementType(dtype: DataType): 'float32' | 'int32' | 'bool' {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new TensorError(`Tensors of type ${dtype} cannot be compiled; use float32, int32 or bool.`);
}

/** Shape in storage order. */
export function storedShape(value: Pick<Value, 'dims' | 'order'>): number[] {
  return value.order.map((axis) => value.dims[axis]);
}

export class Emitter {
  private readonly nodes: OnnxNode[] = [];
  private readonly outputNames = new Map<string, string>();
  readonly initializers: OnnxTensor[] = [];
  private readonly producers = new Map<string, OnnxNode>();
  private readonly remembered = new Map<string, string>();
  private readonly known = new Set<string>();
  private names = 0;

  /** @param cpu the nodes will run on ONNX Runtime's CPU provider, some of whose operators are slower than others. */
  constructor(readonly cpu = false) {}

  /** Adds a node and returns the names of its outputs. */
  node(op: string, inputs: readonly string[], attributes: AttributeMap = {}, outputs = 1, domain?: string): string[] {
    const node: OnnxNode = { op, domain, inputs: [...inputs], outputs: [], attributes: encodeAttributes(attributes) };
    for (let i = 0; i < outputs; i++) node.outputs.push(this.freshName());
    this.nodes.push(node);
    for (const name of node.outputs) this.producers.set(name, node);
    if (inputs.every((name) => this.known.has(name))) for (const name of node.outputs) this.known.add(name);
    return node.outputs;
  }

  /** True when a name stands for constants or what is computed from constants alone: ONNX Runtime works it out once. */
  isKnown(name: string): boolean {
    return this.known.has(name);
  }

  /** The node that computes a name; undefined for inputs and constants. */
  producer(name: string): OnnxNode | undefined {
    return this.producers.get(name);
  }

  /** Asks an emitted node for one more output and returns its name. */
  addOutput(node: OnnxNode): string {
    const name = this.freshName();
    node.outputs.push(name);
    this.producers.set(name, node);
    return name;
  }

  /** A list of int64, as ONNX wants for shapes, axes, pads. */
  ints(values: readonly number[]): string {
    return this.once(`ints:${values.join(',')}`, () =>
      this.initializer('int64', [values.length], BigInt64Array.from(values, BigInt)),
    );
  }

  /** Positions for a Gather. */
  indices(values: readonly number[], shape: readonly number[]): string {
    return this.once(`indices:${shape.join(',')}:${values.join(',')}`, () =>
      this.initializer('int64', shape, BigInt64Array.from(values, BigInt)),
    );
  }

  /** A constant without axes. */
  scalar(value: number, type: ElementType = 'float32'): string {
    return this.once(`scalar:${type}:${Object.is(value, -0) ? '-0' : value}`, () =>
      this.initializer(type, [], typedArray(type, [value])),
    );
  }

  /** A constant array in logical order. */
  array(data: ArrayLike<number>, shape: readonly number[], type: ElementType = 'float32'): Value {
    return this.stored(this.initializer(type, shape, typedArray(type, data)), shape, logicalOrder(shape.length), type);
  }

  /** A value stored in full under a name. */
  stored(name: string, shape: readonly number[], order: Order, type: ElementType = 'float32'): Value {
    return { name, shape, dims: shape, order, type };
  }

  /** A value whose elements are all the same number. */
  constant(value: number, shape: readonly number[], type: ElementType = 'float32'): Value {
    return { shape, dims: shape.map(() => 1), order: logicalOrder(shape.length), type, constant: value };
  }

  /** Name of the value as stored, still to be broadcast; a scalar for constants. */
  name(value: Value): string {
    return value.name ?? this.scalar(value.constant!, value.type);
  }

  /** The value under a name and with its stored shape, constants included; still to be broadcast. */
  named(value: Value): Value & { name: string } {
    if (value.name !== undefined) return { ...value, name: value.name };
    const stored = this.array([value.constant!], storedShape(value), value.type);
    return { ...value, name: stored.name!, constant: undefined };
  }

  /** The same numbers as another type; to bool, everything but zero is true. */
  cast(value: Value, type: ElementType): Value {
    if (value.type === type) return value;
    if (value.constant !== undefined) return { ...value, type };
    return { ...value, name: this.node('Cast', [value.name!], { to: ELEMENT_TYPE[type] })[0], type };
  }

  /** The same value with nothing left to broadcast. */
  expand(value: Value): Value {
    if (value.name !== undefined && sameList(value.dims, value.shape)) return value;
    const full = { ...value, dims: value.shape, constant: undefined };
    const target = storedShape(full);
    const name = this.once(
      `expand:${this.name(value)}:${target.join(',')}`,
      () => this.node('Expand', [this.name(value), this.ints(target)])[0],
    );
    return { ...full, name };
  }

  /** The same value in another storage order; still to be broadcast where it was. */
  arrange(value: Value, order: Order): Value {
    if (sameList(value.order, order)) return value;
    const arranged = { ...value, order };
    if (value.name === undefined) return arranged;
    const target = storedShape(arranged);
    if (sameBytes(value.dims, value.order, order)) return { ...arranged, name: this.reshapeStored(value, target) };
    const permutation = order.map((axis) => storedAxis(value.order, axis));
    const name = this.once(
      `transpose:${value.name}:${permutation.join(',')}`,
      () => this.node('Transpose', [value.name!], { perm: permutation })[0],
    );
    return { ...arranged, name };
  }

  /** Name of the value stored in full in the given order. */
  full(value: Value, order: Order): string {
    return this.arrange(this.expand(value), order).name!;
  }

  /** Another logical shape over the same elements. */
  reshape(value: Value, shape: readonly number[]): Value {
    if (sameList(value.shape, shape)) return value;
    if (value.constant !== undefined) return this.constant(value.constant, shape, value.type);
    const groups = reshapeGroups(value.shape, shape);
    const dims = [...shape];
    let source = value;
    for (const group of groups) {
      const from = group.from.filter((axis) => value.shape[axis] !== 1);
      const to = group.to.filter((axis) => shape[axis] !== 1);
      const pending = from.some((axis) => value.dims[axis] !== value.shape[axis]);
      if (!pending) continue;
      if (from.length === 1 && to.length === 1) dims[to[0]] = 1;
      else {
        source = this.expand(value);
        dims.splice(0, dims.length, ...shape);
        break;
      }
    }
    let order = reshapeOrder(source.dims, source.order, groups);
    if (!order) {
      source = this.arrange(source, logicalOrder(source.shape.length));
      order = logicalOrder(shape.length);
    }
    const target = { ...value, shape, dims, order };
    return { ...target, name: this.reshapeStored(source, storedShape(target)) };
  }

  /**
   * Brings operands to one order, so that ONNX broadcasting gives what TensorFlow.js broadcasting would.
   * Constants become scalars. Returns names and the value that an element-wise result has.
   */
  align(
    operands: readonly Value[],
    shape: readonly number[],
    type: ElementType,
  ): { names: string[]; result: Omit<Value, 'name'> } {
    const order = this.commonOrder(operands, shape.length);
    const dims = shape.map(() => 1);
    const allConstant = operands.every((operand) => operand.constant !== undefined);
    const names = operands.map((operand, index) => {
      const added = shape.length - operand.shape.length;
      operand.dims.forEach((side, axis) => {
        dims[axis + added] = Math.max(dims[axis + added], side);
      });
      // One operand must bring the axes; beside it a constant may stay a scalar.
      if (operand.constant !== undefined)
        return allConstant && index === 0
          ? this.array([operand.constant], dims, operand.type).name!
          : this.scalar(operand.constant, operand.type);
      const ones = Array.from({ length: added }, () => 1);
      const widened: Value = {
        ...operand,
        shape: [...ones, ...operand.shape],
        dims: [...ones, ...operand.dims],
        order: widenOrder(operand.order, shape.length),
      };
      return this.arrange(widened, order).name!;
    });
    return { names, result: { shape, dims, order, type } };
  }

  /** Gives a value stored in full and in logical order the name of an output of the graph. */
  output(value: Value, name: string): void {
    const stored = this.full(value, logicalOrder(value.shape.length));
    const producer = this.producers.get(stored);
    // An input that is passed on, a constant, or a second name for one value needs a copy.
    if (!producer || this.outputNames.has(stored))
      this.nodes.push({ op: 'Identity', inputs: [stored], outputs: [name], attributes: {} });
    else this.outputNames.set(stored, name);
  }

  /** The nodes, with outputs of the graph under their own names. */
  finish(): OnnxNode[] {
    const rename = (name: string) => this.outputNames.get(name) ?? name;
    return this.nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
  }

  private commonOrder(operands: readonly Value[], rank: number): Order {
    let best: Value | undefined;
    for (const operand of operands) {
      if (operand.shape.length !== rank || operand.constant !== undefined) continue;
      const gain = best ? sizeOf(operand.dims) - sizeOf(best.dims) : 1;
      const sameSize = gain === 0 && sameList(best!.order, logicalOrder(rank));
      if (gain > 0 || sameSize) best = operand;
    }
    return best?.order ?? logicalOrder(rank);
  }

  private reshapeStored(value: Value, target: readonly number[]): string {
    const name = value.name!;
    if (sameList(storedShape(value), target)) return name;
    return this.once(`reshape:${name}:${target.join(',')}`, () => this.node('Reshape', [name, this.ints(target)])[0]);
  }

  private initializer(type: ElementType, shape: readonly number[], data: OnnxTensor['data']): string {
    const name = this.freshName();
    this.initializers.push({ name, type, shape, data });
    this.known.add(name);
    return name;
  }

  private once(key: string, make: () => string): string {
    let name = this.remembered.get(key);
    if (name === undefined) {
      name = make();
      this.remembered.set(key, name);
    }
    return name;
  }

  private freshName(): string {
    return `v${this.names++}`;
  }
}

function typedArray(type: ElementType, values: ArrayLike<number>): OnnxTensor['data'] {
  if (type === 'int64') return BigInt64Array.from(Array.from(values), BigInt);
  return TYPED[type].from(Array.from(values));
}

function encodeAttributes(attributes: AttributeMap): Record<string, AttributeValue> {
  const encoded: Record<string, AttributeValue> = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    if (typeof value === 'number') encoded[key] = { int: value };
    else if (typeof value === 'string') encoded[key] = { string: value };
    else if ('float' in value) encoded[key] = { float: value.float };
    else encoded[key] = { ints: value };
  }
  return encoded;
}
