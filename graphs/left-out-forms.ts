/** Forms of test-time augmentation that the channels of instance segmentation cannot follow. */
import type { ChannelOptions } from '../core/config/check/channel-options.js';
import type { Config } from '../core/config/index.js';
import type { Problem } from '../core/errors.js';
import { formsOf } from '../core/image/test-time-augmentation.js';
import { directedLayout } from '../core/instances/directed-layout.js';
import { predictionLayout } from '../core/instances/prediction-layout.js';
import { augmentationGroup } from './supervised.js';

/** What would let channels of each kind follow. */
const ADVICE = {
  vector: 'Learn the components along y and x both, or neither.',
  rays: 'Give the option nrays a multiple of 4.',
  offsets: 'Give y_affinities and x_affinities the same steps.',
} as const;

/** A warning where images are predicted in fewer forms than TEST.AUGMENTATION asks for. */
export function leftOutForms({ PROBLEM: problem, TEST: test }: Config): Problem[] {
  const { DATA_CHANNELS, DATA_CHANNELS_EXTRA_OPTS, TYPE } = problem.INSTANCE_SEG;
  if (!test.AUGMENTATION || TYPE !== 'regular') return [];
  const axes = problem.NDIM === '3D' ? 3 : 2;
  const options = (DATA_CHANNELS_EXTRA_OPTS[0] ?? {}) as Record<string, ChannelOptions>;
  const groups = directedLayout(predictionLayout(DATA_CHANNELS as string[], options, {}, axes), options, axes);
  const group = augmentationGroup(test.AUGMENTATION_GROUP);
  const forms = formsOf(axes, group);
  const left = formsOf(axes, group, groups);
  const [hindering] = groups.filter((one) => formsOf(axes, group, [one]).length < forms.length);
  if (!hindering) return [];
  const sphere = hindering.kind === 'rays' && axes === 3;
  const predicted = left.length === 1 ? 'as they are alone' : `in ${left.length} of ${forms.length} forms`;
  return [
    {
      severity: 'warning',
      key: 'TEST.AUGMENTATION',
      message: `images are predicted ${predicted}: the ${WORDS[hindering.kind]} cannot be turned in the others.`,
      advice: sphere ? 'Switch it off: rays of a sphere have no symmetry.' : ADVICE[hindering.kind],
    },
  ];
}

const WORDS = { vector: 'components of a vector', rays: 'rays', offsets: 'affinities' } as const;
