/**
 * Listing a folder and matching raw images with targets, with everything wrong reported before a pixel is read.
 */
import path from 'node:path';
import { AbortedError, BiagraphError, DataError } from '../../core/errors.js';
import type { Dimensionality } from '../../core/image/axes.js';
import type { ImageFiles, InContainer } from '../../core/image/files.js';
import { bytesPerValue, type DType, sizeOf } from '../../core/image/image.js';
import { listFolder } from '../../core/image/list-folder.js';
import { scaleSides } from '../../core/image/scale.js';
import { type ClassFolders, classTarget, listClassFolders } from './class-folders.js';

export interface Pair {
  /** Stem of the raw file; unique in the folder. */
  id: string;
  file: string;
  shape: number[];
  dtype: DType;
  /** The volume, or its target, lies in a container and can be read in parts. */
  parts?: true;
  target?: { file: string; shape: number[]; bytes: number };
  /** Folder of its sample, where each sample is a folder of versions. */
  group?: string;
  /** Class of the whole image, where each class is a folder. */
  classId?: number;
}

/** What the channels of a target are where nothing else is said. */
export const PREDICTED = 'which the network predicts';

export interface PairOptions {
  images: string;
  targets: string | null;
  ndim: Dimensionality;
  /** Of every image; null for any. */
  channels: number | null;
  /** A single channel counts for three, of targets too where three are expected. */
  forceRgb: boolean;
  /** Where images and targets lie in containers; targets beside their image where `targets` is null. */
  imagesWithin?: InContainer;
  targetsWithin?: InContainer;
  /** Channels of every target; null, the default, for any. */
  targetChannels?: number | null;
  /** What those are, for messages. */
  targetHolds?: string;
  /** Pixels of a target along one pixel of its image, for each axis; empty, the default, for one. */
  scale?: readonly number[];
  /** `images` and `targets` hold a folder for each sample: with versions of the image, and with one target. */
  versions?: boolean;
  /** `images` holds a folder for each class, which is the target of the images in it. */
  classes?: ClassFolders | null;
}

/** Problems told in one message; the rest is counted. */
const MOST_TOLD = 20;

/**
 * All images of a folder in the order of their names as plain strings, with the targets of the same place in theirs
 * (BiaPy matches by place, not by name).
 *
 * @throws DataError for a missing or empty folder, other counts, and, all together, other shapes and channels;
 *   FormatError when one file alone cannot be read.
 */
export async function listPairs(options: PairOptions, files: ImageFiles, signal: AbortSignal): Promise<Pair[]> {
  const { raws, targets, groups, classes } = await list(options);
  if (targets && targets.length !== raws.length)
    throw new DataError(
      `${options.images} holds ${raws.length} images, but ${options.targets} holds ${targets.length} targets. ` +
        `${missingPartners(raws, targets)}Each image needs one target, matched by the order of the names.`,
      { where: { file: options.targets! } },
    );
  const problems: string[] = [];
  const pairs: Pair[] = [];
  const first: { error?: unknown } = {};
  for (let i = 0; i < raws.length; i++) {
    if (signal.aborted) throw new AbortedError();
    try {
      const pair = await probePair(raws[i], targets?.[i], options, files, problems);
      if (groups) pairs.push({ ...pair, group: groups[i], id: `${groups[i]}_${pair.id}` });
      else pairs.push(classes ? withClass(pair, classes[i]) : pair);
    } catch (error) {
      if (!(error instanceof BiagraphError)) throw error;
      first.error ??= error;
      problems.push(error.message);
    }
  }
  if (problems.length === 1) throw first.error ?? new DataError(problems[0], { where: { file: options.images } });
  if (problems.length > 0)
    throw new DataError(
      [
        `${problems.length} problems with the images of ${options.images}:`,
        ...problems.slice(0, MOST_TOLD).map((problem) => `  ${problem}`),
        ...(problems.length > MOST_TOLD ? [`  ... and ${problems.length - MOST_TOLD} more.`] : []),
      ].join('\n'),
      { where: { file: options.images } },
    );
  return uniqueIds(pairs);
}

