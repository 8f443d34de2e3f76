import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { showJob } from '../../cli/progress-bars.js';
import { EventBus } from '../../core/job/events.js';
import { JobLines } from '../../core/job/lines.js';
import { jobEvents, START } from '../core/job/a-run.js';

function show(terminal: boolean, leaveEarly = false): string {
  const stream = Object.assign(new PassThrough(), { isTTY: terminal, columns: 120 }) as unknown as NodeJS.WriteStream &
    PassThrough;
  const bus = new EventBus();
  const stop = showJob(bus.events$, { stream, lines: new JobLines({ now: () => START }), colour: true });
  const events = jobEvents({ epochs: 2, steps: 2 });
  for (const event of leaveEarly ? events.slice(0, 4) : events) bus.emit(event);
  if (!leaveEarly) bus.close();
  stop();
  stop();
  return String(stream.read());
}

describe('showJob', () => {
  it('into a pipe prints plain lines only', () => {
    const text = show(false);
    expect([...text].filter((character) => character < ' ' && character !== '\n')).toEqual([]);
    expect(text).toContain('\nEpoch: [1]  [1/2]  eta: 0:00:00  loss: 0.5000 (0.7500)');
    expect(text).toMatch(/FINISHED JOB cells_1 !!\n$/);
  });

  it('on a terminal draws bars instead of the lines of batches, and clears them', () => {
    const text = show(true);
    expect(text).not.toContain('iter-time');
    expect(text).toContain('Epochs ');
    expect(text).toContain('━');
    expect(text).toContain('~~~ Epoch 2/2 ~~~');
    expect(text).toContain('\u001B[36mTest Foreground IoU (per patch): 0.8\u001B[0m');
    // The cursor was hidden while bars were drawn and is shown again at the end.
    expect(text.lastIndexOf('\u001B[?25h')).toBeGreaterThan(text.lastIndexOf('\u001B[?25l'));
    expect(text.trimEnd()).toMatch(/FINISHED JOB cells_1 !!$/);
  });

  it('gives the terminal back when it is stopped early', () => {
    const text = show(true, true);
    expect(text.lastIndexOf('\u001B[?25h')).toBeGreaterThan(text.lastIndexOf('\u001B[?25l'));
  });
});
