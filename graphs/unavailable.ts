/**
 * Switches of the configuration that no node answers to yet. A run that passed over them in silence would give other
 * results than the file asks for.
 */
import type { Config } from '../core/config/index.js';
import type { Problem } from '../core/errors.js';
import type { Catalog } from '../core/plugin/define.js';
import { leftOutForms } from './left-out-forms.js';
import { predictsNoPicture, problemsOfKeysWithoutEffect } from './without-effect.js';

/** Every switch that is on and has no node. */
export function unavailableSwitches(config: Config, catalog: Catalog): Problem[] {
  const answered = new Set(catalog.nodes().flatMap((definition) => definition.keys ?? []));
  const problems: Problem[] = problemsOfKeysWithoutEffect(config);
  const refuse = (key: string, on: boolean, advice = 'Switch it off.') => {
    if (on && !answered.has(key))
      problems.push({ severity: 'error', key, message: 'this version of Biagraph has no node for it yet.', advice });
  };
  const { DATA: data, TEST: test, MODEL: model, AUGMENTOR: augment, TRAIN: train } = config;
  if (train.ENABLE && augment.ENABLE)
    for (const [name, value] of Object.entries(augment))
      if (value === true && `${name}_PROB` in augment) refuse(`AUGMENTOR.${name}`, true);
  const phases = [
    ['TRAIN', train.ENABLE],
    ['VAL', train.ENABLE && !data.VAL.FROM_TRAIN],
    ['TEST', test.ENABLE],
  ] as const;
  for (const [phase, runs] of phases) {
    if (!runs) continue;
    refuse(`DATA.${phase}.FILTER_SAMPLES.ENABLE`, data[phase].FILTER_SAMPLES.ENABLE);
    refuse(`DATA.${phase}.INPUT_ZARR_MULTIPLE_DATA`, data[phase].INPUT_ZARR_MULTIPLE_DATA);
  }
  const prepared = phases.some(([phase, runs]) => runs && data.PREPROCESS[phase]);
  for (const [name, step] of Object.entries(data.PREPROCESS))
    if (typeof step === 'object') refuse(`DATA.PREPROCESS.${name}.ENABLE`, prepared && step.ENABLE);
  if (train.ENABLE) {
    refuse('LOSS.CONTRAST.ENABLE', config.LOSS.CONTRAST.ENABLE);
  }
  refuse(
    'PROBLEM.SEMANTIC_SEG.IGNORE_CLASS_ID',
    data.N_CLASSES > 2 && config.PROBLEM.SEMANTIC_SEG.IGNORE_CLASS_ID !== 0,
  );
  if (config.PROBLEM.TYPE === 'IMAGE_TO_IMAGE') {
    const section = 'PROBLEM.IMAGE_TO_IMAGE';
    const { MEMBRANE_REPAIR, MULTIPLE_RAW_ONE_TARGET_LOADER, BALANCE_GROUPS } = config.PROBLEM.IMAGE_TO_IMAGE;
    refuse(`${section}.MEMBRANE_REPAIR.ENABLE`, MEMBRANE_REPAIR.ENABLE);
    refuse(`${section}.MULTIPLE_RAW_ONE_TARGET_LOADER`, MULTIPLE_RAW_ONE_TARGET_LOADER);
    refuse(`${section}.BALANCE_GROUPS.ENABLE`, BALANCE_GROUPS.ENABLE);
  }
  if (config.PROBLEM.TYPE === 'DETECTION' && test.ENABLE) {
    refuse('TEST.POST_PROCESSING.DET_WATERSHED', test.POST_PROCESSING.DET_WATERSHED);
    refuse(
      'PROBLEM.DETECTION.DATA_CHECK_MW',
      config.PROBLEM.DETECTION.DATA_CHECK_MW && test.POST_PROCESSING.DET_WATERSHED,
    );
  }
  if (test.ENABLE) {
    refuse('TEST.BY_CHUNKS.ENABLE', test.BY_CHUNKS.ENABLE);
    refuse('TEST.ANALIZE_2D_IMGS_AS_3D_STACK', test.ANALIZE_2D_IMGS_AS_3D_STACK);
    refuse('TEST.REUSE_PREDICTIONS', test.REUSE_PREDICTIONS);
    if (test.REUSE_PREDICTIONS && predictsNoPicture(config))
      problems.push({
        severity: 'error',
        key: 'TEST.REUSE_PREDICTIONS',
        message: 'this workflow saves no predictions that could be read again.',
        advice: 'Switch it off.',
      });
    refuse('TEST.POST_PROCESSING.MEDIAN_FILTER', test.POST_PROCESSING.MEDIAN_FILTER);
    refuse('DATA.TEST.ROI_MASK.ENABLE', data.TEST.ROI_MASK.ENABLE);
    refuse('DATA.TEST.MEDIAN_PADDING', data.TEST.MEDIAN_PADDING);
    refuse('DATA.TEST.ROI_MASK.AXES_ORDER', data.TEST.ROI_MASK.ENABLE && data.TEST.ROI_MASK.AXES_ORDER !== '');
    refuse('DATA.TEST.RESOLUTION_FROM_JSON', data.TEST.RESOLUTION_FROM_JSON);
  }
  if (config.PROBLEM.TYPE === 'INSTANCE_SEG' && test.ENABLE) {
    problems.push(...leftOutForms(config));
    const { POST_PROCESSING: post } = test;
    const section = 'TEST.POST_PROCESSING';
    refuse(`${section}.INSTANCE_REFINEMENT.ENABLE`, post.INSTANCE_REFINEMENT.ENABLE);
    refuse(`${section}.REPARE_LARGE_BLOBS_SIZE`, post.REPARE_LARGE_BLOBS_SIZE !== -1, 'Write -1.');
    refuse(`${section}.VORONOI_ON_MASK`, post.VORONOI_ON_MASK);
    refuse(`${section}.MEASURE_PROPERTIES.ENABLE`, post.MEASURE_PROPERTIES.ENABLE);
    refuse(
      'PROBLEM.INSTANCE_SEG.WATERSHED.DATA_CHECK_MW',
      config.PROBLEM.INSTANCE_SEG.WATERSHED.DATA_CHECK_MW &&
        config.PROBLEM.INSTANCE_SEG.INSTANCE_CREATION_PROCESS === 'watershed',
    );
  }
  refuse('MODEL.SOURCE', model.SOURCE !== 'biapy', 'Use biapy.');
  refuse('MODEL.BMZ.EXPORT.ENABLE', model.BMZ.EXPORT.ENABLE);
  refuse('MODEL.CONV_BLOCK_ORDER', model.CONV_BLOCK_ORDER !== 'conv_norm_act', 'Use conv_norm_act.');
  refuse(
    'MODEL.CONV_LAYERS',
    !model.ARCHITECTURE.toLowerCase().startsWith('unext') &&
      (model.CONV_LAYERS as number[]).some((layers) => layers !== 2),
    'Use 2 at every level, or take unext_v1 or unext_v2.',
  );
  return problems;
}
