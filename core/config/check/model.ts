import { CLS, DET, I2I, INS, SR, SSL } from '../schema/key.js';
import type { Config } from '../schema.js';
import { showPlain } from '../value.js';
import {
  allArchitectures,
  classArchitectures,
  plainUnets,
  planeArchitectures,
  solidArchitectures,
  transformerHeads,
  unets,
} from './architectures.js';
import { type Check, listed } from './context.js';
import { checkLevels } from './levels.js';

const key = 'MODEL.ARCHITECTURE';

/** The model before its levels are known (stage B, rules R262 to R284). */
export function checkModel(c: Check): void {
  if (c.buildsModel && !c.isForeignArchitecture) checkArchitecture(c);
  if (c.buildsModel) checkBlocks(c);
  checkDropout(c);
  checkLevels(c);
  if (c.architecture === 'hrnet') deriveHrnet(c);
  if (c.isNot(SR) && c.config.PROBLEM.SUPER_RESOLUTION.UPSCALING.length === 0)
    c.derive('PROBLEM.SUPER_RESOLUTION.UPSCALING', Array(c.dims).fill(1));
  checkSeparatedDecoders(c);
  if (c.config.MODEL.NORMALIZATION === '') c.derive('MODEL.NORMALIZATION', 'in');
  else c.oneOf('R284', 'MODEL.NORMALIZATION', ['in', 'bn', 'sync_bn', 'gn', 'ln']);
}

function checkArchitecture(c: Check): void {
  const { architecture } = c;
  const known = [...allArchitectures, ...(c.options.extra.architectures ?? [])];
  if (!allArchitectures.includes(architecture)) {
    c.oneOf('R262', key, known);
    return;
  }
  if (c.dims === 3 && c.isNot(CLS) && !solidArchitectures.includes(architecture))
    c.error(
      architecture === 'wdsr' && c.is(SR, I2I, SSL) ? 'R288' : 'R263',
      [key, 'PROBLEM.NDIM'],
      `${architecture} is 2D.`,
      `In 3D take one of ${solidArchitectures.slice(0, 6).join(', ')}, for example.`,
    );
  else if (c.dims === 3 && planeArchitectures.includes(architecture))
    c.error(
      '',
      [key, 'PROBLEM.NDIM'],
      `${architecture} is a network of planes: it has no 3D form.`,
      `In 3D take one of ${solidArchitectures.slice(0, 6).join(', ')}, for example.`,
    );
  if (c.config.DATA.N_CLASSES > 2 && c.isNot(CLS) && !classArchitectures.includes(architecture))
    c.error(
      'R264',
      [key, 'DATA.N_CLASSES'],
      `${architecture} predicts no classes.`,
      `Take one of ${classArchitectures.slice(0, 6).join(', ')}, for example.`,
    );
}

function checkBlocks(c: Check): void {
  const { architecture } = c;
  const { MODEL } = c.config;
  if (
    c.oneOf('R265', 'MODEL.CONV_BLOCK_ORDER', ['conv_norm_act', 'norm_act_conv']) &&
    MODEL.CONV_BLOCK_ORDER === 'norm_act_conv' &&
    !plainUnets.includes(architecture)
  )
    c.error(
      'R265',
      ['MODEL.CONV_BLOCK_ORDER', key],
      `norm_act_conv is for ${plainUnets.join(', ')}.`,
      'Write conv_norm_act.',
    );
  if (MODEL.FEATURE_MAPS.length < 3)
    c.error(
      'R266',
      'MODEL.FEATURE_MAPS',
      `Expected at least three levels, came ${showPlain(MODEL.FEATURE_MAPS)}.`,
      'Write [16, 32, 64], for example.',
    );
  if (transformerHeads.includes(architecture) || c.isForeignArchitecture) return;
  const changed: [string, boolean][] = [
    ['VIT_TOKEN_STRIDE', MODEL.VIT_TOKEN_STRIDE !== -1],
    ['VIT_DROP_PATH_RATE', MODEL.VIT_DROP_PATH_RATE !== 0],
    ['VIT_GRAD_CHECKPOINTING', MODEL.VIT_GRAD_CHECKPOINTING],
  ];
  for (const [name, isChanged] of changed)
    if (isChanged)
      c.error(
        'R267',
        [`MODEL.${name}`, key],
        `This is for ${transformerHeads.join(' and ')}, the architecture is ${architecture}.`,
        'Remove the key.',
      );
}

