/** A network as a picture: a box for each part, and lines for what it takes from others, skip connections among them. */
import { layoutGraph } from '../graph/draw/layered.js';
import { DARK, drawRoute, escapeXml, FONTS, LIGHT, round, text } from '../graph/draw/svg.js';
import type { NetworkDescription, NetworkPart } from './describe-network.js';
import { textWidth } from './drawn-text.js';

const SIZES = { title: 15, name: 12, line: 10 };
const MARGIN = 24;
const BOX = { side: 12, height: 52 };
const GAPS = { across: 28, down: 30 };

/** An SVG file that needs nothing beside it, and follows the reader's light or dark setting. */
export function drawNetwork(title: string, { parts, outputs }: NetworkDescription): string {
  const order = parts.map(({ name, takes }) => ({
    name,
    inputs: Object.fromEntries(earlier(name, takes, parts).map((from, i) => [i === 0 ? 'main' : String(i), from])),
  }));
  const lines = new Map(parts.map((part) => [part.name, linesOf(part)]));
  const width = Math.max(
    80,
    ...parts.map(({ name }) => textWidth(name, SIZES.name) * 1.15),
    ...[...lines.values()].flat().map((line) => textWidth(line, SIZES.line) * 1.08),
  );
  const boxWidth = Math.ceil(width) + 2 * BOX.side;
  const layout = layoutGraph({ order }, () => ({ width: boxWidth, height: BOX.height }), GAPS);
  const heading = `${title} → ${outputs.map((shape) => shape.join('×')).join(', ')}`;
  const top = MARGIN + SIZES.title + 14;
  const wide = Math.ceil(Math.max(layout.width, textWidth(heading, SIZES.title) * 1.12) + 2 * MARGIN);
  const high = Math.ceil(layout.height + top + MARGIN);
  const dark = `.page{fill:${DARK.page}}.box{fill:${DARK.box};stroke:${DARK.edge}}.name{fill:${DARK.name}}.muted{fill:${DARK.muted}}.edge{stroke:${DARK.edge}}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}" viewBox="0 0 ${wide} ${high}" role="img" aria-label="${escapeXml(heading)}" font-family="${FONTS}">`,
    `<style>@media(prefers-color-scheme:dark){${dark}}</style>`,
    `<rect class="page" width="100%" height="100%" fill="${LIGHT.page}"/>`,
    text(heading, MARGIN, MARGIN + SIZES.title - 3, SIZES.title, 'name', LIGHT.name, 'bold'),
    `<g transform="translate(${MARGIN},${top})">`,
    ...layout.routes.map(drawRoute),
    ...layout.boxes.flatMap(({ name, x, y, width: side, height }) => [
      `<rect class="box" x="${round(x)}" y="${round(y)}" width="${side}" height="${height}" rx="6" fill="${LIGHT.box}" stroke="${LIGHT.edge}"/>`,
      text(name, x + BOX.side, y + 17, SIZES.name, 'name', LIGHT.name, 'bold'),
      ...lines.get(name)!.map((line, i) => text(line, x + BOX.side, y + 31 + 13 * i, SIZES.line, 'muted', LIGHT.muted)),
    ]),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** A part that works several times would make a circle; only what comes before its first time is drawn. */
function earlier(name: string, takes: readonly string[], parts: readonly NetworkPart[]): string[] {
  const place = (wanted: string) => parts.findIndex((part) => part.name === wanted);
  return takes.filter((from) => place(from) < place(name));
}

function linesOf({ kind, output, parameters }: NetworkPart): string[] {
  return [`${kind} → ${output.join('×')}`, parameters > 0 ? `${parameters.toLocaleString('en')} parameters` : ''];
}
