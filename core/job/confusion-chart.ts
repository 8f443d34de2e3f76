/** The picture of a confusion matrix. */
import type { TopLevelSpec } from 'vega-lite';
import type { ConfusionMatrix } from '../nd/confusion.js';
import { TRAINING_COLOUR } from './charts.js';

/** Side of a cell in pixels, smaller where there are many. */
const CELL = 72;
const WIDEST = 640;
/** Classes up to which the counts fit into their cells. */
const MOST_COUNTS = 25;

/**
 * True classes downwards, predicted ones to the right. Cells are coloured by their share of the true class, so that rare
 * classes can be read as well as common ones, and show the counts.
 */
export function confusionSpec(matrix: ConfusionMatrix, names: readonly string[]): TopLevelSpec {
  const cells = matrix.rows.flatMap((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, predicted) => ({
      truth: names[truth],
      predicted: names[predicted],
      count,
      share: total === 0 ? 0 : count / total,
    }));
  });
  const side = Math.min(CELL * names.length, WIDEST);
  const axis = { labelLimit: 220, labelFontSize: 11, titleFontSize: 12, titlePadding: 8, ticks: false, domain: false };
  return {
    width: side,
    height: side,
    padding: 10,
    background: 'transparent',
    data: { values: cells },
    config: { view: { stroke: '#888' }, font: 'sans-serif' },
    encoding: {
      x: { field: 'predicted', type: 'nominal', sort: null, title: 'Predicted', axis: { ...axis, labelAngle: -30 } },
      y: { field: 'truth', type: 'nominal', sort: null, title: 'True', axis },
    },
    layer: [
      {
        mark: 'rect',
        encoding: {
          color: {
            field: 'share',
            type: 'quantitative',
            scale: { domain: [0, 1], range: ['#ffffff', TRAINING_COLOUR], interpolate: 'rgb' },
            legend: { title: 'Share of true class', titleLimit: 0, format: '.0%' },
          },
        },
      },
      ...(names.length <= MOST_COUNTS
        ? [
            {
              mark: { type: 'text' as const, fontSize: 14 },
              encoding: {
                text: { field: 'count', type: 'quantitative' as const },
                color: { condition: { test: 'datum.share > 0.5', value: '#ffffff' }, value: '#222222' },
              },
            },
          ]
        : []),
    ],
  };
}