interface Listed {
  raws: string[];
  targets?: string[];
  /** One for each raw image. */
  groups?: string[];
  /** Class id of each raw image. */
  classes?: number[];
}

async function list(options: PairOptions): Promise<Listed> {
  if (options.versions) return listVersions(options);
  if (!options.classes) return listSingles(options);
  const members = await listClassFolders(options.images, options.classes);
  return {
    raws: members.map(({ file }) => file),
    ...(options.classes.known && { classes: members.map(({ classId }) => classId) }),
  };
}

/** The target of an image is its class, which is in no file. */
function withClass(pair: Pair, classId: number): Pair {
  const { shape, data } = classTarget(classId, pair.shape.length - 1);
  return { ...pair, classId, target: { file: pair.file, shape: [...shape], bytes: data.byteLength } };
}

async function listSingles({ images, targets, targetsWithin }: PairOptions): Promise<Listed> {
  const raws = await listFolder(images);
  if (targets !== null) return { raws, targets: await listFolder(targets) };
  // One container may hold images and targets both.
  return { raws, ...(targetsWithin?.array && { targets: raws }) };
}

/** A folder for each sample: every version of the image has the one target of that sample as its partner. */
async function listVersions({ images, targets }: PairOptions): Promise<Listed> {
  const samples = await listFolder(images);
  const partners = targets === null ? undefined : await listFolder(targets);
  if (partners && partners.length !== samples.length)
    throw new DataError(
      `${images} holds ${samples.length} folders of versions, but ${targets} holds ${partners.length} folders with a target. ` +
        `${missingPartners(samples, partners)}Each sample needs one of both (PROBLEM.IMAGE_TO_IMAGE.MULTIPLE_RAW_ONE_TARGET_LOADER).`,
      { where: { file: targets! } },
    );
  const listed = { raws: [] as string[], targets: [] as string[], groups: [] as string[] };
  for (const [i, sample] of samples.entries()) {
    const versions = await listFolder(sample);
    const target = partners && (await listFolder(partners[i]));
    if (target && target.length !== 1)
      throw new DataError(
        `${partners[i]}: expected one target for the versions in ${sample}, found ${target.length} files.`,
        {
          where: { file: partners[i] },
        },
      );
    for (const version of versions) {
      listed.raws.push(version);
      listed.groups.push(path.basename(sample));
      if (target) listed.targets.push(target[0]);
    }
  }
  return { raws: listed.raws, groups: listed.groups, ...(partners && { targets: listed.targets }) };
}

async function probePair(
  file: string,
  targetFile: string | undefined,
  options: PairOptions,
  files: ImageFiles,
  problems: string[],
): Promise<Pair> {
  const { ndim, channels, forceRgb, imagesWithin, targetsWithin } = options;
  const { targetChannels = null, targetHolds = PREDICTED, scale = [] } = options;
  const { shape, dtype, container } = await files.probe(file, ndim, imagesWithin);
  const found = shape[shape.length - 1];
  const given = forceRgb && found === 1 ? 3 : found;
  if (channels !== null && given !== channels)
    problems.push(
      `${file}: has ${found} channel${found === 1 ? '' : 's'}, expected ${channels} (last entry of DATA.PATCH_SIZE). ` +
        (found === 1 && channels === 3
          ? 'Set DATA.FORCE_RGB, or change DATA.PATCH_SIZE.'
          : 'Change DATA.PATCH_SIZE, or convert the image.'),
    );
  const pair: Pair = { id: path.parse(file).name, file, shape: [...shape.slice(0, -1), given], dtype };
  const inParts = ndim === '3D';
  if (container && inParts) pair.parts = true;
  if (targetFile === undefined) return pair;
  const target = await files.probe(targetFile, ndim, targetsWithin);
  if (target.container && inParts) pair.parts = true;
  const [sides, came] = [shape.slice(0, -1), target.shape.slice(0, -1).join('×')];
  const wanted = scaleSides(sides, scale).join('×');
  if (wanted !== came)
    problems.push(
      scale.some((factor) => factor > 1)
        ? `${targetFile}: is ${came}, but its image ${file} (${sides.join('×')}) times PROBLEM.SUPER_RESOLUTION.UPSCALING (${scale.join('×')}) is ${wanted}.`
        : `${targetFile}: is ${came}, but its image ${file} is ${wanted}.`,
    );
  const targetFound = target.shape[target.shape.length - 1];
  const targetGiven = forceRgb && targetFound === 1 && targetChannels === 3 ? 3 : targetFound;
  if (targetChannels !== null && targetGiven !== targetChannels)
    problems.push(
      `${targetFile}: the target has ${targetFound} channel${targetFound === 1 ? '' : 's'}, expected ${targetChannels}, ${targetHolds}.`,
    );
  const targetShape = [...target.shape.slice(0, -1), targetGiven];
  pair.target = { file: targetFile, shape: targetShape, bytes: sizeOf(targetShape) * bytesPerValue(target.dtype) };
  return pair;
}

