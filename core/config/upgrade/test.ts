import type { Entry } from '../value.js';
import { bool, int, isTrue, itemsOf, list, type OldFile, str, texts } from './old-file.js';

const post = 'TEST.POST_PROCESSING';
const measure = `${post}.MEASURE_PROPERTIES`;

/** Test-time keys as older releases wrote them (rules R022, R024, R025, R027 to R032). R030 only repeats defaults. */
export function upgradeTest(old: OldFile): void {
  old.move('TEST.STATS.FULL_IMG', 'TEST.FULL_IMG', 'R022');
  old.drop('TEST.STATS', 'R022');
  upgradeFilter(old, 'YZ_FILTERING', 'yz', 'R024');
  upgradeFilter(old, 'Z_FILTERING', 'z', 'R025');
  upgradeRemoval(old);
  for (const key of [`${post}.REMOVE_CLOSE_POINTS_RADIUS`, 'TEST.DET_MIN_TH_TO_BE_PEAK', 'TEST.DET_TOLERANCE']) {
    const items = itemsOf(old.value(key));
    if (items?.length) old.reshape(key, items[0], 'R028');
    else if (items) old.drop(key, 'R028', 'the list is empty');
  }
  const dilation = `${post}.DET_WATERSHED_FIRST_DILATION`;
  const first = itemsOf(old.value(dilation))?.[0];
  if (itemsOf(first)) old.reshape(dilation, first!, 'R029');
  upgradeRefinement(old, 'CLEAR_BORDER', 'clear_border', 'R031');
  upgradeRefinement(old, 'FILL_HOLES', 'fill_holes', 'R032');
}

/** A filter along one axis became a list of filters. Upstream looks at the presence of the key alone; the value is meant. */
function upgradeFilter(old: OldFile, name: string, axis: string, rule: string): void {
  const wanted = isTrue(old.value(`${post}.${name}`));
  const entry = old.take(`${post}.${name}`);
  const size = old.take(`${post}.${name}_SIZE`);
  const origin = entry?.origin ?? size?.origin;
  if (!origin) return;
  if (!wanted) {
    old.notice(rule, `${post}.${name}`, origin, 'Old key; dropped, as the filter is off.', 'Remove it and its size.');
    return;
  }
  old.put(`${post}.MEDIAN_FILTER`, bool(true, origin));
  old.put(`${post}.MEDIAN_FILTER_AXIS`, texts([axis], origin));
  old.put(`${post}.MEDIAN_FILTER_SIZE`, list([size?.value ?? int(5, origin)], origin));
  const message = `Old key; read as ${post}.MEDIAN_FILTER with MEDIAN_FILTER_AXIS [${axis}].`;
  old.notice(
    rule,
    `${post}.${name}`,
    origin,
    message,
    'Write MEDIAN_FILTER, MEDIAN_FILTER_AXIS and MEDIAN_FILTER_SIZE instead.',
  );
}

function upgradeRemoval(old: OldFile): void {
  const props = old.entry(`${post}.REMOVE_BY_PROPERTIES`);
  old.move(`${post}.REMOVE_BY_PROPERTIES`, `${measure}.REMOVE_BY_PROPERTIES.PROPS`, 'R027');
  old.move(`${post}.REMOVE_BY_PROPERTIES_VALUES`, `${measure}.REMOVE_BY_PROPERTIES.VALUES`, 'R027');
  old.move(`${post}.REMOVE_BY_PROPERTIES_SIGN`, `${measure}.REMOVE_BY_PROPERTIES.SIGNS`, 'R027');
  // An empty list asked for nothing; switching the removal on would make the file fail.
  if (!props || itemsOf(props.value)?.length === 0) return;
  old.put(`${measure}.ENABLE`, bool(true, props.origin));
  old.put(`${measure}.REMOVE_BY_PROPERTIES.ENABLE`, bool(true, props.origin));
}

/** Upstream appends the operation even when the old switch was off; the value is meant. */
function upgradeRefinement(old: OldFile, name: string, operation: string, rule: string): void {
  const key = `${post}.${name}`;
  const wanted = isTrue(old.value(key));
  const entry = old.take(key);
  if (!entry) return;
  const { origin } = entry;
  if (wanted) {
    const refinement = `${post}.INSTANCE_REFINEMENT`;
    old.put(`${refinement}.ENABLE`, bool(true, origin));
    old.put(`${refinement}.OPERATIONS`, appended(old, `${refinement}.OPERATIONS`, operation, entry));
    old.put(`${refinement}.VALUES`, appended(old, `${refinement}.VALUES`, 'none', entry));
  }
  const message = wanted
    ? `Old key; read as the operation ${operation} of ${post}.INSTANCE_REFINEMENT.`
    : 'Old key; dropped, as it is off.';
  old.notice(
    rule,
    key,
    origin,
    message,
    wanted ? `List ${operation} in INSTANCE_REFINEMENT.OPERATIONS.` : 'Remove it.',
  );
}

function appended(old: OldFile, key: string, value: string, { origin }: Entry) {
  return list([...(itemsOf(old.seen(key)) ?? []), str(value, origin)], origin);
}
