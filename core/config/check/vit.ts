import { showPlain } from '../value.js';
import { transformerHeads } from './architectures.js';
import type { Check } from './context.js';

const presets = [
  'custom',
  'vit_base_patch16',
  'vit_large_patch16',
  'vit_huge_patch14',
  'sam3_vit',
  'celldino_vit',
  'dinov3_vit',
];
const pretrained = ['sam3_vit', 'celldino_vit', 'dinov3_vit'];
const architectureKey = 'MODEL.ARCHITECTURE';

/** Vision transformers and the heads built on them (rules R292 to R304). */
export function checkTransformer(c: Check): void {
  const { architecture } = c;
  const { MODEL } = c.config;
  if (!['vit', 'unetr', 'mae', ...transformerHeads].includes(architecture)) {
    if (MODEL.VIT_PRETRAINED_WEIGHTS !== '') refuseWeights(c);
    return;
  }
  const key = architecture === 'unetr' ? 'MODEL.UNETR_VIT_MODEL' : 'MODEL.VIT_MODEL';
  if (architecture !== 'mae' && !c.oneOf('R292', key, presets, [architectureKey])) return;
  const preset = architecture === 'mae' ? 'custom' : architecture === 'unetr' ? MODEL.UNETR_VIT_MODEL : MODEL.VIT_MODEL;
  const token = tokenSide(c, preset);
  const tokenKeys = [preset === 'custom' ? 'MODEL.VIT_TOKEN_SIZE' : key, architectureKey];

  if (architecture === 'unetr' && (token < 2 || !Number.isInteger(Math.log2(token))))
    c.error('R294', tokenKeys, `unetr needs a token side that is a power of two, came ${token}.`, 'Take 16.');
  if (preset === 'custom' && (MODEL.VIT_NUM_HEADS < 1 || MODEL.VIT_EMBED_DIM % MODEL.VIT_NUM_HEADS !== 0))
    c.error(
      'R295',
      ['MODEL.VIT_EMBED_DIM', 'MODEL.VIT_NUM_HEADS'],
      `${MODEL.VIT_EMBED_DIM} cannot be divided among ${MODEL.VIT_NUM_HEADS} heads.`,
      'Take a multiple.',
    );
  if (transformerHeads.includes(architecture)) checkHead(c, preset, token, key);
  else checkEqualSides(c);
  checkPreset(c, preset, token, key);
  if (MODEL.VIT_PRETRAINED_WEIGHTS !== '' && (!pretrained.includes(preset) || architecture === 'mae')) refuseWeights(c);
}

/** Side of a token in pixels (R293). */
function tokenSide(c: Check, preset: string): number {
  if (preset === 'custom') return c.config.MODEL.VIT_TOKEN_SIZE;
  if (preset === 'sam3_vit') return c.architecture === 'unetr' ? 16 : 14;
  return preset === 'vit_huge_patch14' ? 14 : 16;
}

function refuseWeights(c: Check): void {
  c.error(
    'R302',
    ['MODEL.VIT_PRETRAINED_WEIGHTS', architectureKey],
    `Pretrained weights exist for ${pretrained.join(', ')} in vit, unetr, dpt and vit_readout.`,
    'Remove the key, or choose one of them as VIT_MODEL.',
  );
}

/** Upstream means to ask for this and never gets there. */
function checkEqualSides(c: Check): void {
  const sides = c.config.DATA.PATCH_SIZE.slice(0, c.dims);
  if (new Set(sides).size > 1)
    c.error(
      'R304',
      ['DATA.PATCH_SIZE', architectureKey],
      `${c.architecture} needs a patch with equal sides, came ${showPlain(c.config.DATA.PATCH_SIZE)}.`,
      'Make them equal.',
    );
}

function checkPreset(c: Check, preset: string, token: number, key: string): void {
  const patch = c.config.DATA.PATCH_SIZE;
  const channels = patch.at(-1) ?? 0;
  const weights = c.config.MODEL.VIT_PRETRAINED_WEIGHTS !== '';
  const rule = { sam3_vit: 'R299', celldino_vit: 'R300', dinov3_vit: 'R301' }[preset];
  if (!rule) return;
  if (c.dims === 3 && !transformerHeads.includes(c.architecture))
    c.error(rule, [key, 'PROBLEM.NDIM'], `${preset} is 2D.`, 'Take another preset.');
  const fine = preset === 'celldino_vit' ? [1] : weights ? [1, 3] : [channels];
  if (!fine.includes(channels))
    c.error(
      rule,
      ['DATA.PATCH_SIZE', key],
      `${preset} takes ${fine.join(' or ')} channels, the patch has ${channels}.`,
      'Change the last side of the patch.',
    );
  if (preset === 'sam3_vit' && patch[0] % token !== 0)
    c.error(
      rule,
      ['DATA.PATCH_SIZE', key],
      `${preset} needs a side that is a multiple of ${token}, came ${patch[0]}.`,
      `Take ${Math.max(1, Math.round(patch[0] / token)) * token}.`,
    );
}

