/** A plan as people read it: what, how much, and why. */
import { formatBytes } from '../core/job/memory.js';
import type { JobPlan, PhasePlan } from '../core/job/plan.js';
import { paint } from './paint.js';
import { wrapText } from './table.js';

export interface PlanTextOptions {
  /** Folder of the job, as it is shown. */
  folder: string;
  colour: boolean;
  /** Letters of a line. */
  width: number;
}

interface Row {
  label: string;
  value: string;
  why: string;
}

export function describePlan(plan: JobPlan, { folder, colour, width }: PlanTextOptions): string {
  const sections: { title: string; rows: Row[] }[] = [
    ...plan.phases.map((phase) => ({ title: phase.phase === 'train' ? 'Training' : 'Test', rows: phaseRows(phase) })),
    { title: 'Altogether', rows: totals(plan) },
  ];
  const column = Math.max(...sections.flatMap(({ rows }) => rows.map(({ label }) => label.length))) + 2;
  const shown = ({ label, value, why }: Row) => [
    `  ${label.padEnd(column)}${value}`,
    ...wrapText(why, Math.max(width - column - 4, 30)).map((line) =>
      paint(`  ${' '.repeat(column)}  ${line}`, 'dim', colour),
    ),
  ];
  return [
    `Job ${plan.job} will write to ${folder}.`,
    ...sections.flatMap(({ title, rows }) => ['', paint(title, 'bold', colour), ...rows.flatMap(shown)]),
  ].join('\n');
}

function phaseRows({ findings, network, images }: PhasePlan): Row[] {
  const rows = findings.map(({ node, value, why }) => ({ label: node, value, why }));
  rows.push({ label: 'memory', value: `${formatBytes(images.bytes)} for images`, why: images.why });
  if (!network) return rows;
  const { architecture, parameters, weights, optimizer, activations, bytes, time } = network;
  rows.push({
    label: 'network',
    value: `${architecture} with ${parameters.toLocaleString('en')} parameters, at least ${formatBytes(bytes)}`,
    why: `${formatBytes(weights)} of weights, ${optimizer > 0 ? `${formatBytes(optimizer)} of the optimizer, ` : ''}and ${formatBytes(activations)} between the layers for one batch, without the working memory of convolutions.`,
  });
  if (time)
    rows.push({
      label: 'time',
      value: `about ${duration(time.seconds)}`,
      why: `${optimizer > 0 ? 'A training step' : 'A prediction'} on a batch of ${time.shape.join('×')} was measured to take ${duration(time.call)}.`,
    });
  return rows;
}

function totals({ memory, time }: JobPlan): Row[] {
  const rows = [
    { label: 'memory', value: `${time ? 'about' : 'at least'} ${formatBytes(memory.bytes)}`, why: memory.why },
  ];
  if (time)
    rows.push({
      label: 'time',
      value: `about ${duration(time.seconds)}`,
      why: `The network alone, ${time.device}. Reading and writing go on beside it.`,
    });
  return rows;
}

/** `85 ms`, `4.2 s`, `3 min`, `2.5 h`. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds < 100) return `${Number(seconds.toPrecision(2))} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  return `${Number((seconds / 3600).toPrecision(2))} h`;
}
