import { describe, expect, it } from 'vitest';
import type { GpuReport } from '../gpu/index.ts';
import { renderPage, type Shown } from './page.ts';

const quiet: Shown = {
  version: '1.2.3',
  waiting: () => [],
  gpus: () => [],
  collectors: () => [],
  runs: () => [],
  findings: () => [],
};
const h100: GpuReport = {
  ...{ gpu: '0', uuid: 'GPU-1', name: 'NVIDIA H100', state: 'ok' },
  ...{ utilization: 0.974, memoryUsed: 30.5 * 2 ** 30, memoryTotal: 80 * 2 ** 30, temperature: 61, power: 412.4 },
};
const nothingRead = { utilization: null, memoryUsed: null, memoryTotal: null, temperature: null, power: null };

describe('the page', () => {
  it('shows every GPU in the units in which people speak of them', () => {
    const [row] = rows({ gpus: () => [h100] });
    expect(row).toEqual(['0', 'NVIDIA H100', 'ok', '97 %', '30.5 of 80.0 GiB', '61 °C', '412 W']);
  });

  it('shows a dash for what was not read, and zero for what was read as zero', () => {
    const lost = { ...h100, ...nothingRead, name: '', state: 'requires_reset' } as const;
    const idle = { ...h100, utilization: 0, memoryTotal: null } as const;
    const [first, second] = rows({ gpus: () => [lost, idle] });
    expect(first).toEqual(['0', '–', 'requires reset', '–', '–', '–', '–']);
    expect(second?.slice(3, 5)).toEqual(['0 %', '30.5 of – GiB']);
  });

  it('tells how each collector does, and why one does not work', () => {
    const shown = rows({
      collectors: () => [
        { name: 'cpu', state: 'works' },
        { name: 'gpu', state: 'failing', reason: 'hung', message: 'nvidia-smi prints nothing' },
        { name: 'infiniband', state: 'absent', reason: 'not_on_this_machine', message: 'there is no port' },
        { name: 'disk', state: 'starting' },
      ],
    });
    expect(shown).toEqual([
      ['cpu', 'works', '', ''],
      ['gpu', 'failing', 'hung', 'nvidia-smi prints nothing'],
      ['infiniband', 'absent', 'not on this machine', 'there is no port'],
      ['disk', 'starting', '', ''],
    ]);
  });

  it('says so where there is nothing to show', () => {
    const page = renderPage(quiet);
    for (const sentence of ['None seen.', 'All are switched off.', 'None yet.', 'None.'])
      expect(page).toContain(`<p>${sentence}</p>`);
    expect(page).not.toContain('<table>');
  });

  it('escapes what a driver or a failure says', () => {
    const page = renderPage({
      ...quiet,
      gpus: () => [{ ...h100, gpu: '<i>', name: '"<script>alert(1)</script>' }],
      collectors: () => [{ name: 'gpu', state: 'failing', reason: '<b>', message: "<img src=x onerror='1'>" }],
      waiting: () => ['<u>'],
    });
    expect(page).not.toMatch(/<(?:script|img|b|i|u)\b/);
    expect(page).toContain('&#60;script&#62;alert(1)');
    expect(page).toContain('&#60;img src=x onerror=&#39;1&#39;&#62;');
  });
});

/** The texts of the cells of all tables, by row, without those of headings. */
function rows(shown: Partial<Shown>): readonly (readonly string[])[] {
  const page = renderPage({ ...quiet, ...shown });
  const found = [...page.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, cells]) =>
    [...(cells ?? '').matchAll(/<td>(.*?)<\/td>/gs)].map(([, text]) => text ?? ''),
  );
  return found.filter((cells) => cells.length > 0);
}
