/** The `biagraph` command: what it can do and how its words are understood. */
import { Command } from 'commander';
import { checkCommand } from './commands/check.js';
import { configCommand } from './commands/config.js';
import { doctorCommand } from './commands/doctor.js';
import { exportCommand } from './commands/export.js';
import { graphCommand } from './commands/graph.js';
import { modelCommand } from './commands/model.js';
import { newCommand } from './commands/new.js';
import { planCommand } from './commands/plan.js';
import { pluginsCommand } from './commands/plugins.js';
import { runCommand } from './commands/run.js';
import { EXIT_CODE_HELP } from './exit-code.js';
import { packageVersion } from './package-folder.js';

/** Commands in the order of `--help`. Each loads what it needs when it runs, so that help comes at once. */
const COMMANDS = [
  newCommand,
  checkCommand,
  planCommand,
  runCommand,
  exportCommand,
  modelCommand,
  graphCommand,
  configCommand,
  pluginsCommand,
  doctorCommand,
];

export function createProgram(): Command {
  const program = new Command('biagraph')
    .description('Deep-learning analysis of microscopy images from one YAML file.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('See `biagraph --help` for how to use it.')
    .configureHelp({ showGlobalOptions: false })
    .exitOverride()
    .addHelpText('after', `\n${EXIT_CODE_HELP}\n\nSet BIAGRAPH_DEBUG=1 to see where in the program an error happened.`);
  for (const create of COMMANDS) {
    const command = create();
    program.addCommand(command.copyInheritedSettings(program));
    command.showHelpAfterError(`See \`biagraph ${command.name()} --help\` for how to use it.`);
  }
  return program;
}
