import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../core/errors.js';
import { bindGraph } from '../../core/graph/compile.js';
import type { Graph } from '../../core/graph/graph.js';
import { catalog } from '../plugins/nodes.js';
import { configOf } from './config.js';

type Changes = NonNullable<Parameters<typeof configOf>[0]>;

const CASES: Record<string, Changes> = {
  'image to image': { 'PROBLEM.TYPE': 'IMAGE_TO_IMAGE' },
  'super-resolution': {
    'PROBLEM.TYPE': 'SUPER_RESOLUTION',
    'PROBLEM.SUPER_RESOLUTION.UPSCALING': '(2, 2)',
    'DATA.NORMALIZATION.TYPE': 'div',
  },
  Noise2Void: { 'PROBLEM.TYPE': 'DENOISING', 'DATA.TEST.LOAD_GT': false },
  'supervised denoising': { 'PROBLEM.TYPE': 'DENOISING', 'PROBLEM.DENOISING.LOAD_GT_DATA': true },
};
const volumes = (changes: Changes): Changes => ({
  ...changes,
  'PROBLEM.NDIM': '3D',
  'DATA.PATCH_SIZE': '(16, 64, 64, 1)',
  ...(changes['PROBLEM.SUPER_RESOLUTION.UPSCALING'] ? { 'PROBLEM.SUPER_RESOLUTION.UPSCALING': '(2, 2, 2)' } : {}),
});

function graphs(changes: Changes) {
  const config = configOf(changes);
  return catalog
    .presets()
    .find(({ id }) => id === config.PROBLEM.TYPE)!
    .graphs(config, catalog);
}

const names = (graph: Graph | undefined) => graph!.nodes.map(({ name }) => name);
const parametersOf = (graph: Graph | undefined, name: string) => graph!.nodes.find((node) => node.name === name)!.with!;

describe.each(Object.entries(CASES))('%s', (_, changes) => {
  test.each([
    ['planes', changes],
    ['volumes', volumes(changes)],
    ['whole images', { ...changes, 'TEST.FULL_IMG': true }],
    ['colour', { ...changes, 'DATA.PATCH_SIZE': '(64, 64, 3)' }],
  ])('both graphs of %s compile', (_, all) => {
    const made = graphs(all);
    expect(Object.keys(made)).toEqual(['train', 'test']);
    for (const graph of Object.values(made)) expect(bindGraph(graph, catalog).problems).toEqual([]);
  });

  test('predictions are brought back to intensities before they are measured and written', () => {
    const row = names(graphs(changes).test);
    expect(row.indexOf('intensities')).toBeGreaterThan(row.indexOf('stitcher'));
    expect(row.indexOf('prediction-writer')).toBeGreaterThan(row.indexOf('intensities'));
    if (row.includes('metrics')) expect(row.indexOf('metrics')).toBeGreaterThan(row.indexOf('intensities'));
  });
});

test('targets of a super-resolution are larger, and so is what is joined', () => {
  const { train, test: tested } = graphs(CASES['super-resolution']);
  expect(parametersOf(train, 'train-loader')).toMatchObject({ scale: [2, 2], targetChannels: 1 });
  expect(parametersOf(tested, 'loader')).toMatchObject({ scale: [2, 2], targetChannels: 1 });
  expect(parametersOf(tested, 'stitcher')).toMatchObject({ channels: 1, scale: [2, 2] });
});

describe('Noise2Void', () => {
  const { train, test: tested } = graphs(CASES.Noise2Void);

  test('reads no targets, and makes them behind the augmenters', () => {
    for (const part of ['train', 'validation']) {
      expect(parametersOf(train, `${part}-loader`).targets).toBe(null);
      const row = names(train);
      expect(row.indexOf(`${part}-noise2void`)).toBe(row.indexOf(`${part}-batches`) - 1);
      expect(row).not.toContain(`${part}-target-normalizer`);
    }
    expect(parametersOf(train, 'trainer')).toMatchObject({
      losses: [{ id: 'N2V_MSE', weight: 1 }],
      metrics: [
        { id: 'mae', parameters: { masked: true } },
        { id: 'mse', parameters: { masked: true } },
      ],
    });
  });

  test('measures nothing without clean images', () => {
    expect(names(tested).filter((name) => name.includes('metrics'))).toEqual([]);
  });

  test('takes its settings from the configuration', () => {
    const settings = {
      'PROBLEM.DENOISING.N2V_PERC_PIX': 0.5,
      'PROBLEM.DENOISING.N2V_MANIPULATOR': 'median',
      'PROBLEM.DENOISING.N2V_NEIGHBORHOOD_RADIUS': 3,
      'PROBLEM.DENOISING.N2V_STRUCTMASK': true,
    };
    expect(parametersOf(graphs({ ...CASES.Noise2Void, ...settings }).train, 'train-noise2void')).toEqual({
      percentage: 0.5,
      manipulator: 'median',
      radius: 3,
      structured: true,
    });
  });
});

