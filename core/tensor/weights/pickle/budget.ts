/** How much work and memory a pickle may cause, whatever is in it. */
import { FormatError } from '../../../errors.js';

/** A checkpoint of ten thousand tensors, those of its optimizer among them, takes about one million. */
const MOST_UNITS = 4_000_000;

/** One unit is about a value on the stack; empty containers and copies cost more. */
export class PickleBudget {
  private left = MOST_UNITS;

  /** @throws FormatError when all is spent. */
  spend(units: number): void {
    this.left -= units;
    if (this.left < 0) throw new FormatError('its pickle makes more objects than any checkpoint does.');
  }
}
