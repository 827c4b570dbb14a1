import type { PlacedPanel, Row } from './model.ts';

/** Grafana's grid is 24 columns wide. */
const gridWidth = 24;

/** Rows one below the other, the panels of a row from left to right and on as they fit; ids count up. */
export function place(rows: readonly Row[]): PlacedPanel[] {
  const placed: PlacedPanel[] = [];
  let y = 0;
  const add = (panel: PlacedPanel | Omit<PlacedPanel, 'id' | 'gridPos'>, x: number, w: number, h: number) => {
    placed.push({ id: placed.length + 1, ...panel, gridPos: { x, y, w, h } } as PlacedPanel);
  };
  for (const row of rows) {
    add({ type: 'row', title: row.title, collapsed: false, panels: [] } as const, 0, gridWidth, 1);
    y += 1;
    let x = 0;
    let tallest = 0;
    for (const { panel, width, height } of row.panels) {
      if (x + width > gridWidth) {
        y += tallest;
        x = 0;
        tallest = 0;
      }
      add(panel, x, width, height);
      x += width;
      tallest = Math.max(tallest, height);
    }
    y += tallest;
  }
  return placed;
}
