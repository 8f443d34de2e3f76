/** Example pictures for the report, out of what the writers have drawn. */
import path from 'node:path';
import sharp from 'sharp';
import type { JobEvent } from './events.js';
import type { ReportExample } from './report.js';

/** Images shown; more would make the page heavy without saying more. */
const MOST = 4;
/** Longest side in pixels. */
const SIDE = 420;

/** Remembers the pictures of the first images as events of written files come. */
export class ExampleCollector {
  private readonly pictures = new Map<string, Map<string, string>>();

  take(event: JobEvent): void {
    if (event.type !== 'file.written' || event.kind !== 'picture') return;
    const { file, sample = path.parse(file).name, label = '' } = event;
    if (!this.pictures.has(sample)) {
      if (this.pictures.size >= MOST) return;
      this.pictures.set(sample, new Map());
    }
    this.pictures.get(sample)!.set(label, file);
  }

  /** Small copies of the pictures; one that cannot be read is left out, since a report is still worth having. */
  async examples(): Promise<ReportExample[]> {
    const examples: ReportExample[] = [];
    for (const [name, files] of this.pictures) {
      const pictures: ReportExample['pictures'] = [];
      for (const [title, file] of files) {
        const png = await shrink(file).catch(() => undefined);
        if (png) pictures.push({ title, png });
      }
      if (pictures.length > 0) examples.push({ name, pictures });
    }
    return examples;
  }
}

function shrink(file: string): Promise<Buffer> {
  return sharp(file).resize({ width: SIDE, height: SIDE, fit: 'inside', withoutEnlargement: true }).png().toBuffer();
}
