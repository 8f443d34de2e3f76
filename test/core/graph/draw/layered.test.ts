import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Box, layoutGraph, type Point, readingOrder } from '../../../../core/graph/draw/layered.js';
import { anyGraph, training } from './bound.js';

const GAPS = { across: 20, down: 40 };
const sizeOf = (name: string) => ({ width: 60 + 7 * (name.length % 5), height: 20 + 3 * name.length });

/** Strictly inside: edges touch the boxes that they join. */
function inside({ x, y }: Point, box: Box): boolean {
  return x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height;
}

describe('any graph', () => {
  test('has no two boxes that overlap, and each after those that feed it', () => {
    fc.assert(
      fc.property(anyGraph, (bound) => {
        const { boxes, width, height } = layoutGraph(bound, sizeOf, GAPS);
        const byName = new Map(boxes.map((box) => [box.name, box]));
        expect(byName.size).toBe(bound.order.length);
        for (const box of boxes) {
          expect(box.x).toBeGreaterThanOrEqual(-1e-6);
          expect(box.x + box.width).toBeLessThanOrEqual(width + 1e-6);
          expect(box.y + box.height).toBeLessThanOrEqual(height + 1e-6);
          for (const other of boxes) {
            if (other === box || other.layer !== box.layer) continue;
            const apart = other.x > box.x ? other.x - box.x - box.width : box.x - other.x - other.width;
            expect(apart).toBeGreaterThanOrEqual(GAPS.across - 1e-6);
          }
        }
        for (const { name, inputs } of bound.order)
          for (const from of Object.values(inputs)) {
            const [above, below] = [byName.get(from)!, byName.get(name)!];
            expect(below.layer).toBeGreaterThan(above.layer);
            expect(below.y).toBeGreaterThanOrEqual(above.y + above.height + GAPS.down);
          }
      }),
    );
  });

  test('has an edge for each input, which runs down from box to box and through none between', () => {
    fc.assert(
      fc.property(anyGraph, (bound) => {
        const { boxes, routes } = layoutGraph(bound, sizeOf, GAPS);
        expect(routes).toHaveLength(bound.order.reduce((sum, { inputs }) => sum + Object.keys(inputs).length, 0));
        for (const { from, to, points } of routes) {
          const [above, below] = [from, to].map((name) => boxes.find((box) => box.name === name)!);
          expect(points[0].y).toBeCloseTo(above.y + above.height);
          expect(points.at(-1)!.y).toBeCloseTo(below.y);
          for (let i = 1; i < points.length; i++) {
            const [start, end] = [points[i - 1], points[i]];
            expect(end.y).toBeGreaterThanOrEqual(start.y);
            if (i % 2 === 1) expect(end.x).toBe(start.x);
            for (let step = 0; step <= 8; step++) {
              const at = (axis: 'x' | 'y') => start[axis] + ((end[axis] - start[axis]) * step) / 8;
              for (const box of boxes) expect(inside({ x: at('x'), y: at('y') }, box)).toBe(false);
            }
          }
        }
      }),
    );
  });

  test('is read with nodes after those that feed them', () => {
    fc.assert(
      fc.property(anyGraph, (bound) => {
        const order = readingOrder(bound).map(({ name }) => name);
        expect([...order].sort()).toEqual(bound.order.map(({ name }) => name).sort());
        for (const { name, inputs } of bound.order)
          for (const from of Object.values(inputs)) expect(order.indexOf(from)).toBeLessThan(order.indexOf(name));
      }),
    );
  });
});

test('a short branch stands beside the end of the long one, and both run straight', () => {
  const same = () => ({ width: 80, height: 30 });
  const { boxes } = layoutGraph(training(), same, GAPS);
  const layers = Object.fromEntries(boxes.map(({ name, layer }) => [name, layer]));
  expect(layers).toEqual({ load: 0, one: 1, two: 2, 'load-other': 2, join: 3 });
  const left = (name: string) => boxes.find((box) => box.name === name)!.x;
  expect([left('one'), left('two')]).toEqual([left('load'), left('load')]);
  expect(left('load-other')).toBeCloseTo(left('load') + 80 + GAPS.across);
  expect(left('join')).toBeCloseTo((left('load') + left('load-other')) / 2);
  expect(readingOrder(training()).map(({ name }) => name)).toEqual(['load', 'one', 'two', 'load-other', 'join']);
});

test('an empty graph takes no room', () => {
  const empty = { graph: { phase: 'test' as const, nodes: [], edges: [] }, order: [] };
  expect(layoutGraph(empty, sizeOf, GAPS)).toEqual({ boxes: [], routes: [], width: 0, height: 0 });
});
