/** Reading of damaged files: how long the slowest takes until it is refused, and what memory. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type DamagedFile, makeDamagedFiles } from '../../test/plugins/format/damaged-files.js';
import type { GroupOptions, Measure } from '../measure.js';

const READER = fileURLToPath(new URL('./read-damaged-files.mjs', import.meta.url));
/** The built package, which `npm run bench` makes before. */
const BUILT = new URL('../../dist/', import.meta.url);
/** What nobody should have to wait for, and what a small machine has. */
const MOST_MILLISECONDS = 2000;
const MOST_MEGABYTES = 300;

export interface Outcome {
  name: string;
  /** Kind of the error; `none` for a file that was read, `foreign` for an error that is not Biagraph's, `hangs` for one that takes a minute. */
  kind: string;
  message: string;
  milliseconds: number;
  /** Largest resident set of the process while it read this file, and before the first file. */
  megabytes: number;
  idle: number;
}

/**
 * Reads files in a process of its own: one that crashes or takes much memory is seen from outside.
 *
 * @param modules folder of Biagraph's modules; `node` arguments of Node that can load them.
 * @throws Error where the process ends before the last file.
 */
export async function readDamagedFiles(
  folder: string,
  corpus: readonly DamagedFile[],
  { modules = BUILT, node = [] }: { modules?: URL; node?: readonly string[] } = {},
): Promise<Outcome[]> {
  const child = spawn(process.execPath, [...node, READER, modules.href, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(corpus));
  const outcomes: Outcome[] = [];
  for await (const line of createInterface({ input: child.stdout })) outcomes.push(JSON.parse(line) as Outcome);
  if (outcomes.length < corpus.length && outcomes.at(-1)?.kind !== 'hangs')
    throw new Error(`the process ended at ${corpus[outcomes.length].name}`);
  return outcomes;
}

/** What is wrong with the answer to a file: each is refused by its name, with a cause. */
export function shortcomings({ kind, message, name }: Outcome, folder: string): string[] {
  const file = `${folder}/${name}`;
  const named = [`${file}: `, `${file}/`].some((start) => message.startsWith(start));
  return [
    ...(['format', 'data'].includes(kind) ? [] : [`${name}: ${kind} ${message}`]),
    ...(named && message.length >= file.length + 20 ? [] : [`${name}: is not told by name and cause: ${message}`]),
  ];
}

/** Only when it is asked for by its name: `--only "damaged files"`. @throws Error for a file that is not refused in time. */
export async function* damagedMeasures({ only, note }: GroupOptions): AsyncGenerator<Measure> {
  const name = 'damaged files';
  if (only === '' || !name.includes(only)) return;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'biagraph-damaged-'));
  try {
    const outcomes = await readDamagedFiles(folder, makeDamagedFiles(folder));
    const slowest = outcomes.reduce((a, b) => (b.milliseconds > a.milliseconds ? b : a));
    const largest = outcomes.reduce((a, b) => (b.megabytes > a.megabytes ? b : a));
    note(
      `${outcomes.length} damaged files in a process of ${outcomes[0].idle} MB. Slowest: ${slowest.name}; most memory: ${largest.name}.`,
    );
    const wrong = outcomes.flatMap((outcome) => [
      ...shortcomings(outcome, folder),
      ...(outcome.megabytes <= MOST_MEGABYTES ? [] : [`${outcome.name}: took ${outcome.megabytes} MB`]),
      ...(outcome.milliseconds <= MOST_MILLISECONDS ? [] : [`${outcome.name}: took ${outcome.milliseconds} ms`]),
    ]);
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
    yield { name: `${name}, slowest`, ours: slowest.milliseconds, unit: 'ms' };
    yield { name: `${name}, most memory`, ours: largest.megabytes, unit: 'MB' };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
