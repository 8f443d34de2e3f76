/**
 * Brings targets that are images to the range that the network learns (DATA.NORMALIZATION, or its section TARGET).
 */
import { map } from 'rxjs';
import { mapImage } from '../../core/image/deferred.js';
import { channelCount, type Image, sizeOf } from '../../core/image/image.js';
import {
  NormalizationParameters,
  normalizationFromConfig,
  normalizationOptions,
} from '../../core/image/normalization-parameters.js';
import { measureNormalization, normalize } from '../../core/image/normalize.js';
import { OneDivisor } from '../../core/image/one-divisor.js';
import type { Sample, TargetKind } from '../../core/image/sample.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

/**
 * A target is measured on its own, with the settings of its section or of the input: BiaPy's behaviour. Of a test, where
 * targets are compared with predictions that were brought back to intensities, the node is left out.
 */
export const targetNormalizer = defineNode({
  id: 'normalizer/target-intensity',
  role: 'normalizer',
  summary: 'Brings image targets to a common range, measured on each target.',
  inputs: { main: ['image', 'patch'] },
  output: 'same',
  parameters: NormalizationParameters,
  fromConfig: (config, part) => (part === 'test' ? undefined : normalizationFromConfig(config, 'target')),
  memory: (_, { shape }) => sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT,
  needs: { events: services.events },
  create(parameters, { events }) {
    const options = { ...normalizationOptions(parameters), unitFloats: true };
    const divisor = new OneDivisor();
    return ({ main }) =>
      main.pipe(
        map((sample): Sample => {
          const { target } = sample;
          if (!target) return sample;
          const file = String(sample.facts.targetFile ?? sample.file);
          const targetKinds = new Array<TargetKind>(channelCount(target)).fill('image');
          if (target.source) {
            const work = (part: Image) => normalize(part, measureNormalization(part, options, file));
            return { ...sample, target: mapImage(target, work, { dtype: 'float32' }), targetKinds };
          }
          const normalization = measureNormalization(target, options, file);
          const isPatch = sample.placement !== undefined || sample.moment !== undefined;
          const message = isPatch ? undefined : divisor.differs(target, normalization, file);
          if (message) events.emit({ type: 'warning', message });
          const { partner } = sample;
          const other = partner?.target;
          return {
            ...sample,
            target: normalize(target, normalization),
            ...(other && {
              partner: { ...partner, target: normalize(other, measureNormalization(other, options, file)) },
            }),
            targetKinds,
            facts: { ...sample.facts, targetNormalization: normalization },
          };
        }),
      );
  },
});
