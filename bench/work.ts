/** Our side of {@link Contestant}: a process that answers `run` with a time and `end` with its memory. */
import { createInterface } from 'node:readline';

export async function serve(about: Record<string, number>, work: () => Promise<unknown>): Promise<void> {
  console.log(JSON.stringify({ ready: 1, ...about }));
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'end') break;
    const start = performance.now();
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ ms: performance.now() - start, cpu: (user + system) / 1000 }));
  }
  console.log(JSON.stringify({ peak: process.resourceUsage().maxRSS * 1024 }));
}