test('supervised denoising learns and is measured as usual, and its PSNR is told', () => {
  const { train, test: tested } = graphs(CASES['supervised denoising']);
  expect(parametersOf(train, 'trainer')).toMatchObject({
    losses: [{ id: 'MSE' }],
    metrics: [{ parameters: { masked: false } }, { parameters: { masked: false } }],
  });
  expect(parametersOf(tested, 'metrics').metrics).toMatchObject([{ id: 'mae' }, { id: 'mse' }, { id: 'psnr' }]);
});

describe('image to image', () => {
  const of = (changes: Changes) => graphs({ ...CASES['image to image'], ...changes });
  const section = 'PROBLEM.IMAGE_TO_IMAGE';

  test('has the channels, heads and activations that are asked for, in training and test', () => {
    const { train, test: tested } = of({
      [`${section}.OUTPUT_CHANNELS`]: 3,
      [`${section}.CHANNELS_PER_HEAD_INFO`]: [2, 1],
      [`${section}.OUTPUT_CHANNEL_ACT`]: ['sigmoid', 'ce_sigmoid', 'linear'],
    });
    const network = { outputChannels: [2, 1], parameters: { headKinds: ['prediction', 'prediction'] } };
    const activations = ['sigmoid', 'sigmoid', 'linear'];
    expect(parametersOf(train, 'trainer')).toMatchObject({ network, activations });
    expect(parametersOf(tested, 'model')).toMatchObject({ network, activations });
    expect(parametersOf(train, 'train-loader').targetChannels).toBe(3);
  });

  test('refuses activations that do not fit', () => {
    expect(() => of({ [`${section}.OUTPUT_CHANNEL_ACT`]: ['relu6'] })).toThrow(/'relu6' is no activation/);
    expect(() => of({ [`${section}.OUTPUT_CHANNEL_ACT`]: ['linear', 'tanh'] })).toThrow(
      /2 activations for 1 output channels/,
    );
  });

  test('reads versions and balances groups where asked, the latter for training alone', () => {
    const { train, test: tested } = of({
      [`${section}.MULTIPLE_RAW_ONE_TARGET_LOADER`]: true,
      [`${section}.BALANCE_GROUPS.ENABLE`]: true,
    });
    for (const part of ['train', 'validation']) {
      expect(parametersOf(train, `${part}-loader`).versions).toBe(true);
      expect(parametersOf(train, `${part}-patches`).versions).toBe(true);
    }
    expect(parametersOf(tested, 'loader').versions).toBe(true);
    expect(parametersOf(train, 'train-patches').balance).toEqual({ pattern: '^(Study_\\d+)_', alpha: 0.5 });
    expect(parametersOf(train, 'validation-patches')).not.toHaveProperty('balance');
  });
});

test.each([
  ['LOSS.TYPE', ['VGG'], /VGG compares features of VGG 16.*there is no vgg16-397923af.pth in /],
  ['LOSS.TYPE', ['MAE', 'HINGE'], /'HINGE' is not available.*adversarial/],
])('what needs networks that Biagraph does not bring is refused with the reason (%s: %s)', (key, value, message) => {
  const make = () => graphs({ ...CASES['image to image'], [key]: value });
  expect(make).toThrow(ConfigError);
  expect(make).toThrow(message);
});

test('metrics that compare by the features of a network have a node of their own', () => {
  const measured = { ...CASES['image to image'], 'TEST.METRICS': ['psnr', 'FID', 'lpips'] };
  const { test: tested } = graphs(measured);
  expect(parametersOf(tested, 'metrics').metrics).toMatchObject([{ id: 'psnr' }]);
  expect(parametersOf(tested, 'perceptual-metrics')).toMatchObject({
    metrics: ['fid', 'lpips'],
    product: 'restored',
    variant: 'merge patches',
  });
  expect(bindGraph(tested!, catalog).problems).toEqual([]);
  expect(names(graphs({ ...measured, 'DATA.TEST.LOAD_GT': false }).test)).not.toContain('perceptual-metrics');
});

test('losses are summed by their weights', () => {
  const { train } = graphs({ ...CASES['image to image'], 'LOSS.TYPE': ['MAE', 'SSIM'], 'LOSS.WEIGHTS': [0.66, 0.34] });
  expect(parametersOf(train, 'trainer').losses).toMatchObject([
    { id: 'MAE', weight: 0.66 },
    { id: 'SSIM', weight: 0.34 },
  ]);
});
