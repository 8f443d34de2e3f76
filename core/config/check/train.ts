import { DEN, I2I } from '../schema/key.js';
import { showPlain } from '../value.js';
import type { Check } from './context.js';

/** Optimizers, learning rates and their schedule (rules R313 to R323). */
export function checkTrain(c: Check): void {
  const { TRAIN, MODEL, LOSS } = c.config;
  if (c.architecture === 'nafnet' && c.is(DEN, I2I) && c.buildsModel) {
    const adversarial = LOSS.TYPE.some((name) => ['BCE', 'HINGE'].includes(name));
    if (MODEL.NAFNET.ARCHITECTURE_D === '' || !adversarial)
      c.error(
        'R313',
        ['LOSS.TYPE', 'MODEL.NAFNET.ARCHITECTURE_D', 'MODEL.ARCHITECTURE'],
        'nafnet is trained against a discriminator: it needs NAFNET.ARCHITECTURE_D and BCE or HINGE among the losses.',
        'Write LOSS.TYPE: [MAE, SSIM, BCE], for example.',
      );
  }
  checkOptimizers(c);
  if (TRAIN.ENABLE) checkSchedule(c);
  if (TRAIN.ACCUM_ITER < 1)
    c.error('', 'TRAIN.ACCUM_ITER', `Expected at least 1, came ${TRAIN.ACCUM_ITER}.`, 'Write 1 for a step each batch.');
  if (TRAIN.GRADIENT_CLIP_NORM < 0)
    c.error(
      'R323',
      'TRAIN.GRADIENT_CLIP_NORM',
      `Expected at least 0, came ${TRAIN.GRADIENT_CLIP_NORM}.`,
      'Write 0 for no clipping.',
    );
}

function checkOptimizers(c: Check): void {
  const { OPTIMIZER, LR, OPT_BETAS } = c.config.TRAIN;
  const twice = c.architecture === 'nafnet' && c.buildsModel && c.config.MODEL.NAFNET.ARCHITECTURE_D !== '';
  const expected = twice ? 2 : 1;
  c.allOf('R314', 'TRAIN.OPTIMIZER', OPTIMIZER, ['SGD', 'ADAM', 'ADAMW']);
  if (OPTIMIZER.length !== expected)
    c.error(
      'R314',
      ['TRAIN.OPTIMIZER', 'MODEL.ARCHITECTURE'],
      `Expected ${expected === 2 ? 'two optimizers, one for the discriminator' : 'one optimizer'}, came ${showPlain(OPTIMIZER)}.`,
      expected === 2 ? 'Write [ADAMW, ADAMW], for example.' : 'Write [ADAMW], for example.',
    );
  c.hasLength('R315', 'TRAIN.LR', OPTIMIZER.length, 'one per optimizer', ['TRAIN.OPTIMIZER']);
  if (LR.some((rate) => !(rate > 0)))
    c.error(
      'R315',
      'TRAIN.LR',
      `Expected learning rates above 0, came ${showPlain(LR)}.`,
      'Write [0.0001], for example.',
    );
  if (OPT_BETAS.some((pair) => pair.length !== 2) || (OPT_BETAS.length !== 1 && OPT_BETAS.length !== OPTIMIZER.length))
    c.error(
      'R316',
      ['TRAIN.OPT_BETAS', 'TRAIN.OPTIMIZER'],
      `Expected one pair, or one per optimizer, came ${showPlain(OPT_BETAS)}.`,
      'Write [[0.9, 0.999]].',
    );
  else if (OPT_BETAS.length < OPTIMIZER.length)
    c.derive(
      'TRAIN.OPT_BETAS',
      OPTIMIZER.map(() => [...OPT_BETAS[0]]),
    );
}

const section = 'TRAIN.LR_SCHEDULER';

function checkSchedule(c: Check): void {
  const { LR_SCHEDULER, PATIENCE, EPOCHS, OPTIMIZER } = c.config.TRAIN;
  const {
    NAME,
    MIN_LR,
    REDUCEONPLATEAU_PATIENCE,
    WARMUP_COSINE_DECAY_EPOCHS: warmup,
    COSINE_DECAY_FRACTION,
  } = LR_SCHEDULER;
  if (!c.oneOf('R317', `${section}.NAME`, ['', 'reduceonplateau', 'warmupcosine', 'onecycle', 'warmupreduceonplateau']))
    return;
  if (NAME === '') return;
  const because = [`${section}.NAME`];
  if (MIN_LR.length !== 1 && MIN_LR.length !== OPTIMIZER.length)
    c.hasLength('R318', `${section}.MIN_LR`, OPTIMIZER.length, 'one per optimizer', because);
  // Upstream works this out as well, and forgets to keep it.
  else if (MIN_LR.length < OPTIMIZER.length)
    c.derive(
      'TRAIN.LR_SCHEDULER.MIN_LR',
      OPTIMIZER.map(() => MIN_LR[0]),
    );
  if ((NAME === 'reduceonplateau' || NAME === 'warmupcosine') && MIN_LR.every((rate) => rate === -1))
    c.error(
      'R318',
      [`${section}.MIN_LR`, ...because],
      `${NAME} needs the least learning rate, came ${showPlain(MIN_LR)}.`,
      'Write [1.0e-6], for example.',
    );
  if (NAME === 'reduceonplateau') {
    const key = [`${section}.REDUCEONPLATEAU_PATIENCE`, ...because, 'TRAIN.PATIENCE'];
    if (REDUCEONPLATEAU_PATIENCE === -1)
      c.error('R319', key, 'reduceonplateau needs the epochs to wait, came -1.', 'Write 7, for example.');
    else if (PATIENCE !== -1 && REDUCEONPLATEAU_PATIENCE >= PATIENCE)
      c.error(
        'R319',
        key,
        `Expected fewer epochs than TRAIN.PATIENCE, ${PATIENCE}, came ${REDUCEONPLATEAU_PATIENCE}.`,
        'Training would stop before the rate is lowered.',
      );
  }
  if (NAME !== 'warmupcosine') return;
  const key = [`${section}.WARMUP_COSINE_DECAY_EPOCHS`, ...because];
  if (warmup > EPOCHS)
    c.error(
      'R322',
      [...key, 'TRAIN.EPOCHS'],
      `Expected at most ${EPOCHS} epochs, came ${warmup}.`,
      'Warm up for a part of the training.',
    );
  else if (COSINE_DECAY_FRACTION > 1)
    c.error(
      'R320',
      [`${section}.COSINE_DECAY_FRACTION`, ...because],
      `Expected a fraction up to 1, came ${COSINE_DECAY_FRACTION}.`,
      'Write -1 to decay from the warm-up on.',
    );
  else if (COSINE_DECAY_FRACTION > 0) {
    const start = roundHalfToEven(EPOCHS * (1 - COSINE_DECAY_FRACTION));
    if (warmup > start)
      c.error(
        'R320',
        [...key, `${section}.COSINE_DECAY_FRACTION`],
        `The decay starts at epoch ${start}, the warm-up ends at ${warmup}.`,
        'Warm up for fewer epochs, or decay for a smaller fraction.',
      );
  } else if (warmup === -1)
    c.error('R321', key, 'warmupcosine needs the epochs of the warm-up, came -1.', 'Write 5, for example.');
}

/** Python's `round`. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
