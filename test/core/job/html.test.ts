import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml, Html, html } from '../../../core/job/html.js';

describe('html', () => {
  it('escapes everything but its own markup', () => {
    const row = html`<b title="${'a"b'}">${'<script>'} ${1}</b>`;
    expect(String(html`<p>${[row, row]}${false}${undefined}${new Html('<i>')}</p>`)).toBe(
      '<p><b title="a&quot;b">&lt;script&gt; 1</b><b title="a&quot;b">&lt;script&gt; 1</b><i></p>',
    );
  });

  it('no text ends a tag, an attribute or begins an entity', () => {
    const text = fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", 'a', ';') });
    fc.assert(
      fc.property(text, (value) => {
        const escaped = escapeHtml(value);
        expect(escaped).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
        const back = escaped
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>')
          .replaceAll('&quot;', '"')
          .replaceAll('&#39;', "'")
          .replaceAll('&amp;', '&');
        expect(back).toBe(value);
      }),
    );
  });
});
