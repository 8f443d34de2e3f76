import { expect, test } from 'vitest';
import { services } from '../../../core/plugin/services.js';
import { token } from '../../../core/plugin/token.js';

test('the same name gives the same key, also to another copy of the package', () => {
  expect(token('memory').key).toBe(services.memory.key);
  expect(token('memory').key).not.toBe(token('events').key);
});

test('every service has a token of its own', () => {
  const keys = Object.values(services).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(Object.entries(services).every(([name, { name: told }]) => name === told)).toBe(true);
});
