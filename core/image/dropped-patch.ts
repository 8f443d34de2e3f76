/** Patches that a sample filter leaves out: an agreement between the filter, the cutters and the network. */
import type { Sample } from './sample.js';

const IMAGE_FACT = 'droppedPatches';
const PATCH_FACT = 'dropped';

/** The image with the patches to leave out, by their places in the order of cutting. */
export function dropPatches(sample: Sample, indices: readonly number[]): Sample {
  return { ...sample, facts: { ...sample.facts, [IMAGE_FACT]: indices } };
}

/** Places of the patches that a filter before the cutter leaves out. */
export function droppedPatches({ facts }: Pick<Sample, 'facts'>): ReadonlySet<number> {
  return new Set((facts[IMAGE_FACT] as readonly number[] | undefined) ?? []);
}

/** Marks a patch that stays black in a test. Its pixels are still read only when they are used. */
export function leaveOut(patch: Sample): Sample {
  return Object.defineProperties({} as Sample, {
    ...Object.getOwnPropertyDescriptors(patch),
    facts: { value: { ...patch.facts, [PATCH_FACT]: true }, enumerable: true },
  });
}

/** Whether the network need not look at a patch. */
export function isLeftOutPatch({ facts }: Sample): boolean {
  return facts[PATCH_FACT] === true;
}
