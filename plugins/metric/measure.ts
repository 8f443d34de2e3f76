/**
 * Measures predictions against targets at one point of a graph and passes them on.
 */
import { concatMap, from, of } from 'rxjs';
import { Type } from 'typebox';
import { dropBorder } from '../../core/image/border-crop.js';
import { isLeftOutPatch } from '../../core/image/dropped-patch.js';
import type { Image } from '../../core/image/image.js';
import { measureParts } from '../../core/image/part-measure.js';
import type { Sample } from '../../core/image/sample.js';
import { METRIC_VARIANTS } from '../../core/job/events.js';
import { defineNode } from '../../core/plugin/define.js';
import { checked } from '../../core/plugin/network.js';
import { MetricSpec } from '../../core/plugin/network-spec.js';
import { services } from '../../core/plugin/services.js';

export const measure = defineNode({
  id: 'metric/measure',
  role: 'metric',
  summary: 'Measures predictions against targets.',
  inputs: { main: ['patch', 'channels', 'classes'] },
  output: 'same',
  parameters: Type.Object(
    {
      metrics: MetricSpec,
      variant: Type.Enum(METRIC_VARIANTS, { default: 'merge patches' }),
      product: Type.String({ default: 'channels', description: 'Product that is measured.' }),
      border: Type.Array(Type.Integer({ minimum: 0 }), {
        default: [],
        description: 'Pixels left out at both ends of each axis (TEST.EVAL_BORDER_CROP).',
      }),
    },
    { additionalProperties: false },
  ),
  needs: { catalog: services.catalog, events: services.events, signal: services.signal },
  create({ metrics, variant, product, border }, { catalog, events, signal }) {
    const measures = metrics.flatMap(({ id, name, parameters }) => {
      const metric = catalog.metric(id);
      const valid = checked('metric', id, metric.parameters, parameters);
      const onImages = metric.onImages?.(valid);
      return onImages ? [{ name: name ?? metric.name, onImages, onParts: () => metric.onParts?.(valid) }] : [];
    });
    const withMetrics = (sample: Sample, values: [string, number][]): Sample => ({
      ...sample,
      metrics: {
        ...sample.metrics,
        ...Object.fromEntries(values.map(([name, value]) => [`${name} (${variant})`, value])),
      },
    });

    async function onParts(sample: Sample, prediction: Image, target: Image): Promise<Sample> {
      const parts = measures.map(({ name, onParts }) => ({ name, measure: onParts() }));
      const lacking = parts.filter(({ measure }) => !measure).map(({ name }) => name);
      if (lacking.length > 0)
        events.emit({
          type: 'notice',
          message: `${sample.file}: is read in parts, and ${lacking.join(', ')} cannot be measured in parts (${variant}).`,
        });
      const possible = parts.flatMap(({ name, measure }) => (measure ? [{ name, measure }] : []));
      const values = await measureParts(
        prediction,
        target,
        possible.map(({ measure }) => measure),
        { border, signal },
      );
      return withMetrics(
        sample,
        possible.map(({ name }, i) => [name, values[i]]),
      );
    }

    return ({ main }) =>
      main.pipe(
        concatMap((sample) => {
          const prediction = sample.products[product];
          const { target } = sample;
          if (!target || !prediction || isLeftOutPatch(sample)) return of(sample);
          if (prediction.source || target.source) return from(onParts(sample, prediction, target));
          const [inner, wanted] = [dropBorder(prediction, border), dropBorder(target, border)];
          return of(
            withMetrics(
              sample,
              measures.map(({ name, onImages }) => [name, onImages(inner, wanted)]),
            ),
          );
        }),
      );
  },
});
