/** Curves of a training: Vega-Lite draws them as SVG, sharp turns that into PNG. */
import path from 'node:path';
import type { TopLevelSpec } from 'vega-lite';
import { drawText } from './drawn-text.js';
import type { TrainingHistory } from './history.js';
import { writeWhole } from './write-aside.js';

/** Of the Okabe-Ito palette, told apart with any kind of colour vision. */
export const TRAINING_COLOUR = '#0072b2';
export const VALIDATION_COLOUR = '#d55e00';

export interface ChartSize {
  /** Of the plotted area, in pixels. */
  width: number;
  height: number;
}

const SIZE: ChartSize = { width: 560, height: 320 };

interface Point {
  /** From 1. */
  epoch: number;
  /** Null leaves a gap. */
  value: number | null;
  part: 'Training' | 'Validation';
}

/** Training and validation values of one name over the epochs; the best epoch of the validation is marked. */
export function curveSpec(history: TrainingHistory, name: string, size: ChartSize = SIZE): TopLevelSpec {
  const points = history.records.flatMap(({ epoch, train, validation }): Point[] => {
    const point = (part: Point['part'], value: number | undefined): Point[] =>
      value === undefined ? [] : [{ epoch: epoch + 1, value: Number.isFinite(value) ? value : null, part }];
    return [...point('Training', train[name]), ...point('Validation', validation?.[name])];
  });
  const best = history.records.filter((record) => record.improved).at(-1);
  const bestValue = best?.validation?.[name];
  const marked =
    best && bestValue !== undefined ? [{ epoch: best.epoch + 1, value: bestValue, part: 'Validation' as const }] : [];
  const parts = ['Training', 'Validation'].filter((part) => points.some((point) => point.part === part));
  return {
    ...frame(size),
    layer: [
      {
        data: { values: points },
        // A single epoch has no line, and few epochs are easier to read with dots.
        mark: { type: 'line', strokeWidth: 2, strokeCap: 'round', point: history.records.length <= 30 && { size: 28 } },
        encoding: {
          x: epochAxis(history),
          y: {
            field: 'value',
            type: 'quantitative',
            title: axisTitle(name),
            scale: { zero: false },
            axis: { tickCount: 6 },
          },
          color: {
            field: 'part',
            type: 'nominal',
            title: null,
            scale: {
              domain: parts,
              range: parts.map((part) => (part === 'Training' ? TRAINING_COLOUR : VALIDATION_COLOUR)),
            },
            legend: { orient: 'top', direction: 'horizontal', symbolType: 'stroke' },
          },
        },
      },
      {
        data: { values: marked },
        encoding: {
          x: { field: 'epoch', type: 'quantitative' },
          y: { field: 'value', type: 'quantitative' },
        },
        layer: [
          { mark: { type: 'point', size: 110, strokeWidth: 1.5, opacity: 1, color: VALIDATION_COLOUR } },
          { mark: { type: 'text', text: 'best', dy: -14, fontSize: 11, color: 'currentColor' } },
        ],
      },
    ],
  };
}

/** The learning rate over the epochs. */
export function learningRateSpec(history: TrainingHistory, size: ChartSize = SIZE): TopLevelSpec {
  return {
    ...frame(size),
    data: { values: history.records.map(({ epoch, learningRate }) => ({ epoch: epoch + 1, value: learningRate })) },
    mark: { type: 'line', strokeWidth: 2, color: TRAINING_COLOUR, point: history.records.length <= 30 && { size: 28 } },
    encoding: {
      x: epochAxis(history),
      y: {
        field: 'value',
        type: 'quantitative',
        title: 'Learning rate',
        axis: { format: '.1~e', tickCount: 6 },
        scale: { zero: false },
      },
    },
  };
}

/** SVG of a specification. Text stays text, in the font of the page and in `currentColor`. */
export async function drawChart(spec: TopLevelSpec): Promise<string> {
  // Together half a second to load: only when a chart is drawn.
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** PNG of an SVG chart on white, at twice its size, with the same text on every machine. */
export async function chartPng(svg: string): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  return sharp(Buffer.from(drawText(svg)), { density: 144 })
    .flatten({ background: '#ffffff' })
    .png()
    .toBuffer();
}

/** Whether charts are due after an epoch (from 0): every `frequency` epochs and after the last. */
export function chartsAreDue(epoch: number, epochs: number, frequency: number): boolean {
  return epoch + 1 === epochs || (frequency > 0 && (epoch + 1) % frequency === 0);
}

/** File of a chart: `<job_id>_loss.png`, `<job_id>_<metric>.png` with `_` for what file names had better not have. */
export function chartFile(folder: string, jobId: string, name: string): string {
  return path.join(folder, `${jobId}_${name.replace(/[^\p{L}\p{N}.-]+/gu, '_').replace(/^_|_$/g, '')}.png`);
}

/**
 * Draws the loss and each metric into `folder`.
 *
 * @returns the files.
 * @throws OutputError when one cannot be written.
 */
export async function saveCharts(folder: string, jobId: string, history: TrainingHistory): Promise<string[]> {
  if (history.records.length === 0) return [];
  const files: string[] = [];
  for (const name of history.names) {
    const file = chartFile(folder, jobId, name);
    await writeWhole(file, await chartPng(await drawChart(curveSpec(history, name))));
    files.push(file);
  }
  return files;
}

function frame(size: ChartSize) {
  const text = { labelColor: 'currentColor', titleColor: 'currentColor', labelFontSize: 11, titleFontSize: 12 };
  return {
    ...size,
    background: 'transparent',
    padding: 10,
    autosize: { type: 'pad' as const },
    config: {
      view: { stroke: null },
      font: 'sans-serif',
      axis: {
        ...text,
        titleFontWeight: 'normal' as const,
        gridColor: '#888',
        gridOpacity: 0.25,
        domainColor: '#888',
        tickColor: '#888',
        titlePadding: 8,
      },
      legend: { ...text, symbolStrokeWidth: 3, labelFontSize: 12 },
    },
  };
}

function epochAxis(history: TrainingHistory) {
  const epochs = history.records.map((record) => record.epoch + 1);
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  // A single epoch stands in the middle.
  const domain = first === last ? [first - 1, last + 1] : [first, last];
  return {
    field: 'epoch',
    type: 'quantitative' as const,
    title: 'Epoch',
    scale: { domain, nice: false },
    axis: { tickMinStep: 1, format: 'd', grid: false, ...(first === last && { values: [first] }) },
  };
}

function axisTitle(name: string): string {
  return name === 'loss' ? 'Loss' : name;
}
