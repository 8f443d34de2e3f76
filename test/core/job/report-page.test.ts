import { describe, expect, it } from 'vitest';
import type { JobEvent } from '../../../core/job/events.js';
import { ReportRecorder } from '../../../core/job/report.js';
import { renderReport } from '../../../core/job/report-page.js';
import { jobEvents, START } from './a-run.js';

const EVIL = '"><script>alert(1)</script><img src=http://x.example/a onerror=alert(2)>';

function page(events: JobEvent[], options: { name?: string } = {}): Promise<string> {
  const recorder = new ReportRecorder({
    now: () => START,
    settings: [{ label: 'Training images', value: options.name ?? '/data/raw' }],
    versions: { biagraph: '0.1.0', node: '20.0.0' },
    command: `biagraph run ${options.name ?? 'cells.yaml'}`,
    links: [{ label: options.name ?? 'Logs', path: `../${options.name ?? 'my logs'}` }],
  });
  recorder.setExamples([
    { name: options.name ?? 'a.tif', pictures: [{ title: 'Raw image', png: Uint8Array.of(137, 80, 78, 71) }] },
  ]);
  for (const event of events) recorder.take(event);
  return renderReport(recorder.data()!);
}

/** Names of the tags that are open at the end, or closed without having been opened. */
function unbalanced(text: string): string[] {
  const open: string[] = [];
  for (const [, closing, name, , selfClosed] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*?)(\/?)>/gi)) {
    if (selfClosed || ['meta', 'img'].includes(name)) continue;
    if (!closing) open.push(name);
    else if (open.pop() !== name) return [...open, `/${name}`];
  }
  return open;
}

describe('renderReport', () => {
  it('shows the job, its figures, curves, tables and how to do it again', async () => {
    const text = await page(jobEvents());
    for (const words of [
      '<h1>cells_1</h1>',
      '2026-01-02 03:04:05',
      '<b>0.8000</b><span>Foreground IoU (merge patches)</span>',
      '<b>0.2500</b><span>Best validation loss</span>',
      'Per image (2)',
      'data:image/png;base64,iVBORw==',
      'biagraph run cells.yaml',
      'href="./../my%20logs"',
      '/data/raw',
    ])
      expect(text).toContain(words);
    expect(text.match(/<svg /g)).toHaveLength(2);
    expect(unbalanced(text)).toEqual([]);
  });

  it('needs nothing from outside and runs nothing', async () => {
    const text = await page(jobEvents());
    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
    const addresses = [...text.matchAll(/https?:\/\/[^"' )]+/g)].map(([address]) => address);
    // The name of the SVG language, which nobody fetches.
    expect(new Set(addresses)).toEqual(new Set(['http://www.w3.org/2000/svg']));
    expect(text).not.toMatch(/<script|<link|@import|url\(|javascript:|\son[a-z]+=/i);
  });

  it('escapes everything that comes from users', async () => {
    const [, ...rest] = jobEvents();
    const text = await page(
      [
        { type: 'job.started', job: EVIL, folder: EVIL, device: EVIL, seed: 1, resumed: false },
        ...rest.map((event) =>
          event.type === 'metric'
            ? { ...event, name: EVIL, sample: EVIL }
            : event.type === 'epoch.done'
              ? { ...event, train: { ...event.train, [EVIL]: 1 } }
              : event,
        ),
        { type: 'warning', message: EVIL },
        { type: 'notice', message: EVIL },
        { type: 'job.failed', job: EVIL, message: EVIL },
      ],
      { name: EVIL },
    );
    expect(text).not.toMatch(/<script|<img src=h/i);
    expect(text).toContain('&lt;script&gt;alert(1)');
    expect(unbalanced(text)).toEqual([]);
  });

  it('leaves out what a job does not have', async () => {
    const recorder = new ReportRecorder({ now: () => START });
    recorder.take(jobEvents()[0]);
    recorder.take({ type: 'job.failed', job: 'cells_1', message: 'no images in /data' });
    const text = await renderReport(recorder.data()!);
    expect(text).toContain('no images in /data');
    expect(text).not.toMatch(/<h2>(Training|Test|Examples|Warnings|Notices|Configuration|Files)<|undefined|NaN/);
    expect(unbalanced(text)).toEqual([]);
  });

  it('leaves long tables to the CSV', async () => {
    const metric = (i: number): JobEvent => ({
      type: 'metric',
      name: 'MAE',
      level: 'image',
      variant: 'merge patches',
      sample: `${String(i).padStart(3, '0')}.tif`,
      value: i,
    });
    const text = await page([jobEvents()[0], ...Array.from({ length: 250 }, (_, i) => metric(i))]);
    expect(text.match(/<th scope="row">\d\d\d\.tif/g)).toHaveLength(200);
    expect(text).toContain('The first 200 of 250 images');
    expect(text).toContain('<details >');
  });
});
