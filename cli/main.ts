#!/usr/bin/env node
import { CommanderError } from 'commander';
import { EXIT_CODES, exitCodeOf } from './exit-code.js';
import { hasColour } from './paint.js';
import { createProgram } from './program.js';

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_CODES.ok);
  throw error;
});

try {
  await createProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
  else {
    const { describeFailure } = await import('./failure.js');
    const options = { colour: hasColour(process.stderr), debug: Boolean(process.env['BIAGRAPH_DEBUG']) };
    const code = exitCodeOf(error);
    // Who stopped the job knows it.
    if (code !== EXIT_CODES.stopped || options.debug) process.stderr.write(`${describeFailure(error, options)}\n`);
    process.exitCode = code;
  }
}
