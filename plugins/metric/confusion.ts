/**
 * Which classes are taken for which: the confusion matrix of a test, and precision, recall and F1 of each class.
 */
import path from 'node:path';
import { concat, defer, ignoreElements, tap } from 'rxjs';
import { Type } from 'typebox';
import { productOf } from '../../core/image/sample.js';
import { chartPng, drawChart } from '../../core/job/charts.js';
import { confusionSpec } from '../../core/job/confusion-chart.js';
import { formatCsv } from '../../core/job/csv.js';
import { writeWhole } from '../../core/job/write-aside.js';
import { ConfusionMatrix } from '../../core/nd/confusion.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

export const confusion = defineNode({
  id: 'metric/confusion',
  role: 'metric',
  summary: 'Counts which classes are taken for which, and tells precision, recall and F1 of each class.',
  inputs: { main: ['classes'] },
  output: 'same',
  parameters: Type.Object(
    {
      classes: Type.Integer({ minimum: 1, description: 'Number of classes.' }),
      folder: Type.String({
        description: 'Folder for confusion_matrix.csv, confusion_matrix.png and classification_report.csv.',
      }),
    },
    { additionalProperties: false },
  ),
  needs: { events: services.events },
  create:
    ({ classes, folder }, { events }, place) =>
    ({ main }) =>
      defer(() => {
        const matrix = new ConfusionMatrix(classes);
        const names = Array.from({ length: classes }, (_, id) => `Category ${id}`);
        const write = async (name: string, content: string | Uint8Array) => {
          const file = path.join(folder, name);
          await writeWhole(file, content);
          return file;
        };
        const tell = async () => {
          if (matrix.total === 0) return;
          await write('confusion_matrix.csv', matrixCsv(matrix, names));
          events.emit({
            type: 'file.written',
            file: await write('classification_report.csv', reportCsv(matrix, names)),
            kind: 'table',
          });
          events.emit({
            type: 'file.written',
            file: await write('confusion_matrix.png', await chartPng(await drawChart(confusionSpec(matrix, names)))),
            kind: 'picture',
            sample: 'All test images',
            label: 'Confusion matrix',
          });
          for (const [id, name] of names.entries()) {
            const { precision, recall, f1, support } = matrix.scores(id);
            const values = `precision ${precision.toFixed(4)}, recall ${recall.toFixed(4)}, F1 ${f1.toFixed(4)}`;
            events.emit({ type: 'notice', message: `${name}: ${values}, ${support} images.` });
          }
        };
        const counted = main.pipe(
          tap((sample) => {
            if (!sample.target) return;
            const truth = sample.target.data[0];
            matrix.add(truth, productOf(sample, 'classes', place.name).data[0]);
            if (sample.file) names[truth] = `Category ${truth} (${path.basename(path.dirname(sample.file))})`;
          }),
        );
        return concat(counted, defer(tell).pipe(ignoreElements()));
      }),
});

/** A row for each true class, a column for each predicted one. */
function matrixCsv(matrix: ConfusionMatrix, names: readonly string[]): string {
  return formatCsv([['true \\ predicted', ...names], ...matrix.rows.map((row, id) => [names[id], ...row])]);
}

function reportCsv(matrix: ConfusionMatrix, names: readonly string[]): string {
  const rows = names.map((name, id) => {
    const { precision, recall, f1, support } = matrix.scores(id);
    return [name, precision, recall, f1, support];
  });
  return formatCsv([['class', 'precision', 'recall', 'f1', 'support'], ...rows]);
}
