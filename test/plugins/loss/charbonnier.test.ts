import { it } from 'vitest';
import { charbonnier } from '../../../plugins/loss/charbonnier.js';
import { expectTorch } from './images.js';

it('equals PyTorch', () => expectTorch('CHARBONNIER', charbonnier({ epsilon: 1e-3 })));
