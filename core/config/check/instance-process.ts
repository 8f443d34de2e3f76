import type { Check } from './context.js';
import { watershedDefaults } from './watershed-defaults.js';

const section = 'PROBLEM.INSTANCE_SEG.WATERSHED' as const;

/** How instances are made, and from which channels, where the user leaves it open (R118 to R121). */
export function deriveProcess(c: Check, letters: readonly string[]): void {
  const problem = c.config.PROBLEM.INSTANCE_SEG;
  if (problem.INSTANCE_CREATION_PROCESS === '') {
    const [, process] = processes.find(([letter]) => letters.includes(letter)) ?? ['', 'watershed'];
    c.derive('PROBLEM.INSTANCE_SEG.INSTANCE_CREATION_PROCESS', process);
  }
  // For other sets BiaPy warns that these are to be filled in by hand; here the check of the watershed says so, if they are not.
  const standard = watershedDefaults(letters);
  if (!standard) return;
  const {
    SEED_CHANNELS,
    SEED_CHANNELS_THRESH,
    TOPOGRAPHIC_SURFACE_CHANNEL,
    GROWTH_MASK_CHANNELS,
    GROWTH_MASK_CHANNELS_THRESH,
  } = problem.WATERSHED;
  const seeds = SEED_CHANNELS.length === 0 ? standard.seeds : SEED_CHANNELS;
  const growth = GROWTH_MASK_CHANNELS.length === 0 ? standard.growth : GROWTH_MASK_CHANNELS;
  c.derive(`${section}.SEED_CHANNELS`, seeds);
  c.derive(`${section}.GROWTH_MASK_CHANNELS`, growth);
  if (TOPOGRAPHIC_SURFACE_CHANNEL === '') c.derive(`${section}.TOPOGRAPHIC_SURFACE_CHANNEL`, standard.relief);
  // Thresholds of channels given by hand are left to their check, but for none at all, which is automatic too.
  const refill = (given: readonly unknown[], channels: readonly unknown[], derived: boolean) =>
    given.length === 0 || (derived && given.length !== channels.length);
  if (refill(SEED_CHANNELS_THRESH, seeds, seeds === standard.seeds))
    c.derive(`${section}.SEED_CHANNELS_THRESH`, Array(seeds.length).fill('auto'));
  if (refill(GROWTH_MASK_CHANNELS_THRESH, growth, growth === standard.growth))
    c.derive(`${section}.GROWTH_MASK_CHANNELS_THRESH`, Array(growth.length).fill('auto'));
}

const processes: [letter: string, process: string][] = [
  ['R', 'stardist'],
  ['Gv', 'gradient-flow'],
  ['E_offset', 'embeddings'],
  ['A', 'agglomeration'],
];
