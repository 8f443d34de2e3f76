import { expect, test } from 'vitest';
import { drawMermaid } from '../../../../core/graph/draw/mermaid.js';
import { training } from './bound.js';

test('a flowchart with nodes, edges by kind and port, and colours by role', () => {
  expect(drawMermaid(training())).toMatchInlineSnapshot(`
    "flowchart TD
      n0["<b>load</b><br/>toy/source<br/><small>count 3</small>"]:::loader
      n1["<b>load-other</b><br/>toy/source"]:::loader
      n2["<b>one</b><br/>toy/pass<br/><small>gain 2</small><br/><small>mode b</small>"]:::filter
      n3["<b>two</b><br/>toy/slow"]:::postprocessor
      n4["<b>join</b><br/>toy/both"]:::stitcher
      n0 -->|"image"| n2
      n2 -->|"image"| n3
      n3 -->|"image"| n4
      n1 -->|"image → other"| n4
      classDef loader stroke:#0b5fa5,stroke-width:2px
      classDef filter stroke:#4f6d7a,stroke-width:2px
      classDef postprocessor stroke:#9c2c77,stroke-width:2px
      classDef stitcher stroke:#6a3fa0,stroke-width:2px
    "
  `);
});

test('letters that Mermaid reads as its own are escaped', () => {
  const bound = training();
  const one = bound.order.find(({ name }) => name === 'one')!;
  const order = [{ ...one, name: 'a"b', inputs: {}, parameters: { gain: 1, mode: '[<#|>]' } }];
  const [, line] = drawMermaid({ ...bound, order }).split('\n');
  expect(line).toBe('  n0["<b>a#34;b</b><br/>toy/pass<br/><small>mode #91;#60;#35;#124;#62;#93;</small>"]:::filter');
});
