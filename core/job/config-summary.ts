/** The few keys of a configuration that tell what a job does. */

/** A line of the summary. */
export interface Setting {
  label: string;
  value: string;
}

const SHOWN: readonly (readonly [label: string, key: string])[] = [
  ['Workflow', 'PROBLEM.TYPE'],
  ['Dimensions', 'PROBLEM.NDIM'],
  ['Patch size', 'DATA.PATCH_SIZE'],
  ['Training images', 'DATA.TRAIN.PATH'],
  ['Test images', 'DATA.TEST.PATH'],
  ['Normalization', 'DATA.NORMALIZATION.TYPE'],
  ['Augmentation', 'AUGMENTOR.ENABLE'],
  ['Model', 'MODEL.ARCHITECTURE'],
  ['Feature maps', 'MODEL.FEATURE_MAPS'],
  ['Loss', 'LOSS.TYPE'],
  ['Optimizer', 'TRAIN.OPTIMIZER'],
  ['Learning rate', 'TRAIN.LR'],
  ['Schedule', 'TRAIN.LR_SCHEDULER.NAME'],
  ['Batch size', 'TRAIN.BATCH_SIZE'],
  ['Epochs', 'TRAIN.EPOCHS'],
  ['Patience', 'TRAIN.PATIENCE'],
];

/** What the configuration says about {@link SHOWN}; keys that it lacks, or leaves empty, are left out. */
export function summariseConfig(config: unknown): Setting[] {
  return SHOWN.flatMap(([label, key]) => {
    const value = key.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown>)?.[name], config);
    return value === undefined || value === null || value === '' || value === -1
      ? []
      : [{ label, value: shown(value) }];
  });
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
