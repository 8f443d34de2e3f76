/**
 * Graphs that hold for any batch and image size.
 *
 * A trace knows sizes as numbers, and some end up in the graph: targets of reshapes, of resizes, of broadcasts. Here the
 * same function is traced at several sizes; where the graphs differ only in such numbers, and each follows from the
 * sizes of the input, it is computed by the graph itself. A size for which this fails stays as it was traced.
 */
import { ELEMENT_TYPE, type OnnxGraph, type OnnxNode, type OnnxTensor } from './model.js';

/** A size of the input that may become free. */
export interface FreeAxis {
  /** Word for it in the graph's interface. */
  readonly name: string;
  /** Axis of the input. */
  readonly axis: number;
  /** What it is traced at; 2 or more, as 1 has rules of its own. */
  readonly side: number;
}

/** The graph for sides of the axes; throws where the function does not take them. */
export type BuildGraph = (sides: readonly number[]) => OnnxGraph;

/** `floor(product of sides * over / under) + plus`, or, of a mean, `over / product of sides`. */
interface Formula {
  readonly axes: readonly number[];
  readonly over: number;
  readonly under: number;
  readonly plus: number;
  readonly inverse?: true;
}

/** Numbers of a graph that follow from its input, by the place where they are used: a node's input, an output's shape. */
type Formulas = Map<string, readonly Formula[]>;

export interface SizedGraph {
  readonly graph: OnnxGraph;
  /** Names of the axes that are free. */
  readonly free: readonly string[];
  /** Sides of free axes other than the first have to be multiples of this. */
  readonly multiple: number;
}

/** Frees all axes, or else the first one (the batch), or else none. @param input name of the graph's input. */
export function freeSizes(build: BuildGraph, axes: readonly FreeAxis[], input: string): SizedGraph {
  const sides = axes.map(({ side }) => side);
  const base = build(sides);
  // All together, then the batch alone: freedom of one image axis without the other is of no use.
  for (const wanted of [axes.map((_, i) => i), [0]]) {
    const formulas = formulasOf(build, base, sides, wanted);
    if (!formulas) continue;
    const apart = sides.map((side, i) => (wanted.includes(i) ? side * (2 + i) : side));
    if (!holds(build, base, formulas, apart)) continue;
    const image = wanted.filter((i) => i > 0);
    const multiple = image.length > 0 ? smallestMultiple(build, base, formulas, sides, image) : 1;
    const free = wanted.map((i) => axes[i]);
    return { graph: withFormulas(base, formulas, axes, wanted, input), free: free.map(({ name }) => name), multiple };
  }
  return { graph: base, free: [], multiple: 1 };
}

/** Undefined when the graphs differ in more than numbers that can be computed. */
function formulasOf(
  build: BuildGraph,
  base: OnnxGraph,
  sides: readonly number[],
  wanted: readonly number[],
): Formulas | undefined {
  const variants = wanted.map((axis) => {
    const stretched = (times: number) => sides.map((side, i) => (i === axis ? side * times : side));
    return { axis, twice: tryCompare(build, base, stretched(2)), thrice: tryCompare(build, base, stretched(3)) };
  });
  const formulas: Formulas = new Map();
  for (const [place, values] of numbersOf(base)) {
    const found: Formula[] = [];
    for (let k = 0; k < values.length; k++) {
      const samples: Sample[] = [];
      for (const { axis, twice, thrice } of variants) {
        const [second, third] = [twice?.get(place), thrice?.get(place)];
        if (second?.length !== values.length || third?.length !== values.length) return undefined;
        samples.push({ axis, side: sides[axis], twice: second[k], thrice: third[k] });
      }
      const formula = formulaOf(values[k], samples);
      if (!formula) return undefined;
      found.push(formula);
    }
    if (found.some((formula) => formula.axes.length > 0)) formulas.set(place, found);
  }
  return formulas;
}

interface Sample {
  axis: number;
  side: number;
  /** Values at two and three times the side. */
  twice: number;
  thrice: number;
}

