import { existsSync } from 'node:fs';
import { closest } from '../closest.js';
import { getKey, setKey } from '../keys.js';
import type { Report } from '../report.js';
import { DET, I2I, INS, SEM, WORKFLOWS, type Workflow } from '../schema/key.js';
import type { Config } from '../schema.js';
import { showPlain } from '../value.js';

export interface CheckOptions {
  jobId: string;
  /** Look whether folders and files exist. */
  checkPaths: boolean;
  /** The checkpoint to be loaded holds no configuration, so MODEL says how the network is built after all. */
  modelWritten?: boolean;
  /** Names that plugins bring. */
  extra: { workflows?: string[]; architectures?: string[]; losses?: string[]; metrics?: string[]; trained?: string[] };
}

type Keys = string | readonly string[];

/** Type of the value at a dotted key; `never` where there is none. */
type At<T, K extends string> = K extends `${infer Head}.${infer Rest}`
  ? Head extends keyof T
    ? At<T[Head], Rest>
    : never
  : K extends keyof T
    ? T[K]
    : never;

/**
 * What every check works with: the configuration as it was after the last {@link commit}, and the verbs to complain
 * and to derive. Values that a check derives are seen by the next stage only, as in BiaPy.
 */
export class Check {
  private readonly pending = new Map<string, unknown>();

  constructor(
    readonly config: Config,
    private readonly report: Report,
    readonly options: CheckOptions,
  ) {}

  /** The workflow, undefined when PROBLEM.TYPE names none: checks of workflows are left out then. */
  get workflow(): Workflow | undefined {
    return WORKFLOWS.find((name) => name === this.config.PROBLEM.TYPE);
  }

  /** Number of image axes. An unreadable PROBLEM.NDIM is guessed from the patch, so that checking can go on. */
  get dims(): 2 | 3 {
    const { NDIM } = this.config.PROBLEM;
    if (NDIM === '2D' || NDIM === '3D') return NDIM === '2D' ? 2 : 3;
    return this.config.DATA.PATCH_SIZE.length === 4 ? 3 : 2;
  }

  /** MODEL.ARCHITECTURE in lower case. */
  get architecture(): string {
    return this.config.MODEL.ARCHITECTURE.toLowerCase();
  }

  /** True when a plugin brings the architecture: rules about the built-in ones do not bind it. */
  get isForeignArchitecture(): boolean {
    return (this.options.extra.architectures ?? []).some((name) => name.toLowerCase() === this.architecture);
  }

  /** True for an architecture that brings its weights and cannot be trained. */
  get isTrainedArchitecture(): boolean {
    return (this.options.extra.trained ?? []).some((name) => name.toLowerCase() === this.architecture);
  }

  /** True when the checkpoint, not the configuration, says how the model is built. */
  get architectureFromCheckpoint(): boolean {
    const { LOAD_CHECKPOINT, ITEMS_TO_LOAD_FROM_CHECKPOINT } = this.config.MODEL;
    return LOAD_CHECKPOINT && !this.options.modelWritten && ITEMS_TO_LOAD_FROM_CHECKPOINT.includes('model_arch');
  }

  /** True when the configuration describes a model of ours. */
  get buildsModel(): boolean {
    return this.config.MODEL.SOURCE === 'biapy' && !this.architectureFromCheckpoint;
  }

  /** Image to image in its membrane-repair form, which has losses and channels of its own. */
  get isMembraneRepair(): boolean {
    return this.is(I2I) && this.config.PROBLEM.IMAGE_TO_IMAGE.MEMBRANE_REPAIR.ENABLE;
  }

  /** The workflows that predict masks, and so may weigh foreground against background. */
  get isSegmentation(): boolean {
    return this.is(SEM, INS, DET);
  }

  is(...workflows: Workflow[]): boolean {
    return this.workflow !== undefined && workflows.includes(this.workflow);
  }

  /** False also when the workflow is unknown. */
  isNot(...workflows: Workflow[]): boolean {
    return this.workflow !== undefined && !workflows.includes(this.workflow);
  }

  /** Keys: the one in question first, then those that the complaint rests on. */
  error(rule: string, keys: Keys, message: string, advice?: string): void {
    this.report.error(rule, keys, message, advice);
  }

  warn(rule: string, keys: Keys, message: string, advice?: string): void {
    this.report.warn(rule, keys, message, advice);
  }

  notice(rule: string, keys: Keys, message: string, advice?: string): void {
    this.report.notice(rule, keys, message, advice);
  }

