import { expect, it } from 'vitest';
import { typedCommand } from '../../cli/typed-command.js';

it('quotes what a shell would take apart', () => {
  expect(typedCommand(['run', 'my job.yaml', '--set', 'TRAIN.LR=[1e-3]', "it's"])).toBe(
    `biagraph run 'my job.yaml' --set 'TRAIN.LR=[1e-3]' 'it'\\''s'`,
  );
});
