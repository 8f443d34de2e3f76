import { DET, INS, SEM } from '../schema/key.js';
import type { Check } from './context.js';

const synapsePaths = ['ID_PATH', 'PARTNERS_PATH', 'LOCATIONS_PATH', 'RESOLUTION_PATH'] as const;

/** Containers that hold several data sets must say which is which (rules R239 and R249). */
export function checkJointZarr(c: Check, phase: 'TRAIN' | 'VAL' | 'TEST'): void {
  const data = c.config.DATA[phase];
  if (!data.INPUT_ZARR_MULTIPLE_DATA) return;
  const test = phase === 'TEST';
  const rule = test ? 'R249' : 'R239';
  const prefix = `DATA.${phase}.INPUT_ZARR_MULTIPLE_DATA`;
  if (!test && c.dims !== 3)
    c.error(rule, [prefix, 'PROBLEM.NDIM'], 'Containers with several data sets are for 3D.', 'Write NDIM: 3D.');
  const need = (end: string, value: string) => {
    if (value === '')
      c.error(
        rule,
        [`${prefix}_${end}`, prefix],
        'Expected the path of a data set in the container, came nothing.',
        'Write volumes.raw, for example.',
      );
  };
  need('RAW_PATH', data.INPUT_ZARR_MULTIPLE_DATA_RAW_PATH);
  if (test && !(c.config.DATA.TEST.LOAD_GT && c.is(SEM, INS, DET))) return;
  if (c.config.PROBLEM.INSTANCE_SEG.TYPE === 'synapses')
    for (const end of synapsePaths) need(end, data[`INPUT_ZARR_MULTIPLE_DATA_${end}`]);
  else need('GT_PATH', data.INPUT_ZARR_MULTIPLE_DATA_GT_PATH);
}
