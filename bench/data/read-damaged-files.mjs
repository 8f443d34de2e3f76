/**
 * A process that reads damaged files as a job does, and tells what became of each, one line of JSON a file.
 *
 * node read-damaged-files.mjs <URL of the modules> <folder>, with the list of files on the standard input. It is no TypeScript, so that
 * the built package can be measured without the memory of a compiler.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const [modules, folder] = process.argv.slice(2);
const { isBiagraphError } = await import(`${modules}core/errors.js`);
const { ImageFiles } = await import(`${modules}core/image/files.js`);
const { requireFinite } = await import(`${modules}core/image/finite.js`);
const { listFolder } = await import(`${modules}core/image/list-folder.js`);
const { readPoints } = await import(`${modules}core/image/points.js`);
const { builtInPlugin } = await import(`${modules}plugins/index.js`);

const corpus = JSON.parse(readFileSync(0, 'utf8'));
const files = new ImageFiles(builtInPlugin);

/** Each kind of reading throws for what is damaged, and otherwise says what it found. */
const read = {
  async image(file, ndim) {
    await files.probe(file, ndim);
    const picture = await files.read(file, ndim);
    requireFinite(picture, file);
    return `an image of ${picture.shape}`;
  },
  async points(file) {
    const { coordinates } = await readPoints(file, { ndim: 2, shape: [64, 64], classes: 2 });
    return `${coordinates.length} points`;
  },
  folder: async (file) => `${(await listFolder(file)).length} files`,
};

/** Megabytes of the process, now and at most since {@link forgetPeak}; other systems tell the most since the start only. */
function resident() {
  if (process.platform !== 'linux')
    return { now: process.memoryUsage().rss / 2 ** 20, most: process.resourceUsage().maxRSS / 1024 };
  const status = readFileSync('/proc/self/status', 'utf8');
  const [now, most] = ['VmRSS', 'VmHWM'].map((name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024);
  return { now, most };
}

function forgetPeak() {
  if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5');
}

const idle = Math.round(resident().now);
for (const { name, ndim, kind } of corpus) {
  forgetPeak();
  const began = performance.now();
  let timer;
  const hanging = new Promise((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'hangs', message: '' }), 60_000);
  });
  const outcome = await Promise.race([
    hanging,
    read[kind](`${folder}/${name}`, ndim).then(
      (found) => ({ kind: 'none', message: `was read as ${found}` }),
      (error) =>
        isBiagraphError(error)
          ? { kind: error._tag, message: error.message }
          : { kind: 'foreign', message: String(error?.stack ?? error) },
    ),
  ]);
  clearTimeout(timer);
  const milliseconds = Math.round(performance.now() - began);
  console.log(JSON.stringify({ name, ...outcome, milliseconds, megabytes: Math.round(resident().most), idle }));
  // Whoever waits for a pipe never comes back, and keeps the process alive.
  if (outcome.kind === 'hangs') process.exit(1);
}
