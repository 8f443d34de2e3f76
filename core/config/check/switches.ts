import { DEN, DET, I2I, SEM, SR, SSL } from '../schema/key.js';
import { showPlain } from '../value.js';
import type { Check } from './context.js';
import { compilePython, countGroups } from './regular-expression.js';

/** Where the model comes from, and switches that concern every workflow (rules R140, R168 to R170, R178 to R184). */
export function checkSwitches(c: Check): void {
  const { DATA, MODEL, TEST, PROBLEM } = c.config;
  if (TEST.ENABLE && TEST.ANALIZE_2D_IMGS_AS_3D_STACK && c.dims === 3)
    c.error('R168', ['TEST.ANALIZE_2D_IMGS_AS_3D_STACK', 'PROBLEM.NDIM'], 'The images are 3D already.', 'Write False.');
  c.oneOf('R169', 'MODEL.SOURCE', ['biapy', 'bmz', 'torchvision']);
  if (MODEL.SOURCE === 'bmz' && MODEL.BMZ.SOURCE_MODEL_ID === '')
    c.error(
      'R170',
      ['MODEL.BMZ.SOURCE_MODEL_ID', 'MODEL.SOURCE'],
      'Expected the id of a model of the zoo, came nothing.',
      'Give its id, DOI or path.',
    );
  c.oneOf('R178', 'TEST.AUGMENTATION_MODE', ['mean', 'min', 'max']);
  c.oneOf('R178', 'TEST.AUGMENTATION_GROUP', ['auto', 'full', 'flips', 'none']);
  const { N_CLASSES } = DATA;
  if (c.is(DEN, SR, SSL) && N_CLASSES > 2)
    c.error(
      'R179',
      ['DATA.N_CLASSES', 'PROBLEM.TYPE'],
      `${c.workflow} has no classes, came ${N_CLASSES}.`,
      'Remove the key.',
    );
  if (c.is(SEM, DET) && N_CLASSES < 2 && c.buildsModel)
    c.error(
      'R180',
      ['DATA.N_CLASSES', 'PROBLEM.TYPE'],
      `Expected at least 2 classes, background included, came ${N_CLASSES}.`,
      'Count the background.',
    );
  if (PROBLEM.IMAGE_TO_IMAGE.BALANCE_GROUPS.ENABLE) checkBalance(c);
  if (c.workflow && !c.isSegmentation && DATA.TRAIN.EXTRACT_RANDOM_PATCH && DATA.TRAIN.PROBABILITY_MAP)
    c.error(
      'R182',
      ['DATA.TRAIN.PROBABILITY_MAP', 'PROBLEM.TYPE'],
      'Probability maps are made from masks, which this workflow has not.',
      'Write False.',
    );
  c.allOf('R183', 'MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT', MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT, [
    'weights',
    'norm',
    'model_arch',
    'optimizer',
    'epoch',
  ]);
  for (const [i, pattern] of MODEL.FREEZE_LAYERS_MATCHING.entries())
    if (!compilePython(pattern))
      c.error(
        'R184',
        [`MODEL.FREEZE_LAYERS_MATCHING.${i}`, 'MODEL.FREEZE_LAYERS_MATCHING'],
        `Entry ${i}, ${showPlain(pattern)}, is not a regular expression.`,
        'Close its brackets, or put a backslash before signs that stand for themselves.',
      );
}

function checkBalance(c: Check): void {
  const section = 'PROBLEM.IMAGE_TO_IMAGE.BALANCE_GROUPS';
  const { REGEX } = c.config.PROBLEM.IMAGE_TO_IMAGE.BALANCE_GROUPS;
  if (c.isNot(I2I))
    c.error('R181', [`${section}.ENABLE`, 'PROBLEM.TYPE'], 'Balancing groups is for image to image.', 'Write False.');
  c.inRange('R181', `${section}.ALPHA`, 0, 1);
  const pattern = compilePython(REGEX);
  if (!pattern || countGroups(pattern) < 1)
    c.error(
      'R181',
      `${section}.REGEX`,
      `Expected a regular expression with a group in brackets, came ${showPlain(REGEX)}.`,
      'Put the part of the file name that tells the group between ( and ).',
    );
}
