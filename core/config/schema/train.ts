import { bool, float, floats, int, listOf, Numbers, section, text, texts } from './key.js';

export const TrainSchema = section(
  {
    ENABLE: bool(false, 'Run the training phase.'),
    VERBOSE: bool(false, 'Print more while training.'),
    OPTIMIZER: texts(['SGD'], 'Optimizer of the model, and of the discriminator as a second entry.', {
      choices: ['SGD', 'ADAM', 'ADAMW'],
    }),
    LR: floats([0.0001], 'Learning rate of each optimizer.'),
    W_DECAY: float(0.02, 'Weight decay.'),
    OPT_BETAS: listOf(Numbers, [[0.9, 0.999]], 'List of pairs, the Adam beta coefficients of each optimizer.'),
    BATCH_SIZE: int(2, 'Number of samples in a step on each process.'),
    ACCUM_ITER: int(1, 'Batches whose gradients are averaged for one step of the optimizer. Biagraph only.'),
    EPOCHS: int(360, 'Number of epochs.'),
    PATIENCE: int(-1, 'Epochs without a better validation loss before stopping; -1 never stops early.'),
    METRICS: texts([], "Metrics measured while training; empty takes the workflow's default.", {
      choices: ['iou', 'psnr', 'mae', 'mse', 'ssim', 'pcc', 'accuracy', 'top-5-accuracy'],
    }),
    GRADIENT_CLIP_NORM: float(0, 'Largest gradient norm for each optimizer; 0 disables clipping.'),
    CHECKPOINT_MONITOR: text('val_loss', 'Value watched to keep the best checkpoint (not in use yet).'),
    SAVE_TRAIN_PREDS_FREQ: int(-1, 'Save a preview of the predictions every this many epochs; -1 never.'),
    SAVE_TRAIN_PREDS_NUM_SAMPLES: int(1, 'Number of fixed samples followed by the preview.'),
    SAVE_TRAIN_PREDS_SHOW: bool(false, 'Also show the preview inside a notebook.'),
    LR_SCHEDULER: section({
      NAME: text('', 'Learning rate schedule; empty keeps the rate fixed.', {
        choices: ['', 'warmupcosine', 'reduceonplateau', 'onecycle', 'warmupreduceonplateau'],
      }),
      MIN_LR: floats([-1], 'Lower bound of the learning rate, one or one per optimizer; -1 is unset.'),
      REDUCEONPLATEAU_FACTOR: float(0.5, 'Factor that multiplies the rate on a plateau.'),
      REDUCEONPLATEAU_PATIENCE: int(
        -1,
        'Epochs without improvement before the rate is reduced; must be set and lower than the stopping patience.',
      ),
      WARMUP_COSINE_DECAY_EPOCHS: int(-1, 'Epochs of linear warm-up before the cosine decay; -1 is unset.'),
      COSINE_DECAY_FRACTION: float(
        -1,
        'Share in (0,1] of the epochs, at the end, over which the cosine decay happens; -1 starts it right after the warm-up.',
      ),
    }),
  },
  { description: 'The training loop.' },
);
