import { describe, expect, it } from 'vitest';
import { watershedDefaults } from '../../../../core/config/check/watershed-defaults.js';
import { loadConfig } from '../../../../core/config/index.js';

describe('watershedDefaults', () => {
  it.each([
    ['C', 'C', 'C', 'C'],
    ['Db', 'Db', 'Db', 'Db'],
    ['A', 'A', 'A', 'A'],
    ['F C', 'F C', 'F', 'F'],
    ['C F', 'F C', 'F', 'F'],
    ['F C M', 'F C', 'F', 'F'],
    ['F P', 'P', 'F', 'F'],
    ['F Dn', 'F Dn', 'F', 'F'],
    ['F C Db', 'F C Db', 'F', 'F'],
    ['F V H', 'F V H', 'F', 'F'],
    ['Dc V H', 'Dc V H', 'Dc', 'Dc'],
    ['F Z V H', 'F Z V H', 'F', 'F'],
    ['D Z V H', 'D Z V H', 'D', 'D'],
    ['Db R', 'A', 'A', 'A'],
  ])('%s: seeds %s, relief %s, growth %s', (channels, seeds, relief, growth) => {
    expect(watershedDefaults(channels.split(' '))).toEqual({
      seeds: seeds.split(' '),
      relief,
      growth: growth.split(' '),
    });
  });

  it.each(['B C', 'D', 'F C Dn', 'F T', 'P', 'B'])('has none for %s', (channels) => {
    expect(watershedDefaults(channels.split(' '))).toBeUndefined();
  });
});

describe('the watershed of a file', () => {
  const water = (WATERSHED: Record<string, unknown>) =>
    loadConfig(
      {
        PROBLEM: { TYPE: 'INSTANCE_SEG', INSTANCE_SEG: { DATA_CHANNELS: ['F', 'C'], WATERSHED } },
        TRAIN: { ENABLE: true },
      },
      { checkPaths: false },
    ).config.PROBLEM.INSTANCE_SEG.WATERSHED;

  it('is filled in where the user left it open (R119, R120)', () => {
    expect(water({})).toMatchObject({
      SEED_CHANNELS: ['F', 'C'],
      SEED_CHANNELS_THRESH: ['auto', 'auto'],
      TOPOGRAPHIC_SURFACE_CHANNEL: 'F',
      GROWTH_MASK_CHANNELS: ['F'],
      GROWTH_MASK_CHANNELS_THRESH: ['auto'],
    });
    expect(
      water({ SEED_CHANNELS: ['C'], SEED_CHANNELS_THRESH: [0.5], TOPOGRAPHIC_SURFACE_CHANNEL: 'C' }),
    ).toMatchObject({
      SEED_CHANNELS: ['C'],
      SEED_CHANNELS_THRESH: [0.5],
      TOPOGRAPHIC_SURFACE_CHANNEL: 'C',
      GROWTH_MASK_CHANNELS: ['F'],
    });
    expect(water({ SEED_CHANNELS_THRESH: [0.5, 'auto'] })).toMatchObject({ SEED_CHANNELS_THRESH: [0.5, 'auto'] });
    expect(water({ SEED_CHANNELS_THRESH: [0.5] })).toMatchObject({ SEED_CHANNELS_THRESH: ['auto', 'auto'] });
  });
});
