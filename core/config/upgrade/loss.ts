import { type Origin, showPlain, toPlain, type Value } from '../value.js';
import { float, isTrue, itemsOf, list, numberOf, type OldFile, str, texts } from './old-file.js';

/** Losses as one name, and class weighting as a switch (rules R050 to R055). */
export function upgradeLoss(old: OldFile): void {
  upgradeRebalance(old);
  const type = old.value('LOSS.TYPE');
  if (type?.kind !== 'str') return;
  const origin = old.entry('LOSS.TYPE')!.origin;
  const [names, weights] = terms(old, type.value.trim(), origin);
  old.put('LOSS.TYPE', texts(names, origin), origin);
  if (names.length > 0)
    old.put(
      'LOSS.WEIGHTS',
      list(
        weights.map((weight) => float(weight, origin)),
        origin,
      ),
      origin,
    );
  const form = `${showPlain(names)} with LOSS.WEIGHTS ${showPlain(weights)}`;
  old.notice(ruleOf(type.value), 'LOSS.TYPE', origin, `Old form; read as ${form}.`, 'Write LOSS.TYPE as a list.');
}

const pairs: Record<string, string[]> = {
  W_CE_DICE: ['DICE', 'CE'],
  W_MAE_SSIM: ['MAE', 'SSIM'],
  W_MSE_SSIM: ['MSE', 'SSIM'],
};

/** Terms of the CycleGAN block in the order of the new list: old keys that add up to the weight, default, new name. */
const cycleGan: [keys: string[], standard: number, name: string][] = [
  [['LAMBDA_RECON'], 10, 'MAE'],
  [['LAMBDA_CHARB'], 0, 'CHARBONNIER'],
  [['DELTA_MSE'], 0, 'MSE'],
  [['ALPHA_PERCEPTUAL'], 0, 'VGG'],
  [['LAMBDA_LPIPS'], 0, 'LPIPS'],
  [['GAMMA_SSIM'], 1, 'SSIM'],
  [['LAMBDA_LAP', 'LAMBDA_EDGE'], 0, 'LAPLACIAN'],
  [['LAMBDA_FFT'], 0, 'FFT'],
  [['LAMBDA_RFFT'], 0, 'RFFT'],
];

function ruleOf(type: string): string {
  if (type === '') return 'R055';
  if (type in pairs) return 'R052';
  return type === 'CYCLEGAN' ? 'R053' : type === 'MEMBRANE_REPAIR_AFFINITY' ? 'R054' : 'R051';
}

function terms(old: OldFile, type: string, origin: Origin): [names: string[], weights: number[]] {
  if (type === '') return [[], []];
  const given = (itemsOf(old.seen('LOSS.WEIGHTS')) ?? []).map((item) => numberOf(item) ?? 1);
  const repair = isTrue(old.seen('PROBLEM.IMAGE_TO_IMAGE.MEMBRANE_REPAIR.ENABLE'));
  if (type === 'MEMBRANE_REPAIR_AFFINITY' || repair)
    return [['BCE', 'MALIS', 'CLDICE', 'SVOX'], [0, 1, 2, 3].map((i) => given[i] ?? 0)];
  if (type in pairs) return [pairs[type], [given[0] ?? 1, given[1] ?? 1]];
  if (type === 'CYCLEGAN') return cycleGanTerms(old, origin);
  return [[type], [1]];
}

function cycleGanTerms(old: OldFile, origin: Origin): [names: string[], weights: number[]] {
  const names: string[] = [];
  const weights: number[] = [];
  const read = (key: string): Value | undefined => {
    const value = old.seen(`LOSS.CYCLEGAN.${key}`);
    old.take(`LOSS.CYCLEGAN.${key}`);
    return value;
  };
  const add = (name: string, weight: number) => {
    if (weight === 0) return;
    names.push(name);
    weights.push(weight);
  };
  for (const [keys, standard, name] of cycleGan)
    add(
      name,
      keys.reduce((sum, key) => sum + (numberOf(read(key)) ?? standard), 0),
    );
  const kind = read('GAN_TYPE');
  add(kind?.kind === 'str' ? kind.value.toUpperCase() : 'BCE', numberOf(read('LAMBDA_GAN')) ?? 1);
  const rest = old.take('LOSS.CYCLEGAN');
  if (rest?.value.kind === 'map')
    for (const [name, entry] of rest.value.entries) old.put(`LOSS.GAN.${name}`, entry.value, entry.origin);
  if (rest)
    old.notice('R053', 'LOSS.CYCLEGAN', rest.origin, 'Old section; read as LOSS.TYPE, LOSS.WEIGHTS and LOSS.GAN.');
  else if (names.length === 0) old.notice('R053', 'LOSS.TYPE', origin, 'Every term of the CycleGAN loss is 0.');
  return [names, weights];
}

function upgradeRebalance(old: OldFile): void {
  const key = 'LOSS.CLASS_REBALANCE';
  const value = old.value(key);
  if (value?.kind !== 'bool') return;
  const workflow = old.seenText('PROBLEM.TYPE') ?? 'SEMANTIC_SEG';
  const { origin } = old.entry(key)!;
  if (workflow === 'INSTANCE_SEG' || workflow === 'DETECTION') {
    const target = `PROBLEM.${workflow}.CLASS_REBALANCE_WITHIN_CHANNELS`;
    old.put(target, value, origin);
    old.put(key, str('none', value.origin), origin);
    old.notice(
      'R050',
      key,
      origin,
      `Old form; read as ${target}: ${String(toPlain(value))}.`,
      `Write ${target} instead.`,
    );
    return;
  }
  const weighted = workflow === 'SEMANTIC_SEG' && (itemsOf(old.seen('LOSS.CLASS_WEIGHTS'))?.length ?? 0) > 0;
  old.reshape(key, str(weighted ? 'manual' : 'none', value.origin), 'R050');
}
