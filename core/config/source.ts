import { readFileSync, statSync } from 'node:fs';
import { ConfigError, type Problem } from '../errors.js';
import type { Origin } from './value.js';

/** No configuration is near this size; a volume given by mistake is, and should not be read whole to find out. */
const maxBytes = 4 * 2 ** 20;

/** A configuration text with the tabs that YAML forbids replaced, which still knows the places of the original. */
export class SourceText {
  /** The text for the parser: every tab is two spaces, as BiaPy reads it (R002). */
  readonly text: string;
  private readonly lineStarts: number[] = [0];
  private readonly originalLines: string[];

  constructor(
    readonly original: string,
    readonly file: string,
  ) {
    this.text = original.replaceAll('\t', '  ');
    for (let i = 0; i < this.text.length; i++) if (this.text[i] === '\n') this.lineStarts.push(i + 1);
    this.originalLines = original.split('\n');
  }

  /** Line and column, from 1, in the original text of an offset in {@link text}. */
  origin(offset: number): Origin {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lineStarts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    let left = offset - this.lineStarts[low];
    let column = 1;
    for (const c of this.originalLines[low] ?? '') {
      if (left <= 0) break;
      left -= c === '\t' ? 2 : c.length;
      column++;
    }
    return { file: this.file, line: low + 1, column };
  }
}

/**
 * Reads a configuration file as UTF-8 text.
 *
 * @throws ConfigError when there is no such file, it is a folder, not text, or far too large.
 */
export function readSource(file: string): SourceText {
  if (/\.(pth|pt|ckpt|safetensors|onnx|keras|h5)$/i.test(file))
    fail(
      file,
      'This is a file of weights, not a configuration.',
      'Give the YAML file, and the weights in PATHS.CHECKPOINT_FILE.',
    );
  const bytes = readBytes(file);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    fail(file, 'The file is not UTF-8 text.', 'Give a YAML file, saved as UTF-8.', cause);
  }
  if (text.includes('\0')) fail(file, 'The file is binary, not text.', 'Give a YAML file.');
  return new SourceText(text.replace(/\r\n?/g, '\n'), file);
}

function readBytes(file: string): Buffer {
  try {
    const { size } = statSync(file);
    if (size > maxBytes)
      fail(file, `The file has ${size} bytes, far too many for a configuration.`, 'Give a YAML file.');
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    const message = readFailures[code] ?? `The file cannot be read (${code || String(cause)}).`;
    fail(file, message, 'Give the path of a YAML file.', cause);
  }
}

const readFailures: Record<string, string> = {
  ENOENT: 'There is no such file.',
  ENOTDIR: 'There is no such file: a part of the path is not a folder.',
  EISDIR: 'This is a folder, not a file.',
  EACCES: 'You are not allowed to read this file.',
  EPERM: 'You are not allowed to read this file.',
  ENAMETOOLONG: 'The path is too long.',
  ERR_INVALID_ARG_VALUE: 'The path holds a character that no path may hold.',
};

function fail(file: string, message: string, advice: string, cause?: unknown): never {
  const problem: Problem = { severity: 'error', file, message, advice, rule: 'R001' };
  throw new ConfigError([problem], { cause });
}
