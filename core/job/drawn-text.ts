/** Text in SVG drawn as outlines, so that pictures made from it do not depend on the fonts of a machine. */
import { GLYPHS, type Glyph } from './glyphs.js';

const OTHER = GLYPHS.get('\uFFFD')!;

/** Width of a line of text, in the unit of `size`. */
export function textWidth(text: string, size: number): number {
  return (glyphs(text).reduce((sum, [advance]) => sum + advance, 0) * size) / 1000;
}

/**
 * Replaces the `<text>` elements that Vega writes by paths of the same place, size, anchor and colour. Weight and family
 * are not kept; other elements are left alone.
 */
export function drawText(svg: string): string {
  return svg.replace(/<text([^>]*)>([^<]*)<\/text>/g, (_, attributes: string, content: string) => {
    const attribute = (name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1];
    const size = Number.parseFloat(attribute('font-size') ?? '11');
    const text = unescapeXml(content);
    const anchor = attribute('text-anchor');
    const share = anchor === 'middle' ? 0.5 : anchor === 'end' ? 1 : 0;
    let x = -share * textWidth(text, size) * (1000 / size);
    const paths = glyphs(text).map(([advance, path]) => {
      const placed = path && `<path transform="translate(${round(x)})" d="${path}"/>`;
      x += advance;
      return placed;
    });
    const place = `${attribute('transform') ?? ''} scale(${size / 1000})`.trim();
    const look = ['fill', 'fill-opacity', 'opacity']
      .map((name) => [name, attribute(name)])
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ` ${name}="${value}"`);
    return `<g transform="${place}"${look.join('')} stroke="none">${paths.join('')}</g>`;
  });
}

function glyphs(text: string): Glyph[] {
  return Array.from(text.normalize('NFC'), (letter) => GLYPHS.get(letter) ?? OTHER);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:(amp|lt|gt|quot|apos)|#(\d+)|#x([0-9a-f]+));/gi, (_, name, decimal, hexadecimal) =>
    name ? ENTITIES[String(name).toLowerCase()] : String.fromCodePoint(Number(decimal ?? `0x${hexadecimal}`)),
  );
}