function missingPartners(raws: readonly string[], targets: readonly string[]): string {
  const stems = (list: readonly string[]) => new Set(list.map((file) => path.parse(file).name));
  const [rawStems, targetStems] = [stems(raws), stems(targets)];
  const lonely = [
    ...raws.filter((file) => !targetStems.has(path.parse(file).name)),
    ...targets.filter((file) => !rawStems.has(path.parse(file).name)),
  ];
  // Names that follow no common scheme tell nothing about who is missing.
  if (lonely.length === 0 || lonely.length > Math.max(raws.length, targets.length) / 2) return '';
  return `Without a partner of the same name: ${lonely.slice(0, 5).join(', ')}${lonely.length > 5 ? ', ...' : ''}. `;
}

/**
 * Partners whose names speak against each other: another target has the name of the raw file, or the numbers in the two
 * names differ. Matching is by place, as in BiaPy, so one file too many in the middle shifts all that follow.
 *
 * @returns one sentence; undefined where nothing is suspicious.
 */
export function unlikePartners(pairs: readonly Pair[]): string | undefined {
  const stem = (file: string) => path.parse(file).name;
  const targets = new Set(pairs.flatMap(({ target }) => (target ? [stem(target.file)] : [])));
  const numbers = (file: string) => (stem(file).match(/\d+/g) ?? []).map(Number);
  const unlike = pairs.filter(({ file, target }) => {
    if (!target || stem(file) === stem(target.file)) return false;
    const [own, other] = [numbers(file), numbers(target.file)];
    return targets.has(stem(file)) || (own.length === other.length && own.some((value, i) => value !== other[i]));
  });
  if (unlike.length === 0) return undefined;
  const shown = unlike
    .slice(0, 3)
    .map(({ file, target }) => `${path.basename(file)} with ${path.basename(target!.file)}`);
  return (
    `Images and targets are matched by the order of their names, and ${unlike.length} of ${pairs.length} pairs look wrong: ` +
    `${shown.join(', ')}${unlike.length > 3 ? ', ...' : ''}. Give partners the same name.`
  );
}

/** Two files such as a.png and a.tif, or of the same name in two folders, would write results over each other. */
function uniqueIds(pairs: Pair[]): Pair[] {
  const seen = new Map<string, Pair[]>();
  for (const pair of pairs) seen.set(pair.id, [...(seen.get(pair.id) ?? []), pair]);
  return pairs.map((pair) => {
    const alike = seen.get(pair.id)!;
    if (alike.length === 1) return pair;
    const [folders, names] = [
      alike.map(({ file }) => path.dirname(file)),
      alike.map(({ file }) => path.basename(file)),
    ];
    const name = new Set(names).size === alike.length ? path.basename(pair.file) : pair.id;
    return { ...pair, id: new Set(folders).size > 1 ? `${path.basename(path.dirname(pair.file))}_${name}` : name };
  });
}
