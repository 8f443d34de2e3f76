import { describe, it } from 'vitest';
import { halfSpectralError, spectralError } from '../../../plugins/loss/spectral.js';
import { expectTorch } from './images.js';

describe('equals PyTorch', () => {
  it('over all frequencies', () => expectTorch('FFT', spectralError()));
  it('over half of them', () => expectTorch('RFFT', halfSpectralError()));
});
