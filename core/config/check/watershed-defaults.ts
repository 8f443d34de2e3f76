import { sameSet } from './context.js';

/** Seeds, relief and growth mask of the marker-controlled watershed. */
export interface WatershedChannels {
  seeds: string[];
  relief: string;
  growth: string[];
}

/**
 * Table 5.1: what the watershed starts from, by the set of channels. Undefined for any other set, which the user must
 * fill in by hand; that includes B, C, the default of DATA_CHANNELS.
 */
export function watershedDefaults(channels: readonly string[]): WatershedChannels | undefined {
  const is = (...letters: string[]) => sameSet(channels, letters);
  const all = (relief: string): WatershedChannels => ({ seeds: [...channels], relief, growth: [relief] });
  if (channels.length === 1 && ['C', 'F', 'Dc', 'Db', 'A'].includes(channels[0])) return all(channels[0]);
  if (is('F', 'C') || is('F', 'C', 'M')) return { seeds: ['F', 'C'], relief: 'F', growth: ['F'] };
  if (is('F', 'P')) return { seeds: ['P'], relief: 'F', growth: ['F'] };
  if (['D', 'Dc', 'Db', 'Dn'].some((distance) => is('F', distance))) return all('F');
  if (['D', 'Dc', 'Db'].some((distance) => is('F', 'C', distance))) return all('F');
  for (const mask of ['F', 'Db', 'Dc', 'D']) if (is(mask, 'V', 'H') || is(mask, 'Z', 'V', 'H')) return all(mask);
  // The process of this set is stardist; the watershed values are filled in all the same and never used.
  if (is('Db', 'R')) return { seeds: ['A'], relief: 'A', growth: ['A'] };
  return undefined;
}
