import { configKeys, getKey } from '../keys.js';
import type { Check } from './context.js';

/** Keys whose names are told apart by a rule of their own, or are written in any case. */
const ruled = new Set([
  'SYSTEM.DEVICE',
  'PROBLEM.TYPE',
  'PROBLEM.NDIM',
  'PROBLEM.INSTANCE_SEG.TYPE',
  'PROBLEM.INSTANCE_SEG.BORDER_EXTRA_WEIGHTS',
  'PROBLEM.INSTANCE_SEG.INSTANCE_CREATION_PROCESS',
  'PROBLEM.INSTANCE_SEG.SYNAPSES.TH_TYPE',
  'PROBLEM.SELF_SUPERVISED.PRETEXT_TASK',
  'PROBLEM.SELF_SUPERVISED.RESIZING_FACTOR',
  'PROBLEM.IMAGE_TO_IMAGE.MEMBRANE_REPAIR.POSTPROCESS.METHOD',
  'DATA.NORMALIZATION.TYPE',
  'DATA.NORMALIZATION.TARGET.TYPE',
  'AUGMENTOR.AFFINE_MODE',
  'AUGMENTOR.E_MODE',
  'MODEL.SOURCE',
  'MODEL.ARCHITECTURE',
  'MODEL.NORMALIZATION',
  'MODEL.UPSAMPLE_LAYER',
  'MODEL.CONV_BLOCK_ORDER',
  'MODEL.UNETR_VIT_MODEL',
  'MODEL.UNET_SR_UPSAMPLE_POSITION',
  'MODEL.VIT_MODEL',
  'MODEL.MAE_MASK_TYPE',
  'MODEL.DPT.READOUT',
  'MODEL.HRNET.VARIANT',
  'MODEL.HRNET.BLOCK_TYPE',
  'MODEL.HRNET.HEAD_TYPE',
  'MODEL.STUNET.VARIANT',
  'MODEL.NAFNET.GENERATOR_BACKBONE',
  'MODEL.OUT_CHECKPOINT_FORMAT',
  'LOSS.CLASS_REBALANCE',
  'TRAIN.LR_SCHEDULER.NAME',
  'TEST.AUGMENTATION_MODE',
  'TEST.AUGMENTATION_GROUP',
  'TEST.BY_CHUNKS.WORKFLOW_PROCESS.TYPE',
  'TEST.DET_POINT_CREATION_FUNCTION',
  'TEST.DET_TH_TYPE',
]);

const checked = configKeys().filter(
  ({ key, choices, python }) => choices && (python === 'str' || python === 'int') && !ruled.has(key),
);

/**
 * Names that BiaPy looks up much later. One that the running workflow does not use is left alone: files carry leftovers
 * of other workflows, and BiaPy runs them.
 */
export function checkChoices(c: Check): void {
  for (const { key, choices, workflows } of checked) {
    if (workflows && !c.is(...workflows)) continue;
    const value = getKey(c.config, key);
    const lower = typeof value === 'string' ? value.toLowerCase() : value;
    if (choices!.some((name) => (typeof name === 'string' ? name.toLowerCase() : name) === lower)) continue;
    c.oneOf('R014', key, choices!);
  }
}
