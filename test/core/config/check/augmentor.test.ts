import { expect, it } from 'vitest';
import { loadConfig } from '../../../../core/config/index.js';

const augmented = (name: string, problem: Record<string, unknown>) => () =>
  loadConfig(
    {
      PROBLEM: { NDIM: '2D', ...problem },
      DATA: { PATCH_SIZE: '(64, 64, 1)', N_CLASSES: 2 },
      AUGMENTOR: { ENABLE: true, [name]: true },
      TRAIN: { ENABLE: true },
    },
    { checkPaths: false },
  );

const mixing = /needs a target for every pixel/;

it.each(['CUTMIX', 'CUTBLUR'])('%s is for workflows with a target for every pixel', (name) => {
  expect(augmented(name, { TYPE: 'CLASSIFICATION' })).toThrow(mixing);
  const pretext = (task: string) => ({ TYPE: 'SELF_SUPERVISED', SELF_SUPERVISED: { PRETEXT_TASK: task } });
  expect(augmented(name, pretext('masking'))).toThrow(mixing);
  expect(augmented(name, pretext('crappify'))).not.toThrow(mixing);
  expect(augmented(name, { TYPE: 'SEMANTIC_SEG' })).not.toThrow(mixing);
  expect(augmented('CUTNOISE', { TYPE: 'CLASSIFICATION' })).not.toThrow(mixing);
});
