import type { BoundGraph, BoundNode } from '../compile.js';
import { ROLE_COLOURS } from './colour.js';
import { pictureLines } from './summary.js';

const MOST = { lines: 6, letters: 44 };

/** The graph as a Mermaid flowchart, to be pasted into Markdown. */
export function drawMermaid({ order }: BoundGraph): string {
  const ids = new Map(order.map(({ name }, i) => [name, `n${i}`]));
  const kinds = new Map(order.map(({ name, output }) => [name, output]));
  const lines = ['flowchart TD'];
  for (const node of order) lines.push(`  ${ids.get(node.name)}["${label(node)}"]:::${node.definition.role}`);
  for (const { name, inputs } of order)
    for (const [port, from] of Object.entries(inputs)) {
      const text = [kinds.get(from) ?? '', ...(port === 'main' ? [] : [`→ ${port}`])].join(' ').trim();
      lines.push(`  ${ids.get(from)} -->${text && `|"${escapeText(text)}"|`} ${ids.get(name)}`);
    }
  for (const role of new Set(order.map(({ definition }) => definition.role)))
    lines.push(`  classDef ${role} stroke:${ROLE_COLOURS[role].light},stroke-width:2px`);
  return `${lines.join('\n')}\n`;
}

function label(node: BoundNode): string {
  return [
    `<b>${escapeText(node.name)}</b>`,
    escapeText(node.definition.id),
    ...pictureLines(node, MOST).map((text) => `<small>${escapeText(text)}</small>`),
  ].join('<br/>');
}

/** Mermaid reads entities with `#` in place of `&`. */
function escapeText(text: string): string {
  return text.replace(/[#"<>&[\]{}|`]/g, (letter) => `#${letter.charCodeAt(0)};`);
}
