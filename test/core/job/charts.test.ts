import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  chartFile,
  chartPng,
  chartsAreDue,
  curveSpec,
  drawChart,
  learningRateSpec,
  saveCharts,
  TRAINING_COLOUR,
  VALIDATION_COLOUR,
} from '../../../core/job/charts.js';
import { type EpochDone, type EpochRecord, TrainingHistory } from '../../../core/job/history.js';
import { trainingEvents } from './a-run.js';

function history(options?: Parameters<typeof trainingEvents>[0]): TrainingHistory {
  const made = new TrainingHistory();
  for (const event of trainingEvents(options)) if (event.type === 'epoch.done') made.add(event as EpochDone);
  return made;
}

/** Paths of lines that are drawn in a colour: one `d` each. */
const lines = (svg: string, colour: string) =>
  [
    ...svg.matchAll(
      /<path aria-label="[^"]*" role="graphics-symbol" aria-roledescription="line mark" d="([^"]*)" stroke="([^"]*)"/g,
    ),
  ]
    .filter(([, , stroke]) => stroke === colour)
    .map(([, path]) => path);
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);

describe('curveSpec', () => {
  it('draws training and validation with axis titles, a legend and the best epoch', async () => {
    const svg = await drawChart(curveSpec(history({ epochs: 40 }), 'loss'));
    expect(texts(svg)).toEqual(expect.arrayContaining(['Epoch', 'Loss', 'Training', 'Validation', 'best', '40']));
    for (const colour of [TRAINING_COLOUR, VALIDATION_COLOUR]) {
      const [line, ...others] = lines(svg, colour);
      expect(others).toEqual([]);
      expect(line.match(/[ML]/g)).toHaveLength(40);
    }
  });

  it('does with a single epoch, and without validation', async () => {
    const svg = await drawChart(curveSpec(history({ epochs: 1, validation: false }), 'loss'));
    expect(texts(svg)).not.toContain('Validation');
    expect(texts(svg)).not.toContain('best');
    expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(1);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('leaves gaps for values that are not finite, also when there is no other', async () => {
    const record = (epoch: number, loss: number): EpochRecord => ({
      epoch,
      learningRate: 1e-3,
      seconds: 1,
      waiting: 0,
      improved: false,
      train: { loss },
    });
    const losses = [3, 2, Number.NaN, Number.POSITIVE_INFINITY, 1, 0.5];
    const svg = await drawChart(curveSpec(new TrainingHistory(losses.map((loss, i) => record(i, loss))), 'loss'));
    expect(lines(svg, TRAINING_COLOUR)[0].match(/M/g)).toHaveLength(2);
    const none = await drawChart(curveSpec(new TrainingHistory([record(0, Number.NaN)]), 'loss'));
    expect(none).not.toMatch(/NaN/);
    expect((await sharp(await chartPng(none)).metadata()).width).toBeGreaterThan(1000);
  });
});

it('learningRateSpec shows small rates as powers of ten', async () => {
  const svg = await drawChart(learningRateSpec(history({ epochs: 3 })));
  expect(texts(svg)).toEqual(expect.arrayContaining(['Learning rate', '1e-4']));
});

it('chartPng does not depend on fonts: nothing of the text is left to the system', async () => {
  const svg = await drawChart(curveSpec(history({ epochs: 3 }), 'IoU'));
  const png = await chartPng(svg);
  const otherFont = await chartPng(svg.replaceAll('font-family="sans-serif"', 'font-family="no such font"'));
  expect(png.equals(otherFont)).toBe(true);
  const { dominant, isOpaque } = await sharp(png).stats();
  expect(isOpaque).toBe(true);
  expect(Math.min(dominant.r, dominant.g, dominant.b)).toBeGreaterThan(240);
});

it('charts are due every so many epochs and at the end', () => {
  const due = (frequency: number) => [0, 1, 2, 3, 4, 5, 6].filter((epoch) => chartsAreDue(epoch, 7, frequency));
  expect([due(5), due(1), due(0), due(-1)]).toEqual([[4, 6], [0, 1, 2, 3, 4, 5, 6], [6], [6]]);
});

describe('saveCharts', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'biagraph-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('writes one file per name, and none before the first epoch', async () => {
    expect(await saveCharts(folder, 'cells_1', new TrainingHistory())).toEqual([]);
    const files = await saveCharts(folder, 'cells_1', history());
    expect(files.map((file) => path.basename(file))).toEqual(['cells_1_loss.png', 'cells_1_IoU.png']);
    expect((await readdir(folder)).sort()).toEqual(['cells_1_IoU.png', 'cells_1_loss.png']);
  });

  it('names files so that every system takes them', () => {
    expect(path.basename(chartFile(folder, 'a_1', 'IoU (F channel)'))).toBe('a_1_IoU_F_channel.png');
    expect(path.basename(chartFile(folder, 'a_1', '../../x:y'))).toBe('a_1_.._.._x_y.png');
  });
});
