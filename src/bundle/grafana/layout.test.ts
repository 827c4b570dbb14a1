import { expect, it } from 'vitest';
import { series } from '../promql/index.ts';
import { place } from './layout.ts';
import { timeSeries } from './panel.ts';
import { line } from './target.ts';

const panel = (title: string) =>
  timeSeries({
    title,
    description: 'x',
    unit: 'none',
    queries: [line(series('gradwatch_node_load1'), ({ node }) => node)],
  });

it('places panels from left to right, and on below the tallest when the line is full', () => {
  const placed = place([
    {
      title: 'first',
      panels: [
        { panel: panel('a'), width: 12, height: 8 },
        { panel: panel('b'), width: 12, height: 4 },
        { panel: panel('c'), width: 6, height: 3 },
      ],
    },
    { title: 'second', panels: [{ panel: panel('d'), width: 24, height: 2 }] },
  ]);
  expect(placed.map(({ id, title, gridPos: { x, y, w, h } }) => [id, title, x, y, w, h])).toEqual([
    [1, 'first', 0, 0, 24, 1],
    [2, 'a', 0, 1, 12, 8],
    [3, 'b', 12, 1, 12, 4],
    [4, 'c', 0, 9, 6, 3],
    [5, 'second', 0, 12, 24, 1],
    [6, 'd', 0, 13, 24, 2],
  ]);
});

it('does not compile with a legend of a label that the expression does not have', () => {
  // @ts-expect-error the load has no label rank
  line(series('gradwatch_node_load1'), ({ rank }) => rank as string);
});
