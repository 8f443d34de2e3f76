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

/** `biagraph <words>`. */
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

/** What Node is started with: the compiled command when it is not older than its sources, else the sources themselves. */
export const launcher: readonly string[] = findLauncher();

function findLauncher(): string[] {
  const built = builtFile('cli/main.js');
  return built ? [built] : ['--import', import.meta.resolve('tsx'), path.join(root, 'cli/main.ts')];
}

/** A file of the compiled package, when it is not older than the sources. */
export function builtFile(name: string): string | undefined {
  const built = path.join(root, 'dist', name);
  const sources = ['core', 'plugins', 'graphs', 'cli'].map((folder) => newest(path.join(root, folder)));
  return existsSync(built) && statSync(built).mtimeMs >= Math.max(...sources) ? built : undefined;
}

/** Time of the last change of any file below a folder. */
function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.reduce((latest, file) => Math.max(latest, statSync(path.join(folder, file)).mtimeMs), 0);
}
