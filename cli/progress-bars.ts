/** Shows a job in a terminal: bars at the bottom and lines above them; plain lines where there is no terminal. */
import cliProgress from 'cli-progress';
import type { Observable } from 'rxjs';
import type { JobEvent } from '../core/job/events.js';
import type { JobLines, Line } from '../core/job/lines.js';
import { type Bar, Progress } from '../core/job/progress.js';
import { shortTime } from '../core/job/time-text.js';

export interface ShowOptions {
  lines: Pick<JobLines, 'take'>;
  /** Standard output, usually. */
  stream?: NodeJS.WriteStream;
  /** Colours; by default on a terminal unless `NO_COLOR` is set. */
  colour?: boolean;
}

/** Stops showing and leaves the terminal as it was; more calls do nothing. */
export type StopShowing = () => void;

/**
 * Prints the events of a job as they come. On a terminal the bars stand for the lines of single batches; into a pipe or
 * a file all lines go, without control characters.
 */
export function showJob(events: Observable<JobEvent>, options: ShowOptions): StopShowing {
  const { lines, stream = process.stdout } = options;
  if (!stream.isTTY) {
    const printing = events.subscribe((event) => {
      for (const { text } of lines.take(event)) stream.write(`${text}\n`);
    });
    return () => printing.unsubscribe();
  }
  const colour = options.colour ?? !process.env['NO_COLOR'];
  const screen = new Screen(stream, colour);
  const showing = events.subscribe({
    next: (event) => {
      for (const line of lines.take(event)) if (line.kind !== 'batch') screen.print(line);
      screen.take(event);
    },
    complete: () => screen.close(),
  });
  return () => {
    showing.unsubscribe();
    screen.close();
  };
}

const COLOURS: Partial<Record<Line['kind'], number>> = { section: 1, result: 36, warning: 33, error: 31 };

/** The terminal cuts lines while bars are drawn, so long ones are broken here. */
function foldLines(text: string, columns: number | undefined): string {
  if (!columns || text.includes('\u001B')) return text;
  const pieces = new RegExp(`.{${columns}}(?=.)`, 'gu');
  return text.replace(pieces, '$&\n');
}

class Screen {
  private readonly progress = new Progress();
  private readonly drawn = new Map<string, cliProgress.SingleBar>();
  private multi: cliProgress.MultiBar | undefined;

  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly colour: boolean,
  ) {}

  print({ kind, text }: Line): void {
    const code = this.colour ? COLOURS[kind] : undefined;
    const shown = code === undefined ? text : `\u001B[${code}m${text}\u001B[0m`;
    // The bars draw over a line that is written past them.
    if (this.multi) {
      // Each line wipes what is left of the bar that it is written over.
      const lines = foldLines(shown, this.stream.columns).split('\n');
      this.multi.log(lines.map((line) => `${line}\u001B[K\n`).join(''));
      this.multi.update();
    } else this.stream.write(`${shown}\n`);
  }

  take(event: JobEvent): void {
    if (!this.progress.take(event)) return;
    const bars = this.progress.bars;
    if (bars.length === 0) this.close();
    for (const [id, bar] of this.drawn)
      if (!bars.some((kept) => kept.id === id)) {
        this.multi?.remove(bar);
        this.drawn.delete(id);
      }
    for (const bar of bars) this.draw(bar);
  }

  close(): void {
    this.multi?.stop();
    this.multi = undefined;
    this.drawn.clear();
  }

  private draw({ id, label, done, total, detail }: Bar): void {
    this.multi ??= new cliProgress.MultiBar({
      stream: this.stream,
      clearOnComplete: true,
      hideCursor: true,
      fps: 8,
      formatTime: (seconds: unknown) => (typeof seconds === 'number' ? shortTime(seconds) : '-').padStart(6),
      etaBuffer: 50,
      barsize: 24,
      barCompleteChar: '━',
      barIncompleteChar: '─',
      format: '{label} {bar} {value}/{shownTotal}  {eta_formatted}  {detail}',
    });
    const payload = { label: label.padEnd(10), shownTotal: total ?? '?', detail };
    const bar = this.drawn.get(id);
    if (bar) {
      bar.setTotal(total ?? Math.max(done, 1));
      bar.update(done, payload);
    } else this.drawn.set(id, this.multi.create(total ?? Math.max(done, 1), done, payload));
  }
}
