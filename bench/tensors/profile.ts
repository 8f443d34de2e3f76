/**
 * Where the time of a case goes, by ONNX Runtime's own profile:
 * `node --import tsx bench/tensors/profile.ts "U-Net 2D, 4×128×128, training step" [threads] [runs] [--nodes]`.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { parameterCount } from '../../core/tensor/index.js';
import { sizeOf } from '../../core/tensor/layout.js';
import { buildGraph } from '../../core/tensor/runtime/graph-loader.js';
import { initialModel, initialTraining } from '../../core/tensor/runtime/state.js';
import { hyperFeeds, modelInputs, optimizerInputs, predictionStep, trainingStep } from '../../core/tensor/step.js';
import { quantile } from '../measure.js';
import { modelCases } from '../models/cases.js';
import { modelWork } from '../models/work.js';
import { tensorCases } from './cases.js';
import { workOf } from './work.js';

const [name, threads = '2', runs = '10'] = process.argv.slice(2).filter((text) => !text.startsWith('--'));
const tensorCase = tensorCases.find((one) => one.name.includes(name));
const modelCase = modelCases.find((one) => one.name.includes(name));
const names = [...tensorCases, ...modelCases].map((one) => one.name);
if (!tensorCase && !modelCase) throw new Error(`no case holds '${name}': ${names.join('; ')}`);
const { network, input, target, training } = tensorCase ? workOf(tensorCase) : await modelWork(modelCase!);
const scalars = hyperFeeds(training, { learningRate: 1e-3 }, 1);
const trains = tensorCase?.mode !== 'infer';
const state = trains ? initialTraining(training) : initialModel(network, 0);
const graph = buildGraph(
  trains
    ? {
        subject: 'profile',
        inputs: [
          ...modelInputs(network),
          ...optimizerInputs(training),
          ...[...scalars.keys()].map((scalar) => ({ name: scalar, shape: [] })),
        ],
        compute: trainingStep(training),
      }
    : { subject: 'profile', inputs: modelInputs(network), compute: predictionStep(network), constants: state },
  [{ name: 'input', shape: input.shape }, ...(trains ? [{ name: 'target', shape: target.shape }] : [])],
  true,
);
const folder = mkdtempSync(join(tmpdir(), 'biagraph-profile-'));
const session = await ort.InferenceSession.create(graph.model, {
  executionProviders: ['cpu'],
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
  enableMemPattern: false,
  enableProfiling: true,
  logSeverityLevel: 3,
  profileFilePrefix: join(folder, 'profile'),
  extra: { session: { intra_op: { allow_spinning: '1' }, force_spinning_stop: '1' } },
});
const feeds: Record<string, ort.Tensor> = {};
for (const { name: port, shape } of graph.inputs) {
  const data =
    port === 'input'
      ? input.data
      : port === 'target'
        ? target.data
        : scalars.has(port)
          ? Float32Array.of(scalars.get(port)!)
          : // Dropout and the like: what is kept, everything here.
            (state.get(port)?.data ?? new Float32Array(sizeOf(shape)).fill(1));
  feeds[port] = new ort.Tensor('float32', data, shape);
}
const times: number[] = [];
for (let run = 0; run < Number(runs) + 2; run++) {
  const start = performance.now();
  await session.run(feeds);
  if (run >= 2) times.push(performance.now() - start);
}
session.endProfiling();
const [file] = readdirSync(folder);
const events = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
  cat: string;
  name: string;
  dur: number;
  args: { op_name?: string; input_type_shape?: unknown };
}[];
rmSync(folder, { recursive: true });
/** Of each node its fastest run: what other load adds is left out. */
const fastest = new Map<string, { op: string; ms: number; shapes: string; count: number }>();
for (const { cat, name: node, dur, args } of events) {
  if (cat !== 'Node' || !node.endsWith('_kernel_time')) continue;
  const known = fastest.get(node);
  if (known) known.ms = Math.min(known.ms, dur / 1000);
  else {
    const shapes = JSON.stringify(args.input_type_shape).replaceAll(/[{}"]|float:/g, '');
    fastest.set(node, { op: args.op_name ?? '', ms: dur / 1000, shapes, count: 1 });
  }
}
const nodes = [...fastest.values()].sort((a, b) => b.ms - a.ms);
const total = nodes.reduce((sum, { ms }) => sum + ms, 0);
console.log(
  `${(tensorCase ?? modelCase)!.name}: ${parameterCount(network)} parameters, ${graph.nodeCount} nodes emitted, ${nodes.length} run`,
);
console.log(
  `run: fastest ${quantile(times, 0).toFixed(1)} ms, median ${quantile(times, 0.5).toFixed(1)} ms; nodes' fastest: ${total.toFixed(1)} ms`,
);
const byOp = new Map<string, { ms: number; count: number }>();
for (const { op, ms } of nodes) {
  const entry = byOp.get(op) ?? { ms: 0, count: 0 };
  byOp.set(op, { ms: entry.ms + ms, count: entry.count + 1 });
}
for (const [op, { ms, count }] of [...byOp].sort((a, b) => b[1].ms - a[1].ms))
  console.log(`${op.padEnd(24)}${ms.toFixed(2).padStart(9)} ms ${`${count}`.padStart(5)}`);
if (process.argv.includes('--nodes'))
  for (const { op, ms, shapes } of nodes.slice(0, 60))
    console.log(`${op.padEnd(24)}${ms.toFixed(2).padStart(9)} ms  ${shapes}`);
