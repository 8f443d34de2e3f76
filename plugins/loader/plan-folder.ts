/** What `loader/folder` will read, for the plan of a job. */
import { counted, type Forecast, type Planner, shapeText } from '../../core/plugin/forecast.js';
import { choosePairs } from './choose-pairs.js';
import { demandOf, isReadInParts, partsDemand } from './folder-demand.js';
import type { FolderParameters } from './folder-parameters.js';
import { listPairs } from './pairs.js';

export async function planFolder(parameters: FolderParameters, planner: Planner): Promise<Forecast> {
  const pairs = await listPairs(parameters, planner.files, planner.signal);
  const chosen = choosePairs(pairs, parameters);
  const images = chosen.map(({ pair }) => ({
    file: pair.file,
    shape: pair.shape,
    bytes: isReadInParts(pair, parameters, planner.memory, planner.demand)
      ? partsDemand(planner.phase, planner.memory)
      : demandOf(pair, parameters, planner.memory, planner.demand),
    ...(pair.target && { targetShape: pair.target.shape }),
    ...(pair.group !== undefined && { group: pair.group }),
  }));
  const dtypes = [...new Set(chosen.map(({ pair }) => pair.dtype))].join(' and ');
  const shapes = shapeText(images.map(({ shape }) => shape));
  planner.tell({
    value: `${counted(images.length, 'image')} of ${shapes} (${dtypes}) from ${parameters.images}`,
    why: whyChosen(parameters, pairs.length, chosen.length),
    facts: { images: images.length, found: pairs.length },
  });
  return { images, onlyImage: chosen.some(({ only }) => only) };
}

function whyChosen({ subset, targets, scale, classes }: FolderParameters, found: number, chosen: number): string {
  const labels =
    targets === null
      ? classes?.known
        ? ` They lie in ${counted(classes.count, 'folder')}, one for each class.`
        : ''
      : ` Targets from ${targets} match them in number and ${scale.some((factor) => factor > 1) ? `are ${scale.join('×')} times as large` : 'shape'}.`;
  if (!subset || chosen === found) {
    const divided = subset && found === 1 ? ' Its patches are divided into training and validation.' : '';
    return `${found === 1 ? 'It is the only image' : `These are all ${found} images`} of the folder.${divided}${labels}`;
  }
  const rule =
    subset.folds !== undefined
      ? `fold ${subset.fold ?? 1} of ${subset.folds} is held out for validation (DATA.VAL.CROSS_VAL)`
      : `a share of ${subset.fraction}, rounded up, is held out for validation (DATA.VAL.SPLIT_TRAIN)`;
  const which = subset.shuffle ? `drawn at random with seed ${subset.seed}` : 'the last ones';
  return `The folder holds ${found}; ${rule}: ${subset.part === 'train' ? found - chosen : chosen}, ${which}.${labels}`;
}
