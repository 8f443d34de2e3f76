/**
 * Measures predictions against targets at one point of a graph and passes them on.
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { dropBorder } from '../../core/image/border-crop.js';
import { isLeftOutPatch } from '../../core/image/dropped-patch.js';
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
  needs: { catalog: services.catalog, events: services.events },
  create({ metrics, variant, product, border }, { catalog, events }) {
    const measures = metrics.flatMap(({ id, name, parameters }) => {
      const metric = catalog.metric(id);
      const onImages = metric.onImages?.(checked('metric', id, metric.parameters, parameters));
      return onImages ? [{ name: name ?? metric.name, onImages }] : [];
    });
    return ({ main }) =>
      main.pipe(
        map((sample) => {
          const prediction = sample.products[product];
          const { target } = sample;
          if (!target || !prediction || isLeftOutPatch(sample)) return sample;
          if (prediction.source || target.source) {
            events.emit({
              type: 'notice',
              message: `${sample.file}: is read in parts, so nothing is measured on it as a whole (${variant}).`,
            });
            return sample;
          }
          const [inner, wanted] = [dropBorder(prediction, border), dropBorder(target, border)];
          const measured = measures.map(({ name, onImages }) => [`${name} (${variant})`, onImages(inner, wanted)]);
          return { ...sample, metrics: { ...sample.metrics, ...Object.fromEntries(measured) } };
        }),
      );
  },
});
