/** Says in plain words why the operating system refused to write. */
import { isBiagraphError, OutputError } from '../errors.js';

const CAUSES: Readonly<Record<string, readonly [cause: string, advice: string]>> = {
  ENOSPC: ['the disk is full', 'Free some space, or choose another result folder.'],
  EDQUOT: ['your disk quota is used up', 'Free some space, or choose another result folder.'],
  EFBIG: ['the file is larger than the file system allows', 'Choose a result folder on another file system.'],
  EACCES: ['you have no permission to write there', 'Change the permissions, or choose another result folder.'],
  EPERM: ['you have no permission to write there', 'Change the permissions, or choose another result folder.'],
  EROFS: ['the file system is read-only', 'Choose a result folder that can be written.'],
  ENOTDIR: ['a part of its path is a file, not a folder', 'Rename that file, or choose another result folder.'],
  EISDIR: ['a folder of that name is in the way', 'Rename or remove that folder.'],
  EEXIST: ['something of that name is in the way', 'Rename or remove it.'],
  ENOTEMPTY: ['a folder of that name with files in it is in the way', 'Rename or remove that folder.'],
  ENOENT: ['its folder does not exist', 'Create the folder, or check the path.'],
  ENAMETOOLONG: ['the name is too long for the file system', 'Use a shorter job name or result folder.'],
  EBUSY: ['another program is using it', 'Close that program and run again.'],
  EMFILE: ['too many files are open', 'Raise the limit of open files (ulimit -n) and run again.'],
  EIO: ['the disk reports a read or write error', 'Check the disk and the connection to it.'],
  ESTALE: ['the network drive went away', 'Check the connection to it and run again.'],
};

/**
 * The OutputError for something that went wrong while `file` was written. Deliberate errors pass through unchanged.
 *
 * @param error what was thrown; system errors are told by their `code`.
 */
export function outputFailure(file: string, error: unknown): Error {
  if (isBiagraphError(error)) return error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const known = code === undefined ? undefined : CAUSES[code];
  // A failure without a system code is a defect of whoever wrote the content, and must stay recognisable as one.
  if (known === undefined && (code === undefined || !/^E[A-Z]+$/.test(code)))
    return error instanceof Error ? error : new Error(String(error));
  const [cause, advice] = known ?? [`the system answered ${code}`, 'Check the disk, or choose another result folder.'];
  return new OutputError(`Cannot write ${file}: ${cause}${known ? ` (${code})` : ''}. ${advice}`, {
    where: { file },
    cause: error,
  });
}
