import { describe, expect, it } from 'vitest';
import { describeFailure, describeProblems } from '../../cli/failure.js';
import { ConfigError, DataError, type Problem, TensorError } from '../../core/errors.js';

const plain = { colour: false, debug: false };
const problem: Problem = {
  severity: 'error',
  file: 'job.yaml',
  line: 3,
  column: 5,
  key: 'TRAIN.EPOCH',
  message: 'There is no such key.',
  advice: 'Did you mean TRAIN.EPOCHS?',
};

describe('describeProblems', () => {
  it('starts each problem with its place and counts several', () => {
    const warning: Problem = { severity: 'warning', node: "train graph, node 'flip'", message: 'It does nothing.' };
    expect(describeProblems([problem, warning], plain)).toBe(
      [
        'job.yaml:3:5: error: TRAIN.EPOCH: There is no such key.',
        '    Did you mean TRAIN.EPOCHS?',
        "warning: train graph, node 'flip': It does nothing.",
        '1 error, 1 warning',
      ].join('\n'),
    );
  });

  it('does not count one', () => {
    expect(describeProblems([problem], plain)).not.toContain('1 error');
  });
});

describe('describeFailure', () => {
  it('shows all problems of a configuration', () => {
    expect(describeFailure(new ConfigError([problem]), plain)).toBe(describeProblems([problem], plain));
  });

  it('shows a message as it is', () => {
    expect(
      describeFailure(new DataError('a.tif: is empty.', { where: { file: 'a.tif', node: 'loader' } }), plain),
    ).toBe('error: a.tif: is empty.');
  });

  it('names the node where nothing else says where', () => {
    expect(describeFailure(new TensorError('The loss is NaN.', { where: { node: 'trainer' } }), plain)).toBe(
      "error: The loss is NaN.\n    In node 'trainer'.",
    );
  });

  it('takes anything unforeseen for a defect, with its stack only when asked', () => {
    const text = describeFailure(new TypeError('x is undefined'), plain);
    expect(text).toContain('error: x is undefined\n    This is a defect of Biagraph');
    expect(text).toContain('BIAGRAPH_DEBUG=1');
    expect(text).not.toMatch(/^\s+at /m);
    const debug = describeFailure(new Error('outer', { cause: new Error('inner') }), { colour: false, debug: true });
    expect(debug).toMatch(/^\s+at /m);
    expect(debug).toContain('Caused by: Error: inner');
  });

  it('paints on a terminal', () => {
    expect(describeFailure(new DataError('a'), { colour: true, debug: false })).toBe('\u001B[31merror\u001B[0m: a');
  });
});
