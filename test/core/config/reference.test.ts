import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configKeys } from '../../../core/config/index.js';
import { referencePage } from '../../../core/config/reference.js';

describe('referencePage', () => {
  it('is what docs/config-reference.md holds; write it anew with node scripts/config-reference.mjs', () => {
    expect(readFileSync('docs/config-reference.md', 'utf8')).toBe(referencePage());
  });

  it('has a row for every key', () => {
    const rows = referencePage()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows).toHaveLength(configKeys().length);
    for (const row of rows) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(6);
  });
});
