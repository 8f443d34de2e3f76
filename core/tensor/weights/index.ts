/**
 * Weights made by other programs, read without executing anything.
 *
 * ```ts
 * const { tensors, config } = await readWeights('model_instances-checkpoint-best.pth');
 * await program.restore(renameBiapyKeys(tensors));
 * ```
 */
export { biapyNames, renameBiapyKeys } from './biapy-names.js';
export { NPY_START, type NpyHeader, readNpyHeader } from './npy.js';
export type { Plain, PlainObject } from './plain.js';
export { PositionedFile } from './positioned-file.js';
export {
  type ReadWeightsOptions,
  readWeightHeader,
  readWeights,
  type WeightFile,
  type WeightFormat,
  type WeightHeader,
} from './read-weights.js';
export type { Checkpoint, OptimizerState } from './torch/checkpoint.js';
export { isTorchFile, readSavedTensor, type SavedTensor } from './torch/saved-tensor.js';
export { BEST_DEFLATE, ZipArchive } from './zip.js';
