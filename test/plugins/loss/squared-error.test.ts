import { it } from 'vitest';
import { squaredError } from '../../../plugins/loss/squared-error.js';
import { expectReference } from './reference.js';

it('equals the reference', () => expectReference('MSE', squaredError(), ['reg_pred'], 'reg_target'));
