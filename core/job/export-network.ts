/** A network without a job as a file: as a training would start with it, or with the weights of a checkpoint. */
import { ConfigError } from '../errors.js';
import type { NetworkSpec } from '../plugin/network-spec.js';
import { VERSION } from '../plugin/registry.js';
import { FileNetwork, type Module, type NamedTensors, saveSafetensors } from '../tensor/index.js';
import { exportOnnx } from '../tensor/onnx/export.js';
import { initialModel } from '../tensor/runtime/state.js';
import { modelName } from '../tensor/step.js';
import { readWeights } from '../tensor/weights/index.js';
import { fitCheckpoint } from '../train/fit-checkpoint.js';
import type { ExportedModel, ExportFormat } from './export-model.js';

export interface NetworkExportOptions {
  format: ExportFormat;
  file: string;
  /** Shape of an image. */
  image: readonly number[];
  /** Weights, of any kind that can be read. */
  checkpoint?: string;
  /** Of the starting weights. */
  seed: number;
}

/** @throws ConfigError for a network that is a file already; DataError when the checkpoint does not fit. */
export async function exportWeights(
  network: Module,
  spec: NetworkSpec,
  { format, file, image, checkpoint, seed }: NetworkExportOptions,
): Promise<ExportedModel> {
  if (network instanceof FileNetwork)
    throw new ConfigError([
      {
        severity: 'error',
        key: 'MODEL.ARCHITECTURE',
        message: `the network is the ${network.kind} ${network.files[0]} already.`,
        advice: 'Copy that file.',
      },
    ]);
  const weights: NamedTensors = initialModel(network, seed);
  if (checkpoint !== undefined) {
    const { tensors } = await readWeights(checkpoint, { optimizer: false });
    for (const [name, tensor] of fitCheckpoint(network, tensors, { network: spec.architecture }).tensors)
      weights.set(name, tensor);
  }
  const metadata = {
    producer: `biagraph ${VERSION}`,
    architecture: spec.architecture,
    patch_size: JSON.stringify(image),
    weights: checkpoint ?? `initial, seed ${seed}`,
  };
  if (format === 'safetensors') {
    const named = new Map([...weights].map(([name, tensor]) => [name.slice(modelName('').length), tensor]));
    await saveSafetensors(file, named, { ...metadata, format: 'pt' });
    return { file, format };
  }
  const { inputChannels } = spec;
  const onnx = await exportOnnx(network, weights, { file, space: image.slice(0, -1), inputChannels, metadata });
  return { file, format, onnx };
}
