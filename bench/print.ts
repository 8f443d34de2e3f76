/** Figures as a table for people or as lines for programs. */
import { type Measure, ratio } from './measure.js';

const NAME = 44;
const FIGURE = 10;

export type Print = { head(): string; line(measure: Measure): string };

export const table: Print = {
  head: () => row('', 'ours', 'reference', 'ratio', ''),
  line(measure) {
    const { name, ours, theirs, unit } = measure;
    const quotient = ratio(measure);
    return row(name, figure(ours), theirs === undefined ? '-' : figure(theirs), quotient?.toFixed(2) ?? '-', unit);
  },
};

/** `{"name","ours","theirs","unit","ratio"}`; null where there is no reference. */
export const json: Print = {
  head: () => '',
  line(measure) {
    const { name, ours, theirs = null, unit } = measure;
    return JSON.stringify({ name, ours, theirs, unit, ratio: ratio(measure) ?? null });
  },
};

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function row(name: string, ours: string, theirs: string, quotient: string, unit: string): string {
  const figures = [ours, theirs, quotient].map((text) => text.padStart(FIGURE));
  return `${name.padEnd(NAME)}${figures.join('')} ${unit}`.trimEnd();
}
