/** Our side of {@link Contestant}: a process that answers `run` with a time, `check` with a checksum and `end` with its memory. */
import { createInterface } from 'node:readline';

/** Work whose result is compared with that of the reference. */
export interface CheckedWork {
  run(): Promise<unknown>;
  /** Checksum of what the same work gives. */
  check(): Promise<string>;
}

/** What is timed. */
export type Work = (() => unknown) | CheckedWork;

export async function serve(about: Record<string, number>, work: Work): Promise<void> {
  const run = typeof work === 'function' ? async () => work() : work.run;
  console.log(JSON.stringify({ ready: 1, ...about }));
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'end') break;
    if (line === 'check') {
      console.log(JSON.stringify(typeof work === 'function' ? {} : { check: await work.check() }));
      continue;
    }
    const start = performance.now();
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ ms: performance.now() - start, cpu: (user + system) / 1000 }));
  }
  console.log(JSON.stringify({ peak: process.resourceUsage().maxRSS * 1024 }));
}
