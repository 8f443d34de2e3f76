/** Folders whose names are classes: each image in one belongs to that class (classification). */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { type Static, Type } from 'typebox';
import { DataError } from '../../core/errors.js';
import { type Image, image } from '../../core/image/image.js';
import { listFolder } from '../../core/image/list-folder.js';

export const ClassFolders = Type.Object(
  {
    count: Type.Integer({ minimum: 1, description: 'Number of classes (DATA.N_CLASSES).' }),
    known: Type.Boolean({
      default: true,
      description: 'There is a folder for each class; false for one folder with all images, whose class is not known.',
    }),
  },
  { additionalProperties: false },
);
export type ClassFolders = Static<typeof ClassFolders>;

export interface ClassMember {
  file: string;
  /** Place of the folder among those sorted by name; 0 where classes are not known. */
  classId: number;
}

/** Names told in a message. */
const MOST_NAMES = 6;

/**
 * The folders in a folder, sorted by name as plain strings. Files beside them are passed over, as BiaPy does.
 *
 * @throws DataError when the folder is missing or has no folders.
 */
export async function classFoldersOf(folder: string): Promise<string[]> {
  const entries = await listFolder(folder);
  const kinds = await Promise.all(entries.map((entry) => stat(entry)));
  const folders = entries.filter((_, i) => kinds[i].isDirectory());
  if (folders.length === 0)
    throw new DataError(
      `${folder}: expected a folder for each class with the images of that class in it, but there are only files. ` +
        'Sort the images into folders named after their classes.',
      { where: { file: folder } },
    );
  return folders;
}

/**
 * The images of all classes, class by class, each sorted by name. The first folder by name has the id 0.
 *
 * @throws DataError for another number of folders than expected, and for empty ones.
 */
export async function listClassFolders(folder: string, { count, known }: ClassFolders): Promise<ClassMember[]> {
  const folders = await classFoldersOf(folder);
  const expected = known ? count : 1;
  if (folders.length !== expected) throw wrongCount(folder, folders, expected, known);
  const members: ClassMember[] = [];
  for (const [classId, each] of folders.entries())
    for (const file of await listFolder(each)) members.push({ file, classId });
  return members;
}

/** The target of an image of a class: one value, `[1, 1, 1]`, or `[1, 1, 1, 1]` for a volume. */
export function classTarget(classId: number, ndim: number): Image {
  return image(Uint16Array.of(classId), new Array<number>(ndim + 1).fill(1));
}

function wrongCount(folder: string, folders: readonly string[], expected: number, known: boolean): DataError {
  const names = folders.slice(0, MOST_NAMES).map((each) => path.basename(each));
  const found =
    `${folders.length} ${folders.length === 1 ? 'folder' : 'folders'} ` +
    `(${names.join(', ')}${folders.length > MOST_NAMES ? ', ...' : ''})`;
  return new DataError(
    known
      ? `${folder}: holds ${found}, but DATA.N_CLASSES is ${expected}. Each class needs a folder of its own: add or remove folders, or set DATA.N_CLASSES to ${folders.length}.`
      : `${folder}: holds ${found}, but images whose class is not known (DATA.TEST.LOAD_GT: False) are expected in one folder. Put them into one, or set DATA.TEST.LOAD_GT.`,
    { where: { file: folder, key: known ? 'DATA.N_CLASSES' : 'DATA.TEST.LOAD_GT' } },
  );
}