function checkDropout(c: Check): void {
  const { DROPOUT_VALUES, FEATURE_MAPS } = c.config.MODEL;
  const single = ['vit', 'unetr', 'mae', ...transformerHeads].includes(c.architecture);
  const length = single ? 1 : FEATURE_MAPS.length;
  const keys = ['MODEL.DROPOUT_VALUES', single ? key : 'MODEL.FEATURE_MAPS'];
  if (DROPOUT_VALUES.every((value) => value === 0)) {
    if (DROPOUT_VALUES.length !== length) c.derive('MODEL.DROPOUT_VALUES', Array(length).fill(0));
  } else if (DROPOUT_VALUES.length !== length)
    c.error(
      single ? 'R268' : 'R269',
      keys,
      `Expected ${length} ${length === 1 ? 'value' : 'values, one per level'}, came ${showPlain(DROPOUT_VALUES)}.`,
      single ? 'Write [0.1], for example.' : 'Give one for each entry of FEATURE_MAPS.',
    );
  else if (single) c.inRange('R268', 'MODEL.DROPOUT_VALUES', 0, 1, [key]);
}

const presets: Record<string, number> = { W18: 18, W32: 32, W48: 48, W64: 64 };

function deriveHrnet(c: Check): void {
  if (!c.oneOf('R278', 'MODEL.HRNET.VARIANT', [...Object.keys(presets), 'custom'])) return;
  const { VARIANT, YX_DOWN, NUM_BLOCKS } = c.config.MODEL.HRNET;
  const width = presets[VARIANT];
  if (width === undefined) {
    if (YX_DOWN.length !== NUM_BLOCKS.length)
      c.error(
        'R280',
        ['MODEL.HRNET.YX_DOWN', 'MODEL.HRNET.NUM_BLOCKS'],
        `Expected ${NUM_BLOCKS.length} factors, one per stage, came ${showPlain(YX_DOWN)}.`,
        'Give one for each entry of NUM_BLOCKS.',
      );
    return;
  }
  const branches = [2, 3, 4];
  const preset: Partial<Config['MODEL']['HRNET']> = {
    Z_DOWN: [1, 1, 1],
    YX_DOWN: [2, 2, 2],
    BLOCK_TYPE: 'BASIC',
    NUM_STAGES: 3,
    NUM_MODULES: [1, 4, 3],
    NUM_BRANCHES: branches,
    NUM_BLOCKS: branches.map((count) => Array(count).fill(4)),
    NUM_CHANNELS: branches.map((count) => Array.from({ length: count }, (_, i) => width * 2 ** i)),
  };
  c.derive('MODEL.HRNET', { ...c.config.MODEL.HRNET, ...preset });
}

function checkSeparatedDecoders(c: Check): void {
  for (const workflow of [INS, DET, I2I] as const) {
    const { SEPARATED_DECODERS_PER_HEAD: separated } = c.config.PROBLEM[workflow];
    const running = c.workflow === workflow;
    if (!separated || (c.workflow && !running)) {
      c.derive(`PROBLEM.${workflow}.SEPARATED_DECODERS_PER_HEAD`, false);
      c.derive(`PROBLEM.${workflow}.SEPARATED_DECODERS_DIVIDE_FEATURE_MAPS`, false);
    } else if (running) checkDecoders(c, `PROBLEM.${workflow}.SEPARATED_DECODERS_PER_HEAD`);
  }
}

function checkDecoders(c: Check, decoders: string): void {
  const { MODEL, LOSS, DATA } = c.config;
  if (c.isForeignArchitecture) return;
  if (!unets.includes(c.architecture))
    c.error(
      'R283',
      [decoders, key],
      `Separate decoders are for U-Nets. ${listed(unets)}, came ${c.architecture}.`,
      'Write False.',
    );
  else if (MODEL.LARGER_IO && !plainUnets.includes(c.architecture))
    c.error(
      'R283',
      [decoders, 'MODEL.LARGER_IO', key],
      `Separate decoders with LARGER_IO do not go with ${c.architecture}.`,
      'Write LARGER_IO: False.',
    );
  if (LOSS.CONTRAST.ENABLE)
    c.error(
      'R283',
      [decoders, 'LOSS.CONTRAST.ENABLE'],
      'Separate decoders do not go with the contrastive loss.',
      'Switch one of them off.',
    );
  if (c.is(DET) && DATA.N_CLASSES <= 2)
    c.error(
      'R283',
      [decoders, 'DATA.N_CLASSES'],
      'There is one head only: points without classes.',
      'Write False, or give N_CLASSES above 2.',
    );
}
