import { describe, expect, it } from 'vitest';
import { EXIT_CODE_HELP, EXIT_CODES, exitCodeOf } from '../../cli/exit-code.js';
import * as errors from '../../core/errors.js';

describe('exitCodeOf', () => {
  it.each([
    [new errors.ConfigError([]), EXIT_CODES.usage],
    [new errors.GraphError([]), EXIT_CODES.usage],
    [new errors.PluginError('a'), EXIT_CODES.usage],
    [new errors.DataError('a'), EXIT_CODES.data],
    [new errors.FormatError('a'), EXIT_CODES.data],
    [new errors.OutputError('a'), EXIT_CODES.output],
    [new errors.MemoryError('a'), EXIT_CODES.failed],
    [new errors.TensorError('a'), EXIT_CODES.failed],
    [new errors.AbortedError(), EXIT_CODES.stopped],
    [new TypeError('a'), EXIT_CODES.failed],
    [undefined, EXIT_CODES.failed],
  ])('%s', (error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });

  it('has every code in the help', () => {
    const told = [...EXIT_CODE_HELP.matchAll(/^ {2}(\d+) /gm)].map(([, code]) => Number(code));
    expect(told).toEqual(Object.values(EXIT_CODES));
  });
});
