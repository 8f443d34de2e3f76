/** All augmenters. */
import { affineAugmenter } from './affine.js';
import { brightnessAugmenter } from './brightness.js';
import { channelShuffleAugmenter } from './channel-shuffle.js';
import { contrastAugmenter } from './contrast.js';
import { cutblurAugmenter } from './cutblur.js';
import { cutmixAugmenter } from './cutmix.js';
import { cutnoiseAugmenter } from './cutnoise.js';
import { cutoutAugmenter } from './cutout.js';
import { dropoutAugmenter } from './dropout.js';
import { elasticAugmenter } from './elastic.js';
import { flipAugmenter } from './flip.js';
import { gammaContrastAugmenter } from './gamma-contrast.js';
import { gaussianBlurAugmenter } from './gaussian-blur.js';
import { gaussianNoiseAugmenter } from './gaussian-noise.js';
import { grayscaleAugmenter } from './grayscale.js';
import { gridmaskAugmenter } from './gridmask.js';
import { medianBlurAugmenter } from './median-blur.js';
import { misalignmentAugmenter } from './misalignment.js';
import { missingSectionsAugmenter } from './missing-sections.js';
import { motionBlurAugmenter } from './motion-blur.js';
import { pepperAugmenter } from './pepper.js';
import { poissonNoiseAugmenter } from './poisson-noise.js';
import { previewSource, previewWriter } from './preview.js';
import { resizedCropAugmenter } from './resized-crop.js';
import { saltAugmenter } from './salt.js';
import { saltAndPepperAugmenter } from './salt-and-pepper.js';
import { shearAugmenter } from './shear.js';
import { shiftAugmenter } from './shift.js';

/** In the order in which they run. */
export const augmenters = [
  affineAugmenter,
  resizedCropAugmenter,
  grayscaleAugmenter,
  channelShuffleAugmenter,
  cutblurAugmenter,
  cutmixAugmenter,
  cutnoiseAugmenter,
  misalignmentAugmenter,
  brightnessAugmenter,
  contrastAugmenter,
  gammaContrastAugmenter,
  gaussianNoiseAugmenter,
  poissonNoiseAugmenter,
  saltAugmenter,
  pepperAugmenter,
  saltAndPepperAugmenter,
  missingSectionsAugmenter,
  gridmaskAugmenter,
  cutoutAugmenter,
  elasticAugmenter,
  shearAugmenter,
  shiftAugmenter,
  flipAugmenter,
  gaussianBlurAugmenter,
  medianBlurAugmenter,
  motionBlurAugmenter,
  dropoutAugmenter,
];

/** Around them, the pictures of augmented samples. */
export const previews = [previewSource, previewWriter];
