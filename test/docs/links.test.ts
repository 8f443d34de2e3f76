import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listPages, ROOT, readPage } from './page.js';

/** Targets of links and pictures that lie in the project, code left out. */
function localLinks(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^https?:/.test(target));
}

/** Names of headings as GitHub makes them. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(listPages())('%s', (page) => {
  const text = readPage(page);

  it('links to what is there', () => {
    const missing = localLinks(text).filter((target) => {
      const [file, anchor] = target.split('#');
      const wanted = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
      if (!existsSync(path.join(ROOT, wanted))) return true;
      return anchor !== undefined && !anchors(readPage(wanted)).includes(anchor);
    });
    expect(missing).toEqual([]);
  });

  it('has one title', () => {
    expect(text.replace(/^```[\s\S]*?^```$/gm, '').match(/^# .+$/gm)).toHaveLength(1);
  });
});

describe('reading links', () => {
  it('sees pages, anchors and pictures, not code and not the web', () => {
    const text = '[a](a.md) ![b](b.png) `[c](c.md)` [d](https://d.org)\n```ts\n[e](e.md)\n```\n[f](#the-first-run)';
    expect(localLinks(text)).toEqual(['a.md', 'b.png', '#the-first-run']);
  });

  it('makes anchors like GitHub', () => {
    expect(anchors("## Where Biagraph's keys differ, on purpose\n# `a` & b")).toEqual([
      'where-biagraphs-keys-differ-on-purpose',
      'a--b',
    ]);
  });
});
