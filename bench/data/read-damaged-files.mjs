/** A process that reads files as a loader does and tells what became of each, one line of JSON a file. */
import { isBiagraphError } from '../../../core/errors.js';
import { ImageFiles } from '../../../core/image/files.js';
import { requireFinite } from '../../../core/image/finite.js';
import { builtInPlugin } from '../../../plugins/index.js';
import { makeDamagedFiles } from './damaged-files.js';

export interface Outcome {
  name: string;
  /** Kind of the error; `none` for a file that was read, `hangs` for one that takes a minute. */
  kind: string;
  message: string;
  milliseconds: number;
  /** Largest resident set of the process up to here, and before the first file. */
  megabytes: number;
  start: number;
}

const [folder] = process.argv.slice(2);
const corpus = makeDamagedFiles(folder);
const files = new ImageFiles(builtInPlugin);
const peak = () => process.resourceUsage().maxRSS / 1024;
const start = peak();
for (const { name, ndim } of corpus) {
  const file = `${folder}/${name}`;
  const began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const hanging = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject('hangs'), 60_000);
  });
  const outcome = await Promise.race([hanging, files.read(file, ndim)]).then(
    (picture) => {
      try {
        requireFinite(picture, file);
        return { kind: 'none', message: `read as ${picture.shape}` };
      } catch (error) {
        return told(error);
      }
    },
    (error: unknown) => told(error),
  );
  clearTimeout(timer);
  const milliseconds = Math.round(performance.now() - began);
  console.log(
    JSON.stringify({ name, ...outcome, milliseconds, megabytes: Math.round(peak()), start } satisfies Outcome),
  );
}

function told(error: unknown): { kind: string; message: string } {
  if (error === 'hangs') return { kind: 'hangs', message: '' };
  if (isBiagraphError(error)) return { kind: error._tag, message: error.message };
  return { kind: 'foreign', message: String(error) };
}
