/** The trained network of a job as a file that other programs can use. */
import { findCheckpoint } from '../config/index.js';
import { ConfigError } from '../errors.js';
import { buildNetwork } from '../plugin/network.js';
import type { NetworkSpec } from '../plugin/network-spec.js';
import { VERSION } from '../plugin/registry.js';
import { FileNetwork, type NamedTensors, saveSafetensors } from '../tensor/index.js';
import { exportOnnx, type OnnxExport } from '../tensor/onnx/export.js';
import { initialModel } from '../tensor/runtime/state.js';
import { modelName } from '../tensor/step.js';
import { fitCheckpoint } from '../train/fit-checkpoint.js';
import { CheckpointStore } from '../train/state.js';
import type { PreparedJob } from './prepare.js';
import { pathsOf } from './run.js';

export const EXPORT_FORMATS = ['onnx', 'safetensors'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportedModel {
  file: string;
  format: ExportFormat;
  /** Interface of an ONNX file. */
  onnx?: OnnxExport;
}

/**
 * Writes the network with the weights that a test of the job would use: of its best epoch, or of PATHS.CHECKPOINT_FILE.
 *
 * ONNX files give what the network gives; normalisation before it and activations after it are described in their
 * metadata (`preprocessing`, `postprocessing`, JSON). Safetensors files have the names of PyTorch's `state_dict`.
 *
 * @throws ConfigError when the job has no network; DataError when there is no checkpoint or it does not fit.
 */
export async function exportModel(job: PreparedJob, format: ExportFormat, file: string): Promise<ExportedModel> {
  const { network: spec, predicting } = networkOf(job);
  const network = buildNetwork(spec, job.catalog);
  if (network instanceof FileNetwork)
    throw new ConfigError([
      {
        severity: 'error',
        key: 'MODEL.ARCHITECTURE',
        message: `the network of this job is the ${network.kind} ${network.files[0]} already.`,
        advice: 'Copy that file.',
      },
    ]);
  const fitted = fitCheckpoint(network, await weightsOf(job), { network: spec.architecture });
  const weights: NamedTensors = initialModel(network, 0, fitted.tensors);
  const metadata = describe(job, spec, predicting);
  if (format === 'safetensors') {
    const named = new Map([...weights].map(([name, tensor]) => [name.slice(modelName('').length), tensor]));
    // What PyTorch's own writer puts there; some readers insist on it.
    await saveSafetensors(file, named, { ...metadata, format: 'pt' });
    return { file, format };
  }
  const space = job.config.DATA.PATCH_SIZE.slice(0, -1);
  const onnx = await exportOnnx(network, weights, { file, space, inputChannels: spec.inputChannels, metadata });
  return { file, format, onnx };
}

interface Found {
  network: NetworkSpec;
  /** Parameters of the node that predicts, where the job has one. */
  predicting?: Readonly<Record<string, unknown>>;
}

function networkOf({ graphs }: PreparedJob): Found {
  for (const bound of [graphs.test, graphs.train])
    for (const { parameters } of bound?.order ?? [])
      if (parameters.network)
        return { network: parameters.network as NetworkSpec, ...(bound === graphs.test && { predicting: parameters }) };
  throw new ConfigError([
    {
      severity: 'error',
      key: 'PROBLEM.TYPE',
      message: 'no graph of this job has a network, so there is nothing to export.',
      advice: 'Set TRAIN.ENABLE or TEST.ENABLE to True.',
    },
  ]);
}

async function weightsOf(job: PreparedJob): Promise<NamedTensors> {
  const { checkpoints, jobId } = pathsOf(job);
  const { MODEL, PATHS } = job.config;
  const store = await CheckpointStore.open(
    {
      folder: checkpoints,
      jobId,
      fingerprint: '',
      ...(MODEL.LOAD_CHECKPOINT && { file: PATHS.CHECKPOINT_FILE || findCheckpoint(job.config, jobId) }),
      trains: job.graphs.train !== undefined,
    },
    { resume: false },
  );
  return store.weights();
}

/** What stands around the network, so that others can do the same. */
function describe(job: PreparedJob, spec: NetworkSpec, predicting: Found['predicting']): Record<string, string> {
  const nodes = job.graphs.test?.order ?? job.graphs.train?.order ?? [];
  const before = nodes.filter(({ parameters, definition }) => definition.role === 'normalizer' && !parameters.network);
  return {
    producer: `biagraph ${VERSION}`,
    job: job.name,
    workflow: job.config.PROBLEM.TYPE,
    architecture: spec.architecture,
    patch_size: JSON.stringify(job.config.DATA.PATCH_SIZE),
    preprocessing: JSON.stringify(before.map(({ definition, parameters }) => ({ node: definition.id, parameters }))),
    postprocessing: JSON.stringify({ activations: predicting?.activations ?? null }),
  };
}
