import { describe, it } from 'vitest';
import { dice } from '../../../plugins/loss/dice.js';
import { expectReference } from './reference.js';

describe('Dice loss', () => {
  it('equals the reference', () => expectReference('DICE', dice(), ['binary_logits'], 'binary_target'));
});
