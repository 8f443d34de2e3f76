import { checkArchitectureFit } from './check/architecture.js';
import { checkAugmentor } from './check/augmentor.js';
import { checkChannels } from './check/channels.js';
import { checkCheckpoint } from './check/checkpoint.js';
import { checkChoices } from './check/choices.js';
import { checkChunks } from './check/chunks.js';
import { Check, type CheckOptions } from './check/context.js';
import { checkData } from './check/data.js';
import { checkDevice } from './check/device.js';
import { checkExport } from './check/export.js';
import { checkFilters } from './check/filter.js';
import { checkGeneral } from './check/general.js';
import { checkGraphEdits } from './check/graph-edits.js';
import { checkInstances } from './check/instances.js';
import { checkLoss } from './check/loss.js';
import { checkMetrics } from './check/metrics.js';
import { checkModel } from './check/model.js';
import { checkNormalization } from './check/normalization.js';
import { checkClosePoints, checkPostProcessing, checkRefinement } from './check/post-processing.js';
import { checkPreprocess } from './check/preprocess.js';
import { checkSwitches } from './check/switches.js';
import { checkTorchvision } from './check/torchvision.js';
import { checkTrain } from './check/train.js';
import { checkWorkflow } from './check/workflows.js';
import type { Report } from './report.js';
import { WORKFLOWS } from './schema/key.js';
import type { Config } from './schema.js';

/**
 * Checks a merged configuration in BiaPy's three stages, and writes what follows from it after each. Running it again
 * on its own result changes nothing more.
 *
 * Nothing is looked up by a key that another check has found wrong, so one slip gives one complaint.
 */
export function checkConfig(config: Config, report: Report, options: CheckOptions): void {
  const c = new Check(config, report, options);
  c.oneOf('R140', 'PROBLEM.TYPE', [...WORKFLOWS, ...(c.options.extra.workflows ?? [])]);
  for (const stage of stages) {
    for (const check of stage) check(c);
    c.commit();
  }
}

const stages: ((c: Check) => void)[][] = [
  [checkGeneral, checkDevice, checkFilters, checkPostProcessing, checkChannels, checkChoices, checkGraphEdits],
  [
    checkMetrics,
    checkLoss,
    checkSwitches,
    checkTorchvision,
    checkRefinement,
    checkInstances,
    checkWorkflow,
    checkPreprocess,
    checkData,
    checkChunks,
    checkNormalization,
    checkModel,
  ],
  [checkArchitectureFit, checkCheckpoint, checkTrain, checkAugmentor, checkExport, checkClosePoints],
];
