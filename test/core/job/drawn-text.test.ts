import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawText, textWidth } from '../../../core/job/drawn-text.js';

/** Box of the dark pixels of an SVG of 200 by 60 pixels on white. */
async function ink(svg: string): Promise<{ left: number; right: number; top: number; bottom: number }> {
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="60">${svg}</svg>`;
  const image = sharp(Buffer.from(picture)).flatten({ background: '#fff' }).greyscale().raw();
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const dark = [...data.keys()].filter((i) => data[i] < 128).map((i) => [i % info.width, Math.floor(i / info.width)]);
  const [xs, ys] = [dark.map(([x]) => x), dark.map(([, y]) => y)];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

const text = (anchor: string, content = 'HIH') =>
  drawText(
    `<text text-anchor="${anchor}" transform="translate(100,40)" font-size="20px" fill="#000">${content}</text>`,
  );

describe('drawText', () => {
  it('puts letters on the baseline, at their size and anchor', async () => {
    const width = textWidth('HIH', 20);
    for (const [anchor, left] of [
      ['start', 100],
      ['middle', 100 - width / 2],
      ['end', 100 - width],
    ] as const) {
      const box = await ink(text(anchor));
      // H has a bearing of a tenth of its height.
      expect(Math.abs(box.left - left - 2)).toBeLessThanOrEqual(1);
      expect(Math.abs(box.right - (left + width - 2))).toBeLessThanOrEqual(1);
      // Capitals are 0.73 of the font size high and stand on y = 40.
      expect([box.top, box.bottom]).toEqual([25, 39]);
    }
  });

  it('keeps rotation, colour and all else', () => {
    const line = '<line x2="5" stroke="#888"/>';
    const svg = `${line}<text text-anchor="middle" transform="translate(5,9) rotate(-90)" font-size="12px" fill="currentColor" opacity="0.5">a</text>`;
    const drawn = drawText(svg);
    expect(drawn).toContain(line);
    expect(drawn).toContain('<g transform="translate(5,9) rotate(-90) scale(0.012)" fill="currentColor" opacity="0.5"');
    expect(drawn).not.toContain('<text');
  });

  it('reads entities, and has a box for letters it lacks', () => {
    expect(text('start', '&lt;&amp;&#65;')).toBe(text('start', '&#x3c;&amp;A'));
    expect(text('start', '細胞')).toBe(text('start', '\uFFFD\uFFFD'));
    expect(textWidth('細', 10)).toBe(textWidth('\uFFFD', 10));
    expect(textWidth('e\u0301', 10)).toBe(textWidth('é', 10));
  });
});
