import { int, section, text } from './key.js';

export const LogSchema = section(
  {
    LOG_DIR: text('{JOB_DIR}/logs', 'Folder of the log files.'),
    TENSORBOARD_LOG_DIR: text('{JOB_DIR}/results/{JOB_ID}/tensorboard', 'Folder of the TensorBoard events.'),
    LOG_FILE_PREFIX: text('{JOB_ID}', 'Start of the log file names.'),
    CHART_CREATION_FREQ: int(5, 'Number of epochs between two updates of the charts.'),
  },
  { description: 'Logs and charts.' },
);