function formulaOf(value: number, samples: readonly Sample[]): Formula | undefined {
  const changing = samples.filter(({ twice, thrice }) => twice !== value || thrice !== value);
  if (changing.length === 0) return { axes: [], over: 1, under: 1, plus: value - 1 };
  if (changing.every(({ twice, thrice }) => isNear(twice * 2, value) && isNear(thrice * 3, value))) {
    const product = changing.reduce((all, { side }) => all * side, 1);
    return { axes: changing.map(({ axis }) => axis), over: value * product, under: 1, plus: 0, inverse: true };
  }
  if (![value, ...changing.flatMap(({ twice, thrice }) => [twice, thrice])].every(Number.isInteger)) return undefined;
  if (changing.length === 1) {
    const [{ axis, side, twice, thrice }] = changing;
    const slope = twice - value;
    if (thrice - twice !== slope) return undefined;
    return { axes: [axis], ...reduced(slope, side), plus: value - slope };
  }
  if (!changing.every(({ twice, thrice }) => twice === 2 * value && thrice === 3 * value)) return undefined;
  const product = changing.reduce((all, { side }) => all * side, 1);
  return { axes: changing.map(({ axis }) => axis), ...reduced(value, product), plus: 0 };
}

function reduced(over: number, under: number): { over: number; under: number } {
  const divisor = greatestDivisor(Math.abs(over), under);
  return { over: over / divisor, under: under / divisor };
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

function evaluate({ axes, over, under, plus, inverse }: Formula, sides: readonly number[]): number {
  const product = axes.reduce((all, axis) => all * sides[axis], 1);
  return inverse ? over / product : Math.floor((product * over) / under) + plus;
}

/** Equal but for the digits that float32 does not have. */
function isNear(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= 1e-6 * Math.abs(b);
}

/** True when the formulas give the numbers of the graph that is traced at these sides. */
function holds(build: BuildGraph, base: OnnxGraph, formulas: Formulas, sides: readonly number[]): boolean {
  const numbers = tryCompare(build, base, sides);
  if (!numbers) return false;
  for (const [place, wanted] of numbersOf(base)) {
    const formula = formulas.get(place);
    const got = formula ? formula.map((one) => evaluate(one, sides)) : wanted;
    const traced = numbers.get(place)!;
    if (traced.length !== got.length || !traced.every((value, k) => isNear(value, got[k]))) return false;
  }
  return true;
}

/** Networks that halve an image take only sides that can be halved as often. */
function smallestMultiple(
  build: BuildGraph,
  base: OnnxGraph,
  formulas: Formulas,
  sides: readonly number[],
  image: readonly number[],
): number {
  const smallest = Math.min(...image.map((axis) => sides[axis]));
  for (let step = 1; step < smallest; step *= 2) {
    const up = (times: number) =>
      sides.map((side, i) => (image.includes(i) ? (Math.ceil(side / step) + times) * step : side));
    if (holds(build, base, formulas, up(1)) && holds(build, base, formulas, up(2))) return step;
  }
  return smallest;
}

/** Numbers of the graph at other sides by place; undefined when it is not the same graph. */
function tryCompare(
  build: BuildGraph,
  base: OnnxGraph,
  sides: readonly number[],
): Map<string, readonly number[]> | undefined {
  let other: OnnxGraph;
  try {
    other = build(sides);
  } catch {
    return undefined;
  }
  return sameButNumbers(base, other) ? numbersOf(other) : undefined;
}

/** Lists of whole numbers and single factors that nodes take, and shapes of outputs. */
function numbersOf(graph: OnnxGraph): Map<string, readonly number[]> {
  const lists = new Map(graph.initializers.filter(isNumeric).map(({ name, data }) => [name, Array.from(data, Number)]));
  const numbers = new Map<string, readonly number[]>();
  graph.nodes.forEach(({ inputs }, node) => {
    inputs.forEach((name, slot) => {
      const list = lists.get(name);
      if (list) numbers.set(placeOf(node, slot), list);
    });
  });
  for (const { name, shape } of graph.outputs) numbers.set(`output ${name}`, shape as number[]);
  return numbers;
}

function isNumeric({ type, shape }: OnnxTensor): boolean {
  return (type === 'int64' && shape.length === 1) || (type === 'float32' && shape.length === 0);
}

const placeOf = (node: number, slot: number) => `${node}:${slot}`;

function sameButNumbers(a: OnnxGraph, b: OnnxGraph): boolean {
  if (a.nodes.length !== b.nodes.length) return false;
  const constants = [a, b].map(({ initializers }) => new Map(initializers.map((tensor) => [tensor.name, tensor])));
  /** Name in b of each value of a. */
  const names = new Map(a.inputs.map(({ name }) => [name, name]));
  const sameInput = (ours: string, theirs: string) => {
    const [one, other] = [constants[0].get(ours), constants[1].get(theirs)];
    if (one && other) return (one.type === other.type && isNumeric(one) && isNumeric(other)) || sameTensor(one, other);
    return !one && !other && (names.get(ours) ?? ours) === theirs;
  };
  return a.nodes.every((node, i) => {
    const other = b.nodes[i];
    const same =
      looks(node) === looks(other) &&
      node.inputs.length === other.inputs.length &&
      node.inputs.every((name, slot) => sameInput(name, other.inputs[slot]));
    node.outputs.forEach((name, slot) => {
      names.set(name, other.outputs[slot]);
    });
    return same;
  });
}

function looks({ op, domain, attributes, outputs }: OnnxNode): string {
  return JSON.stringify([op, domain, attributes, outputs.length]);
}

function sameTensor(a: OnnxTensor, b: OnnxTensor): boolean {
  return (
    a.type === b.type &&
    String(a.shape) === String(b.shape) &&
    (a.data as ArrayLike<unknown> as unknown[]).every((value, i) => Object.is(value, b.data[i]))
  );
}

/** The graph with its numbers computed from the shape of the input. */
function withFormulas(
  graph: OnnxGraph,
  formulas: Formulas,
  axes: readonly FreeAxis[],
  wanted: readonly number[],
  input: string,
): OnnxGraph {
  const made: OnnxNode[] = [];
  const initializers = [...graph.initializers];
  const known = new Map<string, string>();
  const once = (key: string, make: (name: string) => void) => {
    const name = known.get(key) ?? `size_${known.size}`;
    if (!known.has(key)) {
      known.set(key, name);
      make(name);
    }
    return name;
  };
  const add = (op: string, inputs: string[], attributes: OnnxNode['attributes'] = {}) =>
    once(`${op} ${inputs.join(' ')}`, (name) => made.push({ op, inputs, outputs: [name], attributes }));
  const list = (values: readonly number[]) =>
    once(`list ${values.join(' ')}`, (name) =>
      initializers.push({ name, type: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) }),
    );
  const side = (axis: number) => add('Gather', [add('Shape', [input]), list([axes[axis].axis])]);
  const factor = (value: number) =>
    once(`factor ${value}`, (name) =>
      initializers.push({ name, type: 'float32', shape: [], data: Float32Array.of(value) }),
    );
  const share = ({ axes: factors, over }: Formula): string => {
    const product = factors.map(side).reduce((all, next) => add('Mul', [all, next]));
    const count = add('Squeeze', [add('Cast', [product], { to: { int: ELEMENT_TYPE.float32 } })]);
    return add('Div', [factor(over), count]);
  };
  const compute = ({ axes: factors, over, under, plus }: Formula): string => {
    if (factors.length === 0) return list([1 + plus]);
    let name = factors.map(side).reduce((product, next) => add('Mul', [product, next]));
    if (over !== 1) name = add('Mul', [name, list([over])]);
    if (under !== 1) name = add('Div', [name, list([under])]);
    return plus === 0 ? name : add('Add', [name, list([plus])]);
  };
  const nodes = graph.nodes.map((node, i) => ({
    ...node,
    inputs: node.inputs.map((name, slot) => {
      const formula = formulas.get(placeOf(i, slot));
      if (!formula) return name;
      return formula[0].inverse ? share(formula[0]) : add('Concat', formula.map(compute), { axis: { int: 0 } });
    }),
  }));
  const used = new Set([...made, ...nodes].flatMap(({ inputs }) => inputs));
  const wordOf = (name: string, position: number, formula: Formula, value: number): number | string => {
    const { axes: factors, over, under, plus } = formula;
    if (factors.length === 0) return value;
    const plain = factors.length === 1 && over === under && plus === 0;
    return plain ? axes[factors[0]].name : `${name}_${position}`;
  };
  return {
    ...graph,
    nodes: [...made, ...nodes],
    initializers: initializers.filter(({ name }) => used.has(name)),
    inputs: graph.inputs.map((info) =>
      info.name === input
        ? {
            ...info,
            shape: info.shape.map((value, axis) => {
              const free = wanted.find((i) => axes[i].axis === axis);
              return free === undefined ? value : axes[free].name;
            }),
          }
        : info,
    ),
    outputs: graph.outputs.map((info) => {
      const formula = formulas.get(`output ${info.name}`);
      if (!formula) return info;
      return { ...info, shape: info.shape.map((value, k) => wordOf(info.name, k, formula[k], value as number)) };
    }),
  };
}
