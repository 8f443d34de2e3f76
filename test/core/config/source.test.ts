import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../core/config/index.js';
import { readSource, SourceText } from '../../../core/config/source.js';
import { ConfigError } from '../../../core/errors.js';

const folder = mkdtempSync(join(tmpdir(), 'biagraph-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

describe('readSource', () => {
  it.each([
    ['a missing file', () => join(folder, 'none.yaml'), 'There is no such file.'],
    ['a folder', () => folder, 'This is a folder'],
    ['a file used as a folder', () => join(write('plain.yaml', 'x'), 'job.yaml'), 'not a folder'],
    ['weights', () => write('model.safetensors', 'x'), 'file of weights'],
    ['Latin-1 text', () => write('latin.yaml', Uint8Array.of(0x41, 0x3a, 0xe9)), 'not UTF-8'],
    ['UTF-16 text', () => write('wide.yaml', Uint8Array.of(0xff, 0xfe, 0x41, 0)), 'not UTF-8'],
    ['binary garbage', () => write('binary.yaml', Uint8Array.of(0, 1, 2, 3, 4)), 'binary'],
    ['an empty file', () => write('empty.yaml', ''), 'The file is empty.'],
    ['white space', () => write('blank.yaml', '\n \n\t\n'), 'The file is empty.'],
    ['a huge file', () => write('huge.yaml', 'x'.repeat(5 * 2 ** 20)), 'far too many'],
    ['a path with a zero byte', () => 'a\0b.yaml', 'no path may hold'],
  ])('refuses %s', (_, file, message) => {
    const path = file();
    try {
      loadConfig(path);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as ConfigError).problems).toMatchObject([{ severity: 'error', file: path }]);
      expect((error as ConfigError).message).toContain(message);
      expect((error as ConfigError).problems[0].advice).toBeTruthy();
    }
  });

  it('takes a byte-order mark and Windows line ends', () => {
    const source = readSource(write('windows.yaml', '\uFEFFA: 1\r\nB: 2\r\n'));
    expect(source.text).toBe('A: 1\nB: 2\n');
  });
});

describe('SourceText', () => {
  it('finds lines and columns', () => {
    const source = new SourceText('ab\n\tc\n', 'f');
    expect(source.origin(0)).toEqual({ file: 'f', line: 1, column: 1 });
    expect(source.origin(3)).toEqual({ file: 'f', line: 2, column: 1 });
    expect(source.origin(5)).toEqual({ file: 'f', line: 2, column: 2 });
  });
});
