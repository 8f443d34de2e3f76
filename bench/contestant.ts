/**
 * A process that does one piece of work each time it is asked.
 *
 * Ours and the reference each live in a process of their own, so that neither's memory or threads count for the other,
 * and take turns, so that other load on the machine meets both alike. They speak JSON lines: the process prints
 * `{"ready": 1, …}` once, then `{"ms": …, "cpu": …}` for each line `run`, `{"check": text}` for `check`, then
 * `{"peak": bytes}` for `end`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { MEGABYTE, type Measure, median } from './measure.js';

export class Contestant {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  /** Milliseconds of the clock, and of all cores together. */
  readonly times: { ms: number; cpu: number }[] = [];

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** What the process tells about itself once it is set up. */
  async ready(): Promise<Record<string, number>> {
    return (await this.#answer()) as Record<string, number>;
  }

  /** One piece of work, as the process itself measured it. */
  async run(): Promise<{ ms: number; cpu: number }> {
    this.#child.stdin!.write('run\n');
    return (await this.#answer()) as { ms: number; cpu: number };
  }

  /** Checksum of what the work gives, which is done once more for it. */
  async check(): Promise<string | undefined> {
    this.#child.stdin!.write('check\n');
    return ((await this.#answer()) as { check?: string }).check;
  }

  /** Lets the process end; the largest resident set it had, in bytes. */
  async end(): Promise<number> {
    this.#child.stdin!.end('end\n');
    const { peak } = (await this.#answer()) as { peak: number };
    return peak;
  }

  async #answer(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#child.spawnargs.join(' ')} ended early, code ${this.#child.exitCode}`);
    return JSON.parse(value as string);
  }
}

/** Runs in turns: both warm up, then each is timed `runs` times. */
export async function alternate(contestants: readonly Contestant[], runs: number, warmUp = 2): Promise<void> {
  for (let run = -warmUp; run < runs; run++) {
    for (const contestant of contestants) {
      const time = await contestant.run();
      if (run >= 0) contestant.times.push(time);
    }
  }
}

/**
 * Times of the clock and of all cores, then the largest resident sets, of ours and, where there is one, the reference.
 *
 * @throws Error when the networks of the two differ in their numbers of parameters.
 */
export async function* compareSides(
  name: string,
  ours: Contestant,
  theirs: Contestant | undefined,
  runs: number,
): AsyncGenerator<Measure> {
  const both = theirs ? [ours, theirs] : [ours];
  const [{ parameters }, reference] = await Promise.all(both.map((contestant) => contestant.ready()));
  if (reference && reference.parameters !== parameters)
    throw new Error(`${name}: ${parameters} parameters, the reference has ${reference.parameters}`);
  await alternate(both, runs);
  for (const [key, label] of [
    ['ms', ''],
    ['cpu', ', CPU time'],
  ] as const) {
    const middle = (contestant: Contestant) => median(contestant.times.map((time) => time[key]));
    yield { name: name + label, ours: middle(ours), theirs: theirs && middle(theirs), unit: 'ms' };
  }
  const ourPeak = (await ours.end()) / MEGABYTE;
  const theirPeak = theirs && (await theirs.end()) / MEGABYTE;
  yield { name: `${name}, peak memory`, ours: ourPeak, theirs: theirPeak, unit: 'MB' };
}
