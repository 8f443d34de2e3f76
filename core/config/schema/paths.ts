import { DET, I2I, INS, SEM, SSL, section, text } from './key.js';

export const PathsSchema = section(
  {
    RESULT_DIR: section({
      PATH: text('{JOB_DIR}/results/{JOB_ID}', 'Folder of the results of this run.'),
      PER_IMAGE: text('{JOB_DIR}/results/{JOB_ID}/per_image', 'Folder for the raw predictions of each image.'),
      PER_IMAGE_BIN: text(
        '{JOB_DIR}/results/{JOB_ID}/per_image_binarized',
        'Folder for the binarized predictions of each image.',
      ),
      PER_IMAGE_INSTANCES: text(
        '{JOB_DIR}/results/{JOB_ID}/per_image_instances',
        'Folder for the instances of each image.',
        { workflows: [INS, I2I] },
      ),
      PER_IMAGE_POST_PROCESSING: text(
        '{JOB_DIR}/results/{JOB_ID}/per_image_post_processing',
        'Folder for the post-processed predictions of each image.',
      ),
      FULL_IMAGE: text('{JOB_DIR}/results/{JOB_ID}/full_image', 'Folder for the whole-image predictions.'),
      FULL_IMAGE_BIN: text(
        '{JOB_DIR}/results/{JOB_ID}/full_image_binarized',
        'Folder for the binarized whole-image predictions.',
      ),
      FULL_IMAGE_INSTANCES: text(
        '{JOB_DIR}/results/{JOB_ID}/full_image_instances',
        'Folder for the instances of whole-image predictions.',
        { workflows: [INS, I2I] },
      ),
      FULL_IMAGE_POST_PROCESSING: text(
        '{JOB_DIR}/results/{JOB_ID}/full_image_post_processing',
        'Folder for the post-processed whole-image predictions.',
      ),
      AS_3D_STACK: text('{JOB_DIR}/results/{JOB_ID}/as_3d_stack', 'Folder for the predictions stacked as a volume.'),
      AS_3D_STACK_BIN: text(
        '{JOB_DIR}/results/{JOB_ID}/as_3d_stack_binarized',
        'Folder for the binarized stacked predictions.',
      ),
      AS_3D_STACK_POST_PROCESSING: text(
        '{JOB_DIR}/results/{JOB_ID}/as_3d_stack_post_processing',
        'Folder for the post-processed stacked predictions.',
      ),
      DET_LOCAL_MAX_COORDS_CHECK: text(
        '{JOB_DIR}/results/{JOB_ID}/per_image_local_max_check',
        'Folder for the detected points of each image.',
        { workflows: [DET] },
      ),
      DET_LOCAL_MAX_COORDS_CHECK_POST_PROCESSING: text(
        '{JOB_DIR}/results/{JOB_ID}/per_image_local_max_check_post_processing',
        'Folder for the detected points after post-processing.',
        { workflows: [DET] },
      ),
      DET_ASSOC_POINTS: text(
        '{JOB_DIR}/results/{JOB_ID}/point_associations',
        'Folder for the matches of predicted and true points.',
        { workflows: [DET] },
      ),
      INST_ASSOC_POINTS: text(
        '{JOB_DIR}/results/{JOB_ID}/instance_associations',
        'Folder for the matches of predicted and true instances.',
        { workflows: [INS, I2I] },
      ),
    }),
    BMZ_EXPORT_PATH: text('{JOB_DIR}/results/{JOB_ID}/BMZ_files', 'Folder of the exported model-zoo package.'),
    PROFILER: text('{JOB_DIR}/results/{JOB_ID}/profiler', 'Folder of the profiler files.'),
    CHARTS: text('{JOB_DIR}/results/{JOB_ID}/charts', 'Folder of the loss and metric charts.'),
    TRAIN_PRED_SAMPLES: text(
      '{JOB_DIR}/results/{JOB_ID}/train_pred_samples',
      'Folder of the prediction previews saved while training.',
    ),
    DA_SAMPLES: text('{JOB_DIR}/results/{JOB_ID}/aug', 'Folder of the augmented samples.'),
    GEN_CHECKS: text('{JOB_DIR}/results/{JOB_ID}/gen_check', 'Folder of the inputs saved by the generator check.'),
    GEN_MASK_CHECKS: text(
      '{JOB_DIR}/results/{JOB_ID}/gen_mask_check',
      'Folder of the targets saved by the generator check.',
    ),
    TRAIN_INSTANCE_CHANNELS_CHECK: text(
      '{JOB_DIR}/results/{JOB_ID}/train_BC_instance_channels',
      'Folder of a few prepared train channel targets; the channel letters are part of the name and follow the configuration.',
      { workflows: [INS] },
    ),
    VAL_INSTANCE_CHANNELS_CHECK: text(
      '{JOB_DIR}/results/{JOB_ID}/val_BC_instance_channels',
      'Folder of a few prepared val channel targets; the channel letters are part of the name and follow the configuration.',
      { workflows: [INS] },
    ),
    TEST_INSTANCE_CHANNELS_CHECK: text(
      '{JOB_DIR}/results/{JOB_ID}/test_BC_instance_channels',
      'Folder of a few prepared test channel targets; the channel letters are part of the name and follow the configuration.',
      { workflows: [INS] },
    ),
    CHECKPOINT: text('{JOB_DIR}/checkpoints', 'Folder of the checkpoints.'),
    CHECKPOINT_FILE: text('', 'Checkpoint file to load; empty looks in the checkpoint folder by job name.'),
    PROB_MAP_DIR: text(
      '{JOB_DIR}/prob_map',
      'Folder of the probability maps (replaced at run time by the training target folder name followed by _prob_maps).',
      { workflows: [SEM, INS, DET] },
    ),
    PROB_MAP_FILENAME: text('prob_map.npy', 'File name of the probability map.', { workflows: [SEM, INS, DET] }),
    WATERSHED_DIR: text('{JOB_DIR}/results/{JOB_ID}/watershed', 'Folder of the watershed inspection images.', {
      workflows: [INS, DET],
    }),
    MAE_OUT_DIR: text('{JOB_DIR}/results/{JOB_ID}/MAE_checks', 'Folder of the masked and restored images.', {
      workflows: [SSL],
    }),
    FIL_SAMPLES_DIR: text('{JOB_DIR}/results/{JOB_ID}/filtering_information', 'Folder of the filtered examples.'),
  },
  { description: 'Where results are written; each has a sensible default.' },
);
