import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JobEvent } from '../../../core/job/events.js';
import { biagraph } from '../command.js';
import { tinyJob } from '../tiny-job.js';

const STACK = /^\s+at /m;

describe('biagraph run', () => {
  it('trains, predicts, measures and tells where the results are', async () => {
    const cwd = await tinyJob();
    const { code, stdout, stderr } = await biagraph(['run', 'job.yaml', '--name', 'stripes'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // A pipe gets plain lines.
    expect([...stdout].filter((character) => character < ' ' && character !== '\n')).toEqual([]);
    expect(stdout).toContain('Arguments: biagraph run job.yaml --name stripes\n');
    expect(stdout).toContain('~~~ Epoch 1/1 ~~~');
    const measured = /Test Foreground IoU \(merge patches\): (\S+)/.exec(stdout);
    const last = stdout.trimEnd().split('\n').slice(-3);
    expect(last[0]).toBe('Results: out/stripes/results/stripes_1');
    expect(last[1]).toBe('Report: out/stripes/results/stripes_1/report.html');
    expect(last[2]).toBe(`foreground IoU ${Number(measured![1]).toFixed(4)}`);
    expect(existsSync(path.join(cwd, 'out/stripes/results/stripes_1/report.html'))).toBe(true);
  });

  it('with --json prints events and nothing else', async () => {
    const cwd = await tinyJob();
    const { code, stdout, stderr } = await biagraph(['run', 'job.yaml', '--json'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as JobEvent);
    expect(events[0].type).toBe('job.started');
    expect(events.at(-1)).toMatchObject({
      type: 'job.finished',
      metrics: { 'Foreground IoU (merge patches)': expect.any(Number) },
    });
  });

  it('stops at the first Ctrl-C, says how to go on, and goes on', async () => {
    const cwd = await tinyJob();
    const words = ['run', 'job.yaml', '--set', 'TRAIN.EPOCHS=2000'];
    let asked = false;
    const stopped = await biagraph(words, {
      cwd,
      onOutput: (text, kill) => {
        if (asked || !text.includes('~~~ Epoch 3/')) return;
        asked = true;
        kill('SIGINT');
      },
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stdout).toContain('Stopping. Press Ctrl-C again to stop at once.');
    const said =
      /^Stopped after epoch (\d+) of 2000\. The same command goes on with epoch (\d+); --fresh starts anew\.\n$/;
    const [, done, next] = said.exec(stopped.stderr) ?? [];
    expect(Number(next)).toBe(Number(done) + 1);

    let going = false;
    const resumed = await biagraph(words, {
      cwd,
      onOutput: (text, kill) => {
        if (going || !text.includes(`~~~ Epoch ${next}/`)) return;
        going = true;
        kill('SIGTERM');
      },
    });
    expect(resumed.code).toBe(130);
    expect(resumed.stdout).toContain('Job: job_1 (resumed)');
    expect(resumed.stdout).toContain(`Going on with epoch ${next},`);
    expect(resumed.stdout).not.toContain('~~~ Epoch 1/');
    expect(resumed.stderr).not.toMatch(STACK);
    const manifest = JSON.parse(readFileSync(path.join(cwd, 'out/job/results/job_1/manifest.json'), 'utf8'));
    expect(manifest.status).toBe('aborted');
  });

  it('stops at once at the second signal', async () => {
    const cwd = await tinyJob();
    let signals = 0;
    const { code, signal } = await biagraph(['run', 'job.yaml', '--set', 'TRAIN.EPOCHS=2000'], {
      cwd,
      onOutput: (text, kill) => {
        if (signals > 0 || !text.includes('~~~ Epoch 2/')) return;
        signals = 2;
        kill('SIGINT');
        kill('SIGTERM');
      },
    });
    // A shell tells this as 130.
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGINT' });
  });
});
