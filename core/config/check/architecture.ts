import { CLS, I2I, SR } from '../schema/key.js';
import { showPlain } from '../value.js';
import { architecturesOf, unets } from './architectures.js';
import { type Check, listed } from './context.js';
import { checkTransformer } from './vit.js';

const key = 'MODEL.ARCHITECTURE';

/** Whether the architecture suits the workflow and the patch (after the second write back, rules R286 to R308). */
export function checkArchitectureFit(c: Check): void {
  if (!c.buildsModel || c.isForeignArchitecture || c.isSpoilt(key)) return;
  const { architecture } = c;
  const { MODEL } = c.config;
  if (!['upsampling', 'convtranspose'].includes(MODEL.UPSAMPLE_LAYER.toLowerCase()))
    c.oneOf('R286', 'MODEL.UPSAMPLE_LAYER', ['upsampling', 'convtranspose']);
  if (c.workflow && !architecturesOf[c.workflow].includes(architecture)) {
    const names = [...architecturesOf[c.workflow], ...(c.options.extra.architectures ?? [])];
    // mae in another workflow has a rule of its own; one complaint is enough.
    const rule = architecture === 'mae' ? 'R303' : 'R287';
    c.error(
      rule,
      [key, 'PROBLEM.TYPE'],
      `${listed(names)} in ${c.workflow}, came ${architecture}.`,
      `Write ${names[0]}, for example.`,
    );
  }
  if (c.is(SR)) c.oneOf('R289', 'MODEL.UNET_SR_UPSAMPLE_POSITION', ['pre', 'post']);
  if (c.is(I2I) && architecture === 'nafnet') c.oneOf('R290', 'MODEL.NAFNET.GENERATOR_BACKBONE', ['nafnet', 'stunet']);
  if (c.is(CLS) && architecture.startsWith('efficientnet') && c.dims === 3)
    c.error('R291', [key, 'PROBLEM.NDIM'], 'efficientnet is 2D.', 'Take simple_cnn or vit.');
  checkTransformer(c);
  checkDivisible(c);
  if (architecture === 'hrnet') checkHrnet(c);
  if (architecture === 'stunet') checkStunet(c);
}

/** Each level must be able to halve the patch, and leave something of it (R305). */
function checkDivisible(c: Check): void {
  const { MODEL, DATA } = c.config;
  if (![...unets, 'multiresunet', 'hrnet', 'stunet'].includes(c.architecture)) return;
  const hrnet = c.architecture === 'hrnet';
  const plane = hrnet ? MODEL.HRNET.YX_DOWN : MODEL.YX_DOWN;
  const depth = hrnet ? MODEL.HRNET.Z_DOWN : MODEL.Z_DOWN;
  const steps = hrnet
    ? MODEL.HRNET.NUM_BLOCKS.length
    : c.architecture === 'multiresunet'
      ? 4
      : MODEL.FEATURE_MAPS.length - 1;
  const names = c.dims === 3 ? ['Z', 'Y', 'X'] : ['Y', 'X'];
  const sides = DATA.PATCH_SIZE.slice(0, c.dims);
  const whole: number[] = sides.map(() => 1);
  const levels = Array.from({ length: steps }, (_, step) => {
    const factor = plane[step] ?? 1;
    const [y, x] = Array.isArray(factor) ? factor : [factor, factor];
    return { name: `level ${step + 1}`, factors: c.dims === 3 ? [depth[step] ?? 1, y, x] : [y, x] };
  });
  let least = 2;
  if (c.architecture.startsWith('unext')) {
    // Those of the rule are sides of the image, these of what the stem leaves.
    least = 1;
    // BiaPy's rule leaves the stem out, and such a training ends in an error of shapes.
    const side = MODEL.CONVNEXT_STEM_K_SIZE;
    const stem = c.dims === 3 ? [Math.max(side, levels[0]?.factors[0] ?? 1), side, side] : [side, side];
    levels.unshift({ name: 'the stem', factors: stem });
  }
  for (const { name, factors } of levels) {
    for (const [axis, side] of sides.entries()) {
      whole[axis] *= factors[axis];
      if (factors[axis] > 0 && side % factors[axis] === 0 && side > least) continue;
      c.error(
        'R305',
        ['DATA.PATCH_SIZE', key, 'MODEL.FEATURE_MAPS', 'MODEL.YX_DOWN', 'MODEL.Z_DOWN', 'MODEL.HRNET.VARIANT'],
        `The ${names[axis]} side of the patch ${showPlain(DATA.PATCH_SIZE)} cannot be divided by ${whole[axis]}, as ${name} of ${c.architecture} asks.`,
        `Take a multiple of ${levels.reduce((all, level) => all * Math.max(level.factors[axis], 1), 1)}, fewer levels${names[axis] === 'Z' ? ', or Z_DOWN 1' : ''}.`,
      );
      return;
    }
    for (const axis of sides.keys()) sides[axis] /= factors[axis];
  }
}

function checkHrnet(c: Check): void {
  c.oneOf('R306', 'MODEL.HRNET.BLOCK_TYPE', ['BASIC', 'BOTTLENECK', 'CONVNEXT_V1', 'CONVNEXT_V2']);
  c.oneOf('R306', 'MODEL.HRNET.HEAD_TYPE', ['OCR', 'ASPP', 'PSP', 'FCN']);
  if (c.config.MODEL.HRNET.HEAD_TYPE === 'OCR' && c.dims === 3)
    c.error('R306', ['MODEL.HRNET.HEAD_TYPE', 'PROBLEM.NDIM'], 'The head OCR is 2D.', 'Write FCN.');
}

function checkStunet(c: Check): void {
  if (!c.oneOf('R307', 'MODEL.STUNET.VARIANT', ['small', 'base', 'large', 'custom'])) return;
  const { VARIANT, DIMS, CONV_KERNEL_SIZES, POOL_OP_KERNEL_SIZES } = c.config.MODEL.STUNET;
  if (VARIANT !== 'custom') return;
  const stages = DIMS.length;
  const of = (name: string) => `MODEL.STUNET.${name}`;
  c.hasLength('R308', of('DEPTH'), stages, 'one per stage', [of('DIMS')]);
  c.hasLength('R308', of('CONV_KERNEL_SIZES'), stages, 'one per stage', [of('DIMS')]);
  c.hasLength('R308', of('POOL_OP_KERNEL_SIZES'), stages - 1, 'one per step', [of('DIMS')]);
  for (const [name, sizes] of Object.entries({ CONV_KERNEL_SIZES, POOL_OP_KERNEL_SIZES }))
    if (sizes.some((size) => size.length !== c.dims))
      c.error(
        'R308',
        [of(name), 'PROBLEM.NDIM'],
        `Expected ${c.dims} sizes in each entry (${c.axes()}), came ${showPlain(sizes)}.`,
        'Give one size for each axis.',
      );
}
