import { showPlain } from '../value.js';
import type { Check } from './context.js';
import { checkJointZarr } from './zarr.js';

const section = 'TEST.BY_CHUNKS';

/** Inference on volumes larger than memory (rules R243 to R249). */
export function checkChunks(c: Check): void {
  const { TEST, DATA } = c.config;
  const chunks = TEST.BY_CHUNKS;
  if (!TEST.ENABLE || !chunks.ENABLE) return;
  if ((c.workflow && !c.isSegmentation) || c.dims === 2) {
    const keys = [`${section}.ENABLE`, 'PROBLEM.TYPE', 'PROBLEM.NDIM'];
    c.error(
      'R243',
      keys,
      'Chunks are for semantic segmentation, instance segmentation and detection in 3D.',
      'Write False.',
    );
    return;
  }
  if (chunks.PHASES.length === 0)
    c.error('R244', `${section}.PHASES`, 'Expected at least one phase, came [].', 'Remove the key.');
  c.allOf('R244', `${section}.PHASES`, chunks.PHASES, ['prediction', 'instance_creation', 'instance_merging']);
  if (chunks.WORKFLOW_PROCESS.ENABLE) checkProcess(c);
  checkSlab(c);
  if (DATA.TEST.INPUT_IMG_AXES_ORDER.length < 3)
    c.error(
      'R248',
      'DATA.TEST.INPUT_IMG_AXES_ORDER',
      `Expected at least three axes, came ${showPlain(DATA.TEST.INPUT_IMG_AXES_ORDER)}.`,
      'Write ZYX, for example.',
    );
  checkJointZarr(c, 'TEST');
}

function checkProcess(c: Check): void {
  const { PATCHES_PER_TILE, INSTANCE_SEG_MERGE_IOU_TH: threshold } = c.config.TEST.BY_CHUNKS.WORKFLOW_PROCESS;
  const key = `${section}.WORKFLOW_PROCESS`;
  c.oneOf('R245', `${key}.TYPE`, ['chunk_by_chunk', 'entire_pred']);
  if (PATCHES_PER_TILE.length !== 3 || PATCHES_PER_TILE.some((count) => count < 1))
    c.error(
      'R245',
      `${key}.PATCHES_PER_TILE`,
      `Expected three numbers of at least 1 (z, y, x), came ${showPlain(PATCHES_PER_TILE)}.`,
      'Write (1, 1, 1).',
    );
  if (!(threshold > 0 && threshold <= 1))
    c.error(
      'R245',
      `${key}.INSTANCE_SEG_MERGE_IOU_TH`,
      `Expected a number above 0, at most 1, came ${threshold}.`,
      'Write 0.3, for example.',
    );
}

function checkSlab(c: Check): void {
  const { Z_START, Z_END, WORKFLOW_PROCESS } = c.config.TEST.BY_CHUNKS;
  const wrongStart = Z_START < 0 && Z_START !== -1;
  const wrongEnd = Z_END <= 0 && Z_END !== -1;
  if (wrongStart || wrongEnd || (Z_START !== -1 && Z_END !== -1 && Z_START >= Z_END)) {
    const key = wrongEnd ? ['Z_END', 'Z_START'] : ['Z_START', 'Z_END'];
    c.error(
      'R247',
      key.map((name) => `${section}.${name}`),
      `Expected a start below the end, or -1; came ${Z_START} and ${Z_END}.`,
      'Write -1 for the ends of the volume.',
    );
    return;
  }
  const { PATCH_SIZE, TEST } = c.config.DATA;
  if (WORKFLOW_PROCESS.TYPE !== 'chunk_by_chunk' || !WORKFLOW_PROCESS.ENABLE || PATCH_SIZE.length !== 4) return;
  const tile = (PATCH_SIZE[0] - 2 * (TEST.PADDING[0] ?? 0)) * (WORKFLOW_PROCESS.PATCHES_PER_TILE[0] ?? 1);
  for (const [name, z] of Object.entries({ Z_START, Z_END }))
    if (z > 0 && z % tile !== 0)
      c.error(
        'R246',
        [`${section}.${name}`, 'DATA.PATCH_SIZE', 'DATA.TEST.PADDING'],
        `Expected a multiple of ${tile}, the depth of a tile, came ${z}.`,
        `Write ${Math.max(1, Math.round(z / tile)) * tile}.`,
      );
}