function checkHead(c: Check, preset: string, token: number, presetKey: string): void {
  const { MODEL, DATA, LOSS } = c.config;
  const name = c.architecture;
  const [y, x] = DATA.PATCH_SIZE;
  if (preset === 'sam3_vit')
    c.error('R296', [presetKey, architectureKey], `${name} does not go with sam3_vit.`, 'Take another preset.');
  if (c.dims === 3) c.error('R296', [architectureKey, 'PROBLEM.NDIM'], `${name} is 2D.`, 'Take unetr.');
  else if (y !== x)
    c.error(
      'R296',
      ['DATA.PATCH_SIZE', architectureKey],
      `${name} needs a square patch, came ${showPlain(DATA.PATCH_SIZE)}.`,
      'Make the sides equal.',
    );
  if (LOSS.CONTRAST.ENABLE)
    c.error(
      'R296',
      ['LOSS.CONTRAST.ENABLE', architectureKey],
      `${name} does not go with the contrastive loss.`,
      'Write False.',
    );
  c.inRange('R296', 'MODEL.VIT_DROP_PATH_RATE', 0, 1, [architectureKey]);
  const stride = MODEL.VIT_TOKEN_STRIDE === -1 ? token : MODEL.VIT_TOKEN_STRIDE;
  if (stride < 1 || stride > token || (token - stride) % 2 !== 0)
    c.error(
      'R296',
      ['MODEL.VIT_TOKEN_STRIDE', presetKey],
      `Expected a stride up to ${token} that differs from it by an even number, came ${stride}.`,
      'Write -1 for the token side.',
    );
  else if (c.dims === 2 && y % stride !== 0)
    c.error(
      'R296',
      ['DATA.PATCH_SIZE', 'MODEL.VIT_TOKEN_STRIDE', presetKey],
      `The side ${y} of the patch cannot be divided by the stride ${stride}.`,
      `Take a multiple of ${stride}.`,
    );
  if (name === 'dpt') checkDpt(c, preset);
  else checkReadout(c);
}

const depths: Record<string, number> = {
  vit_base_patch16: 12,
  vit_large_patch16: 24,
  vit_huge_patch14: 32,
  celldino_vit: 24,
  dinov3_vit: 24,
};

function checkDpt(c: Check, preset: string): void {
  const { LAYERS, REASSEMBLE_CHANNELS, FEATURES } = c.config.MODEL.DPT;
  const depth = depths[preset] ?? c.config.MODEL.VIT_NUM_LAYERS;
  const increasing = LAYERS.every((layer, i) => layer >= 1 && layer <= depth && (i === 0 || layer > LAYERS[i - 1]));
  if (LAYERS.length > 0 && (LAYERS.length !== 4 || !increasing))
    c.error(
      'R297',
      ['MODEL.DPT.LAYERS', architectureKey],
      `Expected [] or four increasing layers from 1 to ${depth}, came ${showPlain(LAYERS)}.`,
      'Write [] for the usual ones.',
    );
  if (
    REASSEMBLE_CHANNELS.length > 0 &&
    (REASSEMBLE_CHANNELS.length !== 4 || REASSEMBLE_CHANNELS.some((count) => count < 1))
  )
    c.error(
      'R297',
      ['MODEL.DPT.REASSEMBLE_CHANNELS', architectureKey],
      `Expected [] or four positive numbers, came ${showPlain(REASSEMBLE_CHANNELS)}.`,
      'Write [] for the usual ones.',
    );
  if (FEATURES < 2)
    c.error('R297', ['MODEL.DPT.FEATURES', architectureKey], `Expected at least 2, came ${FEATURES}.`, 'Write 256.');
  c.oneOf('R297', 'MODEL.DPT.READOUT', ['project', 'add', 'ignore']);
}

function checkReadout(c: Check): void {
  const { FEATURES, REFINE_LAYERS, INPUT_SKIP } = c.config.MODEL.VIT_READOUT;
  const section = 'MODEL.VIT_READOUT';
  if (FEATURES < 1) c.error('R298', `${section}.FEATURES`, `Expected at least 1, came ${FEATURES}.`, 'Write 32.');
  if (REFINE_LAYERS < 0)
    c.error('R298', `${section}.REFINE_LAYERS`, `Expected at least 0, came ${REFINE_LAYERS}.`, 'Write 2.');
  else if (INPUT_SKIP && REFINE_LAYERS === 0)
    c.error(
      'R298',
      [`${section}.INPUT_SKIP`, `${section}.REFINE_LAYERS`],
      'The skip needs layers that refine, REFINE_LAYERS is 0.',
      'Write False.',
    );
}
