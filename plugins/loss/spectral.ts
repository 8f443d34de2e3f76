/** Losses in the frequency domain (LOSS.TYPE FFT and RFFT): fine detail weighs as much as large shapes. */
import { Type } from 'typebox';
import { defineLoss } from '../../core/plugin/define.js';
import { type Measure, type Scalar, tf } from '../../core/tensor/index.js';
import { absolute, imagesOf } from '../../core/tensor/measure/difference.js';
import { spectrum } from '../../core/tensor/measure/spectrum.js';

/** Against the slope of a root at zero. */
const LEAST = 1e-12;

/** Mean modulus of the difference of the spectra, over all frequencies. */
export function spectralError(): Measure {
  return (output, target) => {
    const [prediction, wanted] = imagesOf(output, target);
    const { real, imaginary } = spectrum(tf.sub(prediction, wanted));
    return tf.mean(tf.sqrt(tf.add(tf.add(tf.square(real), tf.square(imaginary)), LEAST))) as Scalar;
  };
}

/**
 * Mean absolute difference of the real and imaginary parts, over the half of the frequencies that says all of a real
 * image: S.-J. Cho et al., ICCV 2021.
 */
export function halfSpectralError(): Measure {
  return (output, target) => {
    const [prediction, wanted] = imagesOf(output, target);
    const { real, imaginary } = spectrum(tf.sub(prediction, wanted), { half: true });
    return tf.mul(tf.add(tf.mean(absolute(real)), tf.mean(absolute(imaginary))), 0.5) as Scalar;
  };
}

export const spectralLoss = defineLoss({
  id: 'FFT',
  summary: 'Mean modulus of the difference of the Fourier spectra.',
  parameters: Type.Object({}, { additionalProperties: false }),
  build: spectralError,
});

export const halfSpectralLoss = defineLoss({
  id: 'RFFT',
  summary: 'Mean absolute difference of real and imaginary parts of the Fourier spectra (Cho et al. 2021).',
  parameters: Type.Object({}, { additionalProperties: false }),
  build: halfSpectralError,
});
