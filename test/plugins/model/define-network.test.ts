import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { type Config, ConfigSchema } from '../../../core/config/index.js';
import { buildNetwork, divisorsOfNetwork } from '../../../core/plugin/network.js';
import { createRegistry } from '../../../core/plugin/registry.js';
import { builtInPlugin } from '../../../plugins/index.js';
import { build } from './network-checks.js';

const catalog = createRegistry([builtInPlugin]);
/** Networks whose head is a convolution of its own on the last feature map, and that enlarge in super-resolution. */
const FAMILY = [
  'unet',
  'attention_unet',
  'resunet',
  'seunet',
  'resunet_se',
  'multiresunet',
  'resunet++',
  'unext_v1',
  'unext_v2',
];

/** The defaults with some sections changed. */
function configWith(change: (config: Config) => void): Config {
  const config = Value.Create(ConfigSchema) as Config;
  change(config);
  return config;
}

function slotsOf(architecture: string, config: Config, outputChannels = [1]): string[] {
  const parameters = { ...catalog.model(architecture).fromConfig?.(config) };
  const network = buildNetwork({ architecture, parameters, ndim: 2, inputChannels: 1, outputChannels }, catalog);
  return [...network.slots()].map(([name]) => name);
}

describe('networks of the family as models', () => {
  it.each(FAMILY)('%s is built from the defaults of the configuration', (architecture) => {
    const names = slotsOf(
      architecture,
      configWith(() => {}),
    );
    expect(names).toContain('heads.0.weight');
    expect(names.some((name) => name.includes('_upsampling'))).toBe(false);
  });

  it.each(FAMILY)('%s enlarges in super-resolution only', (architecture) => {
    const enlarging = (type: Config['PROBLEM']['TYPE'], position: string) =>
      slotsOf(
        architecture,
        configWith(({ PROBLEM: problem, MODEL: model }) => {
          problem.TYPE = type;
          problem.SUPER_RESOLUTION.UPSCALING = [2, 2];
          model.UNET_SR_UPSAMPLE_POSITION = position;
        }),
      ).filter((name) => name.endsWith('_upsampling.weight'));
    expect(enlarging('SUPER_RESOLUTION', 'pre')).toEqual(['pre_upsampling.weight']);
    expect(enlarging('SUPER_RESOLUTION', 'post')).toEqual(['post_upsampling.weight']);
    expect(enlarging('SEMANTIC_SEG', 'pre')).toEqual([]);
  });

  it('separates decoders where the running workflow says so', () => {
    const config = configWith(({ PROBLEM: problem }) => {
      problem.TYPE = 'INSTANCE_SEG';
      problem.INSTANCE_SEG.SEPARATED_DECODERS_PER_HEAD = true;
    });
    expect(slotsOf('resunet', config, [1, 2])).toContain('up_paths.1.0.up.weight');
    expect(
      slotsOf('resunet', { ...config, PROBLEM: { ...config.PROBLEM, TYPE: 'SEMANTIC_SEG' } }, [1, 2]),
    ).not.toContain('up_paths.1.0.up.weight');
  });

  it('names a parameter that there is not', () => {
    expect(() => build('seunet', { featureMap: [8, 16] })).toThrow(/featureMap: there is no such.*'featureMaps'/);
  });

  it.each([
    ['unext_v2', { featureMaps: [4, 8, 8], zDown: [1, 1] }, 3, [2, 8, 8]],
    ['unext_v1', { featureMaps: [4, 8, 8], stemKernelSize: 4, yxDown: [1, 2] }, 2, [8, 8]],
    ['hrnet', {}, 3, [1, 4, 4]],
    ['stunet', {}, 3, [16, 16, 16]],
    ['nafnet', {}, 2, [1, 1]],
    ['unet', {}, 2, undefined],
  ] as const)('%s with %j says what image sides must be multiples of', (architecture, parameters, ndim, wanted) => {
    const spec = { architecture, parameters, ndim, inputChannels: 1, outputChannels: [1] };
    expect(divisorsOfNetwork(spec, catalog)).toEqual(wanted);
  });
});
