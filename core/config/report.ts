import type { Problem } from '../errors.js';
import { entryAt } from './tree.js';
import type { Mapping, Origin } from './value.js';

/**
 * Collects problems. A key whose value could not be read is spoilt: its default stands in so that checking goes on,
 * and whatever a later check says about that key is left out, for it would be about the default.
 */
export class Report {
  readonly problems: Problem[] = [];
  private readonly spoilt = new Set<string>();

  constructor(
    private readonly written: Mapping,
    private readonly file: string,
  ) {}

  /**
   * Reports an error unless one of the keys is spoilt.
   *
   * @param rule empty for what BiaPy has no rule about
   * @param keys the key in question first, then those that the complaint rests on
   */
  error(rule: string, keys: string | readonly string[], message: string, advice?: string, at?: Origin): void {
    this.add('error', rule, keys, message, advice, at);
  }

  warn(rule: string, keys: string | readonly string[], message: string, advice?: string): void {
    this.add('warning', rule, keys, message, advice);
  }

  notice(rule: string, keys: string | readonly string[], message: string, advice?: string): void {
    this.add('notice', rule, keys, message, advice);
  }

  spoil(key: string): void {
    this.spoilt.add(key);
  }

  /** True when the key, or a section around it, could not be read. */
  isSpoilt(key: string): boolean {
    for (let name = key; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.'))))
      if (this.spoilt.has(name)) return true;
    return false;
  }

  /** Where the user wrote the key. */
  locate(key: string): Origin | undefined {
    return entryAt(this.written, key)?.origin;
  }

  private add(
    severity: Problem['severity'],
    rule: string,
    keys: string | readonly string[],
    message: string,
    advice?: string,
    at?: Origin,
  ): void {
    const all = typeof keys === 'string' ? [keys] : keys;
    if (all.some((key) => this.isSpoilt(key))) return;
    const place = at ?? all.map((key) => this.locate(key)).find((origin) => origin) ?? { file: this.file };
    this.problems.push({ severity, ...place, key: all[0], message, ...(advice && { advice }), ...(rule && { rule }) });
  }
}
