import type { Problem } from '../errors.js';
import { upgradeAugmentor } from './upgrade/augmentor.js';
import { upgradeData } from './upgrade/data.js';
import { upgradeHrnet } from './upgrade/hrnet.js';
import { upgradeLoss } from './upgrade/loss.js';
import { upgradeModel } from './upgrade/model.js';
import { OldFile } from './upgrade/old-file.js';
import { upgradeProblem } from './upgrade/problem.js';
import { upgradeNames } from './upgrade/renamed.js';
import { upgradeTest } from './upgrade/test.js';
import { upgradeTrain } from './upgrade/train.js';
import type { Mapping } from './value.js';

/**
 * Rewrites, in place, the keys and forms of older BiaPy releases, so that files written for them keep loading.
 *
 * @param context what the mapping is laid over, for an override that reads keys of the file
 * @returns a notice for each change, with the place of the old key.
 */
export function upgrade(tree: Mapping, context?: Mapping): Problem[] {
  const old = new OldFile(tree, context);
  upgradeTrain(old);
  upgradeTest(old);
  upgradeProblem(old);
  upgradeData(old);
  upgradeAugmentor(old);
  upgradeLoss(old);
  upgradeModel(old);
  upgradeHrnet(old);
  upgradeNames(old);
  return old.notices;
}
