/** Why an image gives so many patches, in words. */
import type { AxisCut, PatchGeometry } from '../image/patch.js';

/** Shapes told one by one; the rest is counted. */
const MOST_TOLD = 3;

/**
 * `512 with patches of 256, no overlap: 2 × 2 from each image.`, for every kind of image in the list.
 *
 * @param overlap the least overlap that was asked for, as a fraction for each axis.
 */
export function explainCuts(cuts: readonly PatchGeometry[], overlap: readonly number[] = []): string {
  const kinds = new Map<string, number>();
  for (const { axes } of cuts) {
    const text = explainCut(axes, overlap);
    kinds.set(text, (kinds.get(text) ?? 0) + 1);
  }
  const told = [...kinds].slice(0, MOST_TOLD);
  const sentences = told.map(([text, count]) => `${text} from ${whose(count, cuts.length)}.`);
  if (kinds.size > told.length) sentences.push(`Images of ${kinds.size - told.length} other shapes are cut alike.`);
  return sentences.join(' ');
}

function whose(count: number, all: number): string {
  if (all === 1) return 'the image';
  if (count === all) return 'each image';
  return count === 1 ? 'one image' : `each of ${count} images`;
}

function explainCut(axes: readonly AxisCut[], overlap: readonly number[]): string {
  const texts = axes.map((axis, i) => explainAxis(axis, overlap[i] ?? 0));
  const counts = axes.map(({ starts }) => starts.length).join(' × ');
  if (new Set(texts).size === 1) return `${texts[0]}: ${counts}`;
  const names = axes.length === 2 ? 'yx' : 'zyx';
  return `${texts.map((text, i) => `${names[i]} ${text}`).join('; ')}: ${counts}`;
}

function explainAxis({ length, patch, padding, step, starts }: AxisCut, overlap: number): string {
  const context = padding > 0 ? ` (${patch - 2 * padding} kept, ${padding} of context on each side)` : '';
  if (starts.length === 1) return `${length} with patches of ${patch}${context}`;
  const shared = patch - 2 * padding - step;
  const wanted = overlap > 0 ? `at least ${Math.round(100 * overlap)} % overlap` : undefined;
  const fitted = shared > 0 ? `overlapping by ${shared}${wanted ? '' : ' to fit'}` : 'no overlap';
  return `${length} with patches of ${patch}${context}, ${[wanted, fitted].filter(Boolean).join(', ')}`;
}
