import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
import { parseCsv } from '../../../core/job/csv.js';
import { bench, ramp, sampleOf } from '../nodes.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'confusion-'));
});
afterEach(() => rm(folder, { recursive: true }));

const one = (id: number) => image(Uint16Array.of(id), [1, 1, 1]);
const answer = (index: number, truth: number | undefined, predicted: number) =>
  sampleOf(ramp([2, 2, 1]), {
    index,
    file: `data/${['red', 'white', 'blue'][truth ?? 0]}/${index}.png`,
    ...(truth !== undefined && { target: one(truth) }),
    products: { classes: one(predicted) },
  });

describe('the tables of a classification', () => {
  test('count what is taken for what, and score each class', async () => {
    const { run, heard } = bench();
    const samples = [answer(0, 0, 0), answer(1, 1, 1), answer(2, 1, 0), answer(3, 1, 1)];
    await run(node('confusion', 'metric/confusion', { classes: 3, folder }), samples);
    const read = async (name: string) => parseCsv(await readFile(path.join(folder, name), 'utf8'));
    expect(await read('confusion_matrix.csv')).toEqual([
      ['true \\ predicted', 'Category 0 (red)', 'Category 1 (white)', 'Category 2'],
      ['Category 0 (red)', '1', '0', '0'],
      ['Category 1 (white)', '1', '2', '0'],
      ['Category 2', '0', '0', '0'],
    ]);
    expect((await read('classification_report.csv'))[2]).toEqual([
      'Category 1 (white)',
      '1',
      String(2 / 3),
      '0.8',
      '3',
    ]);
    expect(heard.find((event) => event.type === 'file.written' && event.kind === 'picture')).toMatchObject({
      file: path.join(folder, 'confusion_matrix.png'),
      label: 'Confusion matrix',
    });
    expect(heard.filter(({ type }) => type === 'notice')).toHaveLength(3);
  });

  test('are not written without targets', async () => {
    await bench().run(node('confusion', 'metric/confusion', { classes: 3, folder }), [answer(0, undefined, 0)]);
    expect(await readdir(folder)).toEqual([]);
  });
});

test('the class of every image is written by its file name, in the order of the images', async () => {
  const file = path.join(folder, 'predictions.csv');
  await bench().run(node('table', 'writer/class-table', { file }), [answer(0, 0, 2), answer(1, undefined, 1)]);
  expect(await readFile(file, 'utf8')).toBe('filename,class\r\n0.png,2\r\n1.png,1\r\n');
});
