import { describe, expect, it } from 'vitest';
import { configKeys } from '../../core/config/index.js';
import { listPages, readPage } from './page.js';

const known = new Set(['GRAPH.train', 'GRAPH.test']);
for (const { key } of configKeys()) {
  const parts = key.split('.');
  parts.forEach((_, i) => {
    known.add(parts.slice(0, i + 1).join('.'));
  });
}

/** Dotted keys that a page names as code, such as `TRAIN.EPOCHS`; messages about a key that is not are left out. */
function namedKeys(text: string): string[] {
  const sections = 'SYSTEM|PROBLEM|DATA|AUGMENTOR|MODEL|LOSS|TRAIN|TEST|PATHS|LOG|GRAPH';
  const code = new RegExp(`(?<![\\w./])(?:${sections})(?:\\.\\w+)+`, 'g');
  const withoutMistakes = text.replace(/^.*There is no such key.*$/gm, '');
  return [...withoutMistakes.matchAll(code)].map(([key]) => key);
}

describe.each(listPages().filter((page) => namedKeys(readPage(page)).length > 0))('%s', (page) => {
  it('names keys that there are', () => {
    expect(namedKeys(readPage(page)).filter((key) => !known.has(key))).toEqual([]);
  });
});

it('keys are found in text, commands and tables', () => {
  expect(namedKeys('`TRAIN.EPOCHS`, --set DATA.PATCH_SIZE=1, LOSS.TYPE: [CE]; config.TEST.ENABLE, A/LOG.x')).toEqual([
    'TRAIN.EPOCHS',
    'DATA.PATCH_SIZE',
    'LOSS.TYPE',
  ]);
});
