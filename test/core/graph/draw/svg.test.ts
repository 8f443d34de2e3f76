import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { ROLE_COLOURS } from '../../../../core/graph/draw/colour.js';
import { drawSvg } from '../../../../core/graph/draw/svg.js';
import { ROLES } from '../../../../core/graph/port.js';
import { drawText, textWidth } from '../../../../core/job/drawn-text.js';
import { anyGraph, training } from './bound.js';

interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

function boxes(svg: string): Rectangle[] {
  return [...svg.matchAll(/<rect class="box [^"]*" x="([^"]*)" y="([^"]*)" width="([^"]*)" height="([^"]*)"/g)].map(
    ([, x, y, width, height]) => ({ x: +x, y: +y, width: +width, height: +height }),
  );
}

function texts(svg: string): (Rectangle & { content: string })[] {
  return [...svg.matchAll(/<text [^>]*translate\(([^,]*),([^)]*)\)" font-size="(\d+)"[^>]*>([^<]*)</g)].map(
    ([, x, y, size, content]) => ({ x: +x, y: +y - +size, width: textWidth(content, +size), height: +size, content }),
  );
}

function apart(a: Rectangle, b: Rectangle): boolean {
  return a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
}

describe('any graph', () => {
  test('has boxes that do not overlap, with all their text inside', () => {
    fc.assert(
      fc.property(anyGraph, (bound) => {
        const svg = drawSvg(bound);
        const drawn = boxes(svg);
        expect(drawn).toHaveLength(bound.order.length);
        for (const [i, box] of drawn.entries())
          for (const other of drawn.slice(i + 1)) expect(apart(box, other)).toBe(true);
        const names = texts(svg).filter(({ content }) => /^(node-\d+|toy\/pass|gain \d+)$/.test(content));
        for (const text of names) {
          const holding = drawn.filter((box) => !apart(box, text));
          expect(holding).toHaveLength(1);
          expect(text.x + text.width).toBeLessThanOrEqual(holding[0].x + holding[0].width);
          expect(text.y + text.height).toBeLessThanOrEqual(holding[0].y + holding[0].height);
        }
      }),
    );
  });

  test('has an arrow for each edge', () => {
    fc.assert(
      fc.property(anyGraph, (bound) => {
        const edges = bound.order.flatMap(({ inputs }) => Object.keys(inputs));
        expect(drawSvg(bound).match(/<path class="edge"/g) ?? []).toHaveLength(edges.length);
      }),
    );
  });
});

test('names phase, nodes, plugins, parameters, kinds and ports', () => {
  const contents = texts(drawSvg(training())).map(({ content }) => content);
  expect(contents).toEqual(
    expect.arrayContaining(['train graph', 'load', 'toy/source', 'count 3', 'gain 2', 'mode b', 'image', 'other']),
  );
  expect(contents).not.toContain('main');
});

test('is drawn by others: as it is, in the dark, and with outlines for letters', async () => {
  const svg = drawSvg(training());
  expect(svg).not.toMatch(/https?:(?!\/\/www\.w3\.org)|url\(|@import/);
  const corner = async (picture: string) => {
    const { data, info } = await sharp(Buffer.from(picture)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(svg).toContain(`width="${info.width}" height="${info.height}"`);
    return [...data.subarray(0, 3)];
  };
  expect(await corner(svg)).toEqual([255, 255, 255]);
  expect(await corner(drawText(svg))).toEqual([255, 255, 255]);
  expect(drawText(svg)).not.toContain('<text');
  const dark = svg.replace(/@media\(prefers-color-scheme:dark\)\{(.*)\}<\/style>/, '$1</style>');
  expect(await corner(dark)).toEqual([13, 17, 23]);
});

test('texts are escaped', () => {
  const bound = training();
  const order = bound.order.map((node) => ({ ...node, parameters: { gain: 1, mode: `<b> & "c"` } }));
  expect(drawSvg({ ...bound, order })).toContain('mode &#60;b&#62; &#38; &#34;c&#34;');
});

describe('colours', () => {
  const luminance = (colour: string) => {
    const [r, g, b] = [1, 3, 5].map((i) => {
      const value = Number.parseInt(colour.slice(i, i + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  test.each(ROLES)('of %s can be read on both grounds (WCAG AA)', (role) => {
    expect(contrast(ROLE_COLOURS[role].light, '#f6f8fa')).toBeGreaterThan(4.5);
    expect(contrast(ROLE_COLOURS[role].dark, '#161b22')).toBeGreaterThan(4.5);
  });
});