  /** Keeps later checks from complaining about the consequences of a value that is wrong. */
  spoil(key: string): void {
    this.report.spoil(key);
  }

  isSpoilt(key: string): boolean {
    return this.report.isSpoilt(key);
  }

  /** Writes a value at a dotted key at the next {@link commit}. */
  derive<K extends string>(key: K, value: At<Config, K>): void {
    this.pending.set(key, value);
  }

  commit(): void {
    for (const [key, value] of this.pending) setKey(this.config, key, value);
    this.pending.clear();
  }

  /** The value at a key must be one of the names. */
  oneOf(rule: string, key: string, allowed: readonly (string | number)[], also: readonly string[] = []): boolean {
    const value = getKey(this.config, key) as string | number;
    if (allowed.includes(value)) return true;
    this.error(rule, [key, ...also], `${listed(allowed)}, came ${showPlain(value)}.`, this.meant(value, allowed));
    this.spoil(key);
    return false;
  }

  /** Every element of the list at a key must be one of the names. */
  allOf(
    rule: string,
    key: string,
    values: readonly (string | number)[],
    allowed: readonly (string | number)[],
  ): boolean {
    const strange = values.find((value) => !allowed.includes(value));
    if (strange === undefined) return true;
    this.error(rule, key, `${listed(allowed)}, came ${showPlain(strange)}.`, this.meant(strange, allowed));
    this.spoil(key);
    return false;
  }

  /** Every number of the value at a key must lie in `[low, high]`; `high` may be Infinity. */
  inRange(rule: string, key: string, low: number, high: number, also: readonly string[] = []): boolean {
    const value = getKey(this.config, key) as number | number[];
    const numbers = typeof value === 'number' ? [value] : value;
    if (numbers.every((number) => number >= low && number <= high)) return true;
    const what = typeof value === 'number' ? 'a number' : 'numbers';
    const [wanted, advice] =
      high === Infinity
        ? [`${what} of at least ${low}`, 'Change it to be no less.']
        : [`${what} from ${low} to ${high}`, 'Change it to lie within.'];
    this.error(rule, [key, ...also], `Expected ${wanted}, came ${showPlain(value)}.`, advice);
    return false;
  }

  /** The list at a key must have that many entries. */
  hasLength(rule: string, key: string, length: number, axes: string, also: readonly string[] = []): boolean {
    const value = getKey(this.config, key) as unknown[];
    if (value.length === length) return true;
    const message = `Expected ${length} ${length === 1 ? 'value' : 'values'} (${axes}), came ${showPlain(value)}.`;
    this.error(rule, [key, ...also], message, 'Give one value for each.');
    return false;
  }

  /** A file or folder must exist, unless paths are not looked at. */
  exists(rule: string, key: string, also: readonly string[] = []): boolean {
    const path = getKey(this.config, key) as string;
    if (path === '') {
      this.error('R017', [key, ...also], 'Expected a path, came nothing.', 'Give the path.');
      return false;
    }
    if (!this.options.checkPaths || existsSync(path)) return true;
    this.error(
      rule,
      [key, ...also],
      `There is nothing at ${showPlain(path)}.`,
      'Correct the path, or put the data there.',
    );
    return false;
  }

  /** Names of the image axes, for messages. */
  axes(channels = false): string {
    return `${this.dims === 3 ? 'z, y, x' : 'y, x'}${channels ? ', c' : ''}`;
  }

  private meant(value: string | number, allowed: readonly (string | number)[]): string {
    const close = closest(String(value), allowed.map(String));
    return close ? `Did you mean ${close}?` : `Write ${allowed[0] === '' ? allowed[1] : allowed[0]}, for example.`;
  }
}

/** `Expected one of a, b, c`; a long list is cut short. */
export function listed(allowed: readonly (string | number)[]): string {
  const names = allowed.map((name) => (name === '' ? '""' : String(name)));
  if (names.length === 1) return `Expected ${names[0]}`;
  const more = names.length > most ? ` or ${names.length - most} more` : '';
  return `Expected one of ${names.slice(0, most).join(', ')}${more}`;
}

const most = 20;

/** True when both hold the same names, in whatever order. */
export function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}

export const isInt = (value: unknown, least: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= least;

/** An int of at least `least`, or one for each axis. */
export const isIntPerAxis = (value: unknown, least: number, dims: number): boolean =>
  isInt(value, least) || (Array.isArray(value) && value.length === dims && value.every((one) => isInt(one, least)));
