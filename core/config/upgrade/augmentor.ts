import { configKeys } from '../keys.js';
import type { OldFile } from './old-file.js';

/** One probability for all augmentations (R049), and border modes that are gone (R073). */
export function upgradeAugmentor(old: OldFile): void {
  const shared = old.take('AUGMENTOR.DA_PROB');
  if (shared) {
    for (const key of probabilities) if (!old.entry(key)) old.put(key, shared.value, shared.origin);
    const message = 'Old key; its value is taken for every AUGMENTOR.*_PROB that is not given.';
    old.notice(
      'R049',
      'AUGMENTOR.DA_PROB',
      shared.origin,
      message,
      'Give the probability of each augmentation in use.',
    );
  }
  const mode = old.value('AUGMENTOR.AFFINE_MODE');
  if (mode?.kind === 'str' && !['constant', 'reflect', 'wrap', 'symmetric'].includes(mode.value))
    old.drop('AUGMENTOR.AFFINE_MODE', 'R073', `there is no mode ${mode.value}; reflect is used`);
}

// The crop came after DA_PROB had gone and never followed it.
const probabilities = configKeys()
  .map((info) => info.key)
  .filter((key) => /^AUGMENTOR\..*_PROB$/.test(key) && key !== 'AUGMENTOR.RANDOM_RESIZED_CROP_PROB');
