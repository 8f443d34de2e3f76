import { freemem, totalmem } from 'node:os';
import type { Config } from './schema.js';

/**
 * `SYSTEM.MEMORY_BUDGET` in bytes. `auto` is half of the machine's memory, and never more than is free now.
 *
 * Units are powers of 1024, as memory is counted: `KB`, `MB`, `GB`, `TB`, with or without an `i`.
 *
 * @returns NaN for a text that is no size; loadConfig reports it.
 */
export function memoryBudgetBytes(config: Config): number {
  const budget = config.SYSTEM.MEMORY_BUDGET;
  if (budget === 'auto') return Math.floor(Math.min(totalmem() / 2, freemem()));
  return typeof budget === 'number' ? budget : bytesOf(budget);
}

function bytesOf(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(?:([KMGT])?i?B?)\s*$/i.exec(text);
  if (!match) return Number.NaN;
  const power = match[2] ? 'KMGT'.indexOf(match[2].toUpperCase()) + 1 : 0;
  return Math.floor(Number(match[1]) * 1024 ** power);
}
