import { bool, float, isTrue, list, numberOf, type OldFile, texts } from './old-file.js';

const normalization = 'DATA.NORMALIZATION';
const filter = 'DATA.TRAIN.FILTER_SAMPLES';

/** Masks, sample filter and normalisation as older releases wrote them (rules R034, R035, R045 to R048). */
export function upgradeData(old: OldFile): void {
  upgradeMasks(old);
  upgradeForegroundFilter(old);
  upgradeClipping(old);
  upgradeCustomNormalization(old);
  for (const key of [
    'PERC_CLIP.LOWER_VALUE',
    'PERC_CLIP.UPPER_VALUE',
    'ZERO_MEAN_UNIT_VAR.MEAN_VAL',
    'ZERO_MEAN_UNIT_VAR.STD_VAL',
  ]) {
    const value = old.value(`${normalization}.${key}`);
    if (value && numberOf(value) !== undefined)
      old.reshape(`${normalization}.${key}`, list([value], value.origin), 'R047');
  }
}

function upgradeMasks(old: OldFile): void {
  const applied = isTrue(old.value('TEST.POST_PROCESSING.APPLY_MASK'));
  if (applied) old.move('TEST.POST_PROCESSING.APPLY_MASK', 'DATA.TEST.ROI_MASK.ENABLE', 'R034');
  else old.drop('TEST.POST_PROCESSING.APPLY_MASK', 'R034', 'masks are off unless DATA.TEST.ROI_MASK.ENABLE says so');
  if (applied) old.move('DATA.TEST.BINARY_MASKS', 'DATA.TEST.ROI_MASK.PATH', 'R035');
  else old.drop('DATA.TEST.BINARY_MASKS', 'R035', 'masks are not applied');
}

function upgradeForegroundFilter(old: OldFile): void {
  const key = 'DATA.TRAIN.MINIMUM_FOREGROUND_PER';
  const least = old.value(key);
  const entry = old.take(key);
  if (!entry || !least) return;
  if (numberOf(least) === -1) {
    old.notice('R045', key, entry.origin, 'Old key; dropped, as -1 means no filter.', 'Remove it.');
    return;
  }
  const { origin } = entry;
  // Upstream forgets to switch the filter on; it was on in the old release.
  old.put(`${filter}.ENABLE`, bool(true, origin));
  old.put(`${filter}.PROPS`, list([texts(['foreground'], origin)], origin));
  old.put(`${filter}.VALUES`, list([list([least], origin)], origin));
  old.put(`${filter}.SIGNS`, list([texts(['lt'], origin)], origin));
  const message = `Old key; read as ${filter} with foreground lt ${String(numberOf(least))}.`;
  old.notice('R045', key, origin, message, `Write ${filter}.ENABLE, PROPS, VALUES and SIGNS instead.`);
}

function upgradeClipping(old: OldFile): void {
  const clip = old.value(`${normalization}.PERC_CLIP`);
  if (clip?.kind === 'bool') {
    const entry = old.take(`${normalization}.PERC_CLIP`)!;
    old.put(`${normalization}.PERC_CLIP.ENABLE`, clip, entry.origin);
    const message = `Old form; read as ${normalization}.PERC_CLIP.ENABLE.`;
    old.notice('R046', `${normalization}.PERC_CLIP`, entry.origin, message, 'Write ENABLE below PERC_CLIP instead.');
  }
  old.move(`${normalization}.PERC_LOWER`, `${normalization}.PERC_CLIP.LOWER_PERC`, 'R046');
  old.move(`${normalization}.PERC_UPPER`, `${normalization}.PERC_CLIP.UPPER_PERC`, 'R046');
}

function upgradeCustomNormalization(old: OldFile): void {
  const type = old.value(`${normalization}.TYPE`);
  if (type?.kind === 'str' && type.value === 'custom') {
    old.reshape(`${normalization}.TYPE`, { ...type, value: 'zero_mean_unit_variance' }, 'R048');
    for (const [from, to] of [
      ['CUSTOM_MEAN', 'MEAN_VAL'],
      ['CUSTOM_STD', 'STD_VAL'],
    ]) {
      const value = old.value(`${normalization}.${from}`);
      old.move(`${normalization}.${from}`, `${normalization}.ZERO_MEAN_UNIT_VAR.${to}`, 'R048');
      const number = numberOf(value);
      if (value && number !== undefined)
        old.put(`${normalization}.ZERO_MEAN_UNIT_VAR.${to}`, list([float(number, value.origin)], value.origin));
    }
  }
  for (const name of ['CUSTOM_MEAN', 'CUSTOM_STD'])
    old.drop(`${normalization}.${name}`, 'R048', 'the normalization is not custom');
  old.drop(`${normalization}.CUSTOM_MODE`, 'R048');
  // BiaPy drops it, since it measures each image today; here it means what it meant.
  old.move(`${normalization}.APPLICATION_MODE`, `${normalization}.MEASURE_BY`, 'R048');
}
