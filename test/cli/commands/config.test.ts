import { describe, expect, it } from 'vitest';
import { configKeys } from '../../../core/config/index.js';
import { biagraph } from '../command.js';

describe('biagraph config', () => {
  it('explains one key', async () => {
    const { code, stdout } = await biagraph(['config', 'data.patch_size']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^DATA\.PATCH_SIZE\n/);
    expect(stdout).toContain('Type     tuple');
    expect(stdout).toMatch(/In the YAML file:\n {4}DATA:\n {6}PATCH_SIZE: \(256, 256, 1\)\n$/);
  });

  it('lists a section, and keys that contain a word', async () => {
    const [section, word] = await Promise.all([biagraph(['config', 'AUGMENTOR']), biagraph(['config', 'overlap'])]);
    const keys = (text: string) => text.match(/^[A-Z]\S+/gm);
    expect(keys(section.stdout)?.every((key) => key.startsWith('AUGMENTOR.'))).toBe(true);
    expect(keys(word.stdout)).toContain('DATA.TEST.OVERLAP');
  });

  it('gives all keys as JSON', async () => {
    const { stdout } = await biagraph(['config', '--json']);
    const keys = JSON.parse(stdout) as { key: string; type: string }[];
    expect(keys.map(({ key }) => key)).toEqual(configKeys().map(({ key }) => key));
    expect(keys.find(({ key }) => key === 'TRAIN.EPOCHS')).toMatchObject({ type: 'int', default: 360 });
  });

  it('names the nearest key', async () => {
    const [whole, end] = await Promise.all([biagraph(['config', 'TRAIN.EPOCSH']), biagraph(['config', 'EPOCSH'])]);
    expect([whole.code, end.code]).toEqual([2, 2]);
    expect(whole.stderr).toContain('Did you mean TRAIN.EPOCHS?');
    expect(end.stderr).toContain('Did you mean TRAIN.EPOCHS?');
  });
});
