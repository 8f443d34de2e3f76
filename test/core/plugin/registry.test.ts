import { readFileSync } from 'node:fs';
import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';
import { PluginError } from '../../../core/errors.js';
import { defineLoss, defineModel, defineNode, definePlugin, definePreset } from '../../../core/plugin/define.js';
import { createRegistry, VERSION } from '../../../core/plugin/registry.js';

const parameters = Type.Object({});
const never = () => expect.unreachable();
const blur = (id: string) =>
  defineNode({
    id,
    role: 'filter',
    summary: 'Blurs.',
    inputs: { main: ['image'] },
    output: 'image',
    parameters,
    create: never,
  });
const model = (id: string) => defineModel({ id, summary: 'A network.', parameters, build: never });

test('finds everything that plugins bring', () => {
  const registry = createRegistry([
    definePlugin({ name: 'a', version: '1.0.0', nodes: [blur('a/blur')], models: [model('tiny')] }),
    definePlugin({
      name: 'b',
      version: '1.0.0',
      losses: [defineLoss({ id: 'L1', summary: 'Mean error.', parameters, build: never })],
      presets: [definePreset({ id: 'COUNTING', summary: 'Counts.', graphs: never })],
    }),
  ]);
  expect(registry.node('a/blur').summary).toBe('Blurs.');
  expect(registry.model('tiny').id).toBe('tiny');
  expect(registry.loss('L1').id).toBe('L1');
  expect(registry.presets().map(({ id }) => id)).toEqual(['COUNTING']);
  expect(registry.plugins.map(({ name }) => name)).toEqual(['a', 'b']);
  expect([registry.metrics(), registry.formats()]).toEqual([[], []]);
});

describe('refuses', () => {
  test('an id that two plugins bring, naming both', () => {
    const plugins = ['a', 'b'].map((name) => definePlugin({ name, version: '1.0.0', models: [model('tiny')] }));
    expect(() => createRegistry(plugins)).toThrow(/plugins 'a' and 'b' both bring a model 'tiny'/);
  });

  test('the same id of different kinds is none of these', () => {
    const plugin = definePlugin({ name: 'a', version: '1.0.0', nodes: [blur('a/x')], models: [model('a/x')] });
    expect(createRegistry([plugin]).nodes()).toHaveLength(1);
  });

  test('a plugin made for another version', () => {
    const plugin = (biagraph: string) => definePlugin({ name: 'old', version: '3.1.0', biagraph });
    expect(() => createRegistry([plugin('>=99')])).toThrow(
      `plugin 'old' 3.1.0 works with Biagraph >=99, but this is ${VERSION}.`,
    );
    expect(() => createRegistry([plugin('one or two')])).toThrow(/'one or two', which is not a version range/);
    expect(createRegistry([plugin('>=0.1 <1')]).plugins).toHaveLength(1);
  });

  test('an id that nobody brings, with the one that was meant', () => {
    const registry = createRegistry([
      definePlugin({ name: 'a', version: '1.0.0', models: [model('unet'), model('vit')] }),
    ]);
    expect(() => registry.model('U-Net')).toThrow("there is no model 'U-Net'. Did you mean 'unet'? Known: unet, vit.");
    expect(() => registry.node('a/b')).toThrow(PluginError);
  });
});

test('the version is that of package.json', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  expect(VERSION).toBe(manifest.version);
});
