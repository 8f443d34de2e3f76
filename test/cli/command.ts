/** Runs the command as a user does, in a process of its own. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Outcome {
  /** Null when a signal ended the process. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Called with what was printed so far, and a way to send a signal. */
  onOutput?: (stdout: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** `biagraph <words>`: the compiled command when it is not older than its sources, else the sources themselves. */
export function biagraph(words: readonly string[], { cwd, env, onOutput }: CommandOptions = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...launcher, ...words], {
      cwd,
      env: { ...process.env, NO_COLOR: '1', BIAGRAPH_DEBUG: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      onOutput?.(stdout, (signal) => child.kill(signal));
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

const launcher = findLauncher();

function findLauncher(): string[] {
  const built = path.join(root, 'dist/cli/main.js');
  const sources = ['core', 'plugins', 'graphs', 'cli'].map((folder) => newest(path.join(root, folder)));
  if (existsSync(built) && statSync(built).mtimeMs >= Math.max(...sources)) return [built];
  return ['--import', import.meta.resolve('tsx'), path.join(root, 'cli/main.ts')];
}

/** Time of the last change of any file below a folder. */
function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.reduce((latest, file) => Math.max(latest, statSync(path.join(folder, file)).mtimeMs), 0);
}
