import { describe, expect, it } from 'vitest';
import { AbortedError, isBiagraphError } from '../../../core/errors.js';
import { outputFailure } from '../../../core/job/output-failure.js';

const system = (code: string) => Object.assign(new Error(`${code}: refused`), { code });

describe('outputFailure', () => {
  it.each([
    ['ENOSPC', /disk is full.*Free some space/],
    ['EACCES', /no permission/],
    ['EROFS', /read-only/],
    ['ENOTDIR', /a part of its path is a file/],
    ['EDQUOT', /quota/],
    ['ENXIO', /answered ENXIO/],
  ])('explains %s', (code, words) => {
    const error = outputFailure('out/a.tif', system(code));
    expect(isBiagraphError(error, 'output')).toBe(true);
    expect(error.message).toMatch(/^Cannot write out\/a\.tif: /);
    expect(error.message).toMatch(words);
    expect(error.cause).toHaveProperty('code', code);
  });

  it('lets deliberate errors and defects through', () => {
    const aborted = new AbortedError();
    const defect = new TypeError('x is undefined');
    const internal = Object.assign(new Error('bad argument'), { code: 'ERR_INVALID_ARG_TYPE' });
    for (const error of [aborted, defect, internal]) expect(outputFailure('a', error)).toBe(error);
  });
});
